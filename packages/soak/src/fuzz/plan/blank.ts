import type { Random } from '../random.ts'
import { apiOf } from './apis.ts'
import type { Draft, Header, Meaning } from './draft.ts'
import { evilConditions } from './evil.ts'
import { escaped } from './render.ts'
import type { KnownAsset, World } from './world.ts'

/** What a request is made of. */
export interface Making {
  readonly random: Random
  readonly world: World
  readonly index: number
}

/** By token, or by the cookie of a session where there is one. */
function credentials({ random, world }: Making, who: string | null): Header[] {
  if (who === null) return []
  const cookie = world.cookies.get(who)
  const byCookie = random.chance(0.3)
  if (cookie === undefined || !byCookie) return [['Authorization', `Bearer ${who}`]]
  return [
    ['Cookie', cookie],
    ['Sec-Fetch-Site', 'same-origin'],
  ]
}

/** A request without a body, with nothing wrong. */
export function draft(making: Making, method: string, path: string, meaning: Meaning, who: string | null): Draft {
  const asset = meaning.reads ?? meaning.deletes ?? meaning.names ?? meaning.replaces?.asset ?? meaning.links ?? null
  return {
    index: making.index,
    asset,
    upload: meaning.upload?.known ?? null,
    resumable: meaning.resumable?.known ?? null,
    method,
    path,
    query: [],
    version: 'HTTP/1.1',
    headers: [['Host', 'fuzz.example'], ['X-Request-Id', `fuzz-${making.index}`], ...credentials(making, who)],
    body: null,
    framing: 'none',
    chunkSizes: [],
    ending: 'whole',
    part: 1,
    writes: [],
    flips: [],
    wild: false,
    harms: [],
    meaning,
  }
}

export function withBody(made: Draft, body: Buffer, type: string, random: Random): Draft {
  made.body = body
  made.headers.push(['Content-Type', type])
  made.framing = random.chance(0.3) ? 'chunked' : 'length'
  made.chunkSizes = Array.from({ length: 1 + random.below(3) }, () => 1 + random.below(random.chance(0.2) ? 20 : 9000))
  if (random.chance(0.05)) made.headers.push(['Expect', '100-continue'])
  return made
}

/** If-Match: mostly right where the API wants one. */
export function guard(made: Draft, asset: KnownAsset, random: Random): void {
  const needed = apiOf(asset.api).needsIfMatch === true
  if (!random.chance(needed ? 0.95 : 0.15)) return
  made.headers.push(['If-Match', random.chance(0.8) ? (asset.etag ?? '*') : random.pick(evilConditions)])
}

export const assetPath = ({ base, id }: KnownAsset): string => `${base}/${id}`

export function contentPath(asset: KnownAsset): string {
  const { contentBase } = apiOf(asset.api)
  if (contentBase === undefined) return `${assetPath(asset)}/content`
  return `${contentBase(asset.base)}/${escaped(Buffer.from(asset.filename).toString('latin1'))}`
}
