import type { AssetItem, AssetQuery } from '@stowage/ui'

/** What an item must be to match a query, for APIs whose lists are whole and can't search. */
export function matching({ search = '', type }: AssetQuery): (item: AssetItem) => boolean {
  const wanted = search.trim().toLowerCase()
  return ({ filename, contentType }) => filename.toLowerCase().includes(wanted) && (!type || contentType.includes(type))
}
