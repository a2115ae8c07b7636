import type { AssetPage, Assets, ListInput } from '@stowage/core'
import { linkHeader } from '../list/link-header.ts'
import { readListQuery } from '../list/read-list-query.ts'
import { toPageJson } from './asset-json.ts'
import type { Handler } from './exchange.ts'
import { presented, presentItem } from './present-asset.ts'

export const list: Handler = async exchange => {
  const { request, assets, prepared, present } = exchange
  const { input, position } = readListQuery(prepared.list, request.query)
  const asked = { ...input, signal: request.signal }
  const page = position.gather === undefined ? await assets.list(asked) : await gatherPages(assets, asked, position.gather)
  const items = page.items.map(asset => presentItem(exchange, asset))
  const body = (prepared.profile.present?.page ?? toPageJson)(
    { ...position, items, assets: page.items, cursor: page.cursor, total: page.total },
    present,
  )
  const url = present.url('list')
  const links = prepared.list.paging.links(position, { cursor: page.cursor, items: items.length })
  const link = url === null ? null : linkHeader(url, request.query, links, prepared.profile.authenticate?.queryParams ?? [])
  return presented(body, 200, { 'cache-control': 'private, no-cache', ...(link !== null && { link }) })
}

async function gatherPages(assets: Assets, input: ListInput, max: number): Promise<AssetPage> {
  const first = await assets.list(input)
  const items = [...first.items]
  let { cursor } = first
  while (cursor !== null && items.length < max) {
    const page: AssetPage = await assets.list({ ...input, cursor, total: 'none', limit: Math.min(1000, max - items.length) })
    items.push(...page.items)
    cursor = page.cursor
  }
  return { items, cursor, total: first.total }
}
