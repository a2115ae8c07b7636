import { createHash } from 'node:crypto'
import type { AssetDetails } from '../interface/asset.ts'

/** Digest of what a request asks for: the same for the same JSON values, whatever the order of their members. */
export function fingerprintOf(operation: 'upload' | 'create' | 'import' | 'generate', asked: object): string {
  return createHash('sha256')
    .update(canonical([operation, asked]))
    .digest('base64url')
}

/** What a request says of its asset, without the rest of it; `late` wins, as it does when the asset is made. */
export function detailsAsked(early: AssetDetails, late: AssetDetails = {}): AssetDetails {
  const { filename, title, description, visibility, slug, metadata, tags } = { ...early, ...late }
  const fields = { ...early.fields, ...late.fields }
  return { filename, title, description, visibility, slug, metadata, tags, fields } as AssetDetails
}

/** JSON with members in the order of their names; those that are undefined are left out. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  const members = Object.entries(value).filter(([, member]) => member !== undefined)
  members.sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`).join(',')}}`
}
