import { createHash } from 'node:crypto'
import type { KnownResumable } from './known-resumable.ts'
import type { KnownUpload } from './known-upload.ts'

/** An asset that a lane has made. */
export interface KnownAsset {
  readonly api: string
  /** Where its API is: the base path with its parameters filled in. */
  readonly base: string
  readonly id: string
  readonly filename: string
  readonly owner: string
  /** Every content it has had, by the ETag of its bytes. Null where not all of them are known. */
  contents: Map<string, Buffer> | null
  etag: string | null
  contentEtag: string | null
  /** `doubtful`: a deletion was sent whose outcome nobody saw. */
  life: 'alive' | 'doubtful' | 'deleted'
}

/** What one lane knows of the server. Lanes share no assets, so that each is as repeatable as if it were alone. */
export interface World {
  readonly assets: KnownAsset[]
  readonly uploads: KnownUpload[]
  readonly resumables: KnownResumable[]
  /** How an upload that is not there is spoken of, by the shape of the answer. */
  readonly noUpload: Map<string, string>
  readonly cursors: string[]
  readonly linkTokens: { readonly token: string; readonly asset: KnownAsset }[]
  /** Cookies of sessions, by who has them. */
  readonly cookies: Map<string, string>
}

export const emptyWorld = (): World => ({
  assets: [],
  uploads: [],
  resumables: [],
  noUpload: new Map(),
  cursors: [],
  linkTokens: [],
  cookies: new Map(),
})

/** Whether it was deleted, and nothing else can have its place since: names that others think of too may be taken again. */
export const staysAway = ({ life, api, filename }: KnownAsset): boolean =>
  life === 'deleted' && (api !== 'page-asset' || /^[fx]\d/.test(filename))

/** Forgets the oldest, so that a run of any length stays small. Deleted assets stay for a while: they must stay away. */
export function tidy(world: World): void {
  keepLast(world.assets, 200)
  keepLast(world.uploads, 60)
  keepLast(world.resumables, 60)
  keepLast(world.cursors, 20)
  keepLast(world.linkTokens, 20)
}

function keepLast(list: unknown[], most: number): void {
  if (list.length > most) list.splice(0, list.length - most)
}

/** The ETag that the bytes must have. */
export function etagOf(content: Buffer): string {
  return `"${createHash('sha256').update(content).digest('base64url')}"`
}
