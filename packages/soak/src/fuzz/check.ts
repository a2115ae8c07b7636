import { createHash } from 'node:crypto'
import { faultOfResumable, learnResumable } from './check-resumables.ts'
import { faultOfUpload, learnUpload } from './check-uploads.ts'
import type { RawResponse } from './client/response-reader.ts'
import type { Draft } from './plan/draft.ts'
import { etagOf, type KnownAsset, type World } from './plan/world.ts'

const STATUSES: ReadonlySet<number> = new Set([
  ...[
    200, 201, 202, 204, 206, 302, 304, 400, 401, 403, 404, 405, 406, 408, 409, 410, 412, 413, 415, 416, 417, 422, 428, 431, 460,
  ],
])

/** What is wrong with an answer, whatever was asked; null when nothing is. */
export function faultOf(world: World, draft: Draft, response: RawResponse): string | null {
  const { status } = response
  // What is signed takes no conditions that a storage can't keep.
  const isUnkept = status === 501 && draft.method === 'PUT' && draft.headers.some(([name]) => /^if-/i.test(name))
  if (status >= 500 && !isUnkept) return `The answer is ${status}: ${response.body.toString('utf8', 0, 500)}`
  if (!STATUSES.has(status) && !isUnkept) return `No request leads to ${status}.`
  return (
    faultOfJson(draft, response) ??
    faultOfContent(draft, response) ??
    (draft.wild || draft.ending !== 'whole'
      ? null
      : (faultOfMeaning(draft, response) ?? faultOfUpload(world, draft, response) ?? faultOfResumable(draft, response)))
  )
}

function faultOfJson({ method }: Draft, { status, headers, body }: RawResponse): string | null {
  if (method === 'HEAD' || !/^application\/(problem\+)?json/.test(headers.get('content-type') ?? '')) return null
  // What was uploaded as JSON is content, of which nothing is said here.
  if (headers.has('accept-ranges')) return null
  try {
    JSON.parse(body.toString())
    return null
  } catch {
    return `The answer ${status} says it is JSON and is not: ${JSON.stringify(body.toString('latin1', 0, 200))}`
  }
}

/** Content proves itself: by its digest, its ETag, its length, and what keeps it from running. */
function faultOfContent({ method }: Draft, { status, headers, body }: RawResponse): string | null {
  if ((status !== 200 && status !== 206) || !headers.has('repr-digest')) return null
  const missing = ['etag', 'content-disposition', 'x-content-type-options', 'content-security-policy', 'content-length'].find(
    name => !headers.has(name),
  )
  if (missing !== undefined) return `Content was served without ${missing}.`
  if (method === 'HEAD' || status === 206) return null
  const digest = `sha-256=:${createHash('sha256').update(body).digest('base64')}:`
  if (digest !== headers.get('repr-digest')) return 'The content served is not what Repr-Digest says.'
  return etagOf(body) === headers.get('etag') ? null : 'The content served is not what its ETag says.'
}

function faultOfMeaning(draft: Draft, response: RawResponse): string | null {
  const { meaning, method } = draft
  const { status } = response
  if (meaning.forbidden && status < 400) return `Somebody who may not know of it was answered ${status}.`
  if (meaning.expect && !meaning.expect.includes(status)) {
    return `The answer is ${status}, not ${meaning.expect.join(' or ')}: ${response.body.toString('utf8', 0, 500)}`
  }
  const { reads } = meaning
  return reads && method === 'GET' ? faultOfRead(reads, response) : null
}

function faultOfRead({ contents }: KnownAsset, { status, headers, body }: RawResponse): string | null {
  if ((status !== 200 && status !== 206) || contents === null || !headers.has('repr-digest')) return null
  const content = contents.get(headers.get('etag') ?? '')
  if (content === undefined) return 'The content served was never given to this asset.'
  if (status === 200) return null
  const [, start, end, size] = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(headers.get('content-range') ?? '') ?? []
  if (Number(size) !== content.length) return 'Content-Range has another size than the content.'
  const slice = content.subarray(Number(start), Number(end) + 1)
  return slice.length > 0 && slice.equals(body) ? null : 'The part served is not that part of the content.'
}

/** What an answer teaches about the world; `null` for a request whose outcome nobody saw. */
export function learn(world: World, draft: Draft, response: RawResponse | null): void {
  learnUpload(world, draft, response)
  learnResumable(world, draft, response)
  const { meaning, asset } = draft
  const writes = !['GET', 'HEAD', 'OPTIONS'].includes(draft.method)
  if (response === null || draft.wild) {
    if (asset !== null && writes) doubt(asset)
    return
  }
  if (asset !== null && writes && response.status < 300) learnChange(draft, asset, response)
  // It was gone already.
  if (meaning.deletes && meaning.expect && response.status === 404) meaning.deletes.life = 'deleted'
  if (response.status === 201) learnCreated(world, draft, response)
  if (meaning.reads && headersOfContent(response)) meaning.reads.contentEtag = response.headers.get('etag') ?? null
  const cookie = response.headers.get('set-cookie')?.split(';', 1)[0]
  if (meaning.signsIn !== undefined && cookie !== undefined) world.cookies.set(meaning.signsIn, cookie)
  learnTokens(world, draft, response)
}

const headersOfContent = ({ headers }: RawResponse): boolean => headers.has('repr-digest')

function doubt(asset: KnownAsset): void {
  if (asset.life === 'alive') asset.life = 'doubtful'
  asset.contents = null
}

function learnChange({ meaning, method }: Draft, asset: KnownAsset, { headers }: RawResponse): void {
  const { replaces } = meaning
  if (method === 'DELETE') asset.life = 'deleted'
  else asset.etag = headers.get('etag') ?? asset.etag
  if (replaces) {
    asset.contents?.set(etagOf(replaces.content), replaces.content)
    asset.contentEtag = etagOf(replaces.content)
  } else if (method === 'PUT') asset.contents = null
}

function learnCreated(world: World, { meaning }: Draft, { headers, body }: RawResponse): void {
  if (!meaning.creates) return
  const { api, base, owner, content } = meaning.creates
  const { id, filename } = JSON.parse(body.toString()) as { id: string | number; filename: string }
  const etag = content === null ? null : etagOf(content)
  world.assets.push({
    api,
    base,
    owner,
    id: String(id),
    filename,
    contents: content === null || etag === null ? null : new Map([[etag, content]]),
    etag: headers.get('etag') ?? null,
    contentEtag: etag,
    life: 'alive',
  })
}

function learnTokens(world: World, { meaning }: Draft, { status, headers, body }: RawResponse): void {
  if (
    status !== 200 ||
    !headers.get('content-type')?.startsWith('application/json') ||
    headersOfContent({ headers } as RawResponse)
  )
    return
  const { cursor, url } = JSON.parse(body.toString() || '{}') as { cursor?: unknown; url?: unknown }
  if (typeof cursor === 'string') world.cursors.push(cursor)
  const token = meaning.links && typeof url === 'string' ? url.split('/').at(-1) : undefined
  if (meaning.links && token !== undefined) world.linkTokens.push({ token, asset: meaning.links })
}
