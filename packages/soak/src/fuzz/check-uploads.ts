import type { RawResponse } from './client/response-reader.ts'
import type { Draft } from './plan/draft.ts'
import { doubtUpload, type KnownUpload, signedRequest, type UploadStep } from './plan/known-upload.ts'
import { etagOf, type World } from './plan/world.ts'

/** What of an upload's answer is looked at. */
interface Shown {
  readonly id: string
  readonly method: 'put' | 'multipart'
  readonly state: KnownUpload['state']
  readonly sizeBytes: number
  readonly request: Signed | null
  readonly parts: readonly { readonly sizeBytes: number }[]
  readonly asset: { readonly id: string | number; readonly filename: string } | null
}

interface Signed {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
}

const read = <T>({ body }: RawResponse): T => JSON.parse(body.toString()) as T

/** What is wrong with an answer about a direct upload, for a request that was not harmed; null when nothing is. */
export function faultOfUpload(world: World, { meaning }: Draft, response: RawResponse): string | null {
  if (meaning.noUpload && response.status === 404) return faultOfWords(world, response)
  return meaning.upload ? faultOfStep(meaning.upload, response, meaning.expect !== undefined) : null
}

/** They tell of the request and of its connection. */
const OF_THE_REQUEST = new Set(['vary', 'connection', 'keep-alive'])

/** Unknown, expired, ended and somebody else's: nobody can tell them apart. */
function faultOfWords({ noUpload }: World, { body, headers }: RawResponse): string | null {
  const told = JSON.parse(body.toString()) as { readonly code?: string; readonly detail?: string; readonly error?: unknown }
  const words = told.detail ?? JSON.stringify(told.error)
  const key = told.detail === undefined ? typeof told.error : 'problem'
  const shown = `${words} ${headers.get('cache-control')} ${[...headers.keys()].filter(name => !OF_THE_REQUEST.has(name)).sort()}`
  const before = noUpload.get(key) ?? shown
  noUpload.set(key, before)
  return shown === before ? null : `What is answered for one upload that is not there is ${shown}; for another it was ${before}`
}

function faultOfStep({ known, does }: UploadStep, response: RawResponse, alone: boolean): string | null {
  const { status } = response
  if (does === 'abort' && status === 204 && known.state === 'done') return 'An upload was aborted that had become an asset.'
  if (does === 'complete' && status === 201) {
    if (known.state === 'ended') return 'An upload became an asset after it was aborted.'
    const { id } = read<{ readonly id: string | number }>(response)
    if (known.asset !== null && String(id) !== known.asset.id) return 'An upload became two assets.'
  }
  return does === 'read' && status === 200 && alone ? faultOfShown(known, read(response)) : null
}

function faultOfShown(known: KnownUpload, shown: Shown): string | null {
  if (shown.id !== known.id || shown.sizeBytes !== known.content.length) return 'An upload is shown as another one.'
  if (known.state === 'done' && shown.state !== 'done') return `An upload that had become an asset is shown as ${shown.state}.`
  if (shown.state === 'done' && known.asset !== null && String(shown.asset?.id) !== known.asset.id) {
    return 'An upload is shown with another asset than it became.'
  }
  if (!known.sure || known.state !== 'open') return null
  if (shown.state !== 'open') return `An open upload is shown as ${shown.state}.`
  if ((shown.request !== null) !== (known.method === 'put')) return 'An open upload is shown without what sends it.'
  const arrived = shown.parts.length === 1 && shown.parts[0]?.sizeBytes === known.content.length
  return known.method === 'put' || arrived === known.arrived ? null : 'An upload is not shown with the parts that arrived.'
}

/** Contents are known before they are sent: in a race they may be served before their sender is answered. */
export function foreseeSent({ meaning, upload, method }: Draft): void {
  if (upload === null || method !== 'PUT') return
  const { content } = meaning.upload ?? {}
  if (content === undefined) upload.sent = null
  else if (content.length === upload.content.length) upload.sent?.set(etagOf(content), content)
}

/** What an answer teaches about an upload; `null` for a request whose outcome nobody saw. */
export function learnUpload(world: World, draft: Draft, response: RawResponse | null): void {
  const { meaning, upload, method } = draft
  if (response !== null && !draft.wild && meaning.begins && response.status === 201) learnBegun(world, draft, response)
  if (upload === null) return
  const changes = method !== 'GET' && method !== 'HEAD' && method !== 'OPTIONS'
  if (response === null || draft.wild || meaning.upload === undefined) {
    if (changes && (response === null || draft.wild || response.status < 300)) doubtUpload(upload)
    return
  }
  learnStep(world, meaning.upload, response)
}

function learnBegun(world: World, { meaning, body }: Draft, response: RawResponse): void {
  const { begins } = meaning
  const { id, method, sizeBytes, request } = read<Shown>(response)
  if (!begins || sizeBytes !== begins.content.length) return
  const { content, ...place } = begins
  world.uploads.push({
    ...place,
    id,
    method,
    content,
    declaresDigest: body?.includes('"sha256"') === true,
    sent: new Map(),
    state: 'open',
    arrived: false,
    sure: true,
    request: request && signedRequest(request.url, request.headers),
    partEtag: null,
    asset: null,
  })
}

function learnStep(world: World, { known, does }: UploadStep, response: RawResponse): void {
  const { status } = response
  if (does === 'abort' && status === 204) known.state = 'ended'
  else if (does === 'send' && status < 300) {
    known.arrived = true
    known.partEtag = response.headers.get('etag') ?? null
  } else if (does === 'presign' && status === 200) {
    const [part] = read<{ readonly parts: readonly { readonly request: Signed }[] }>(response).parts
    if (part) known.request = signedRequest(part.request.url, part.request.headers)
  } else if (does === 'read' && status === 200) learnShown(world, known, read(response))
  // It was completed at once with something else, and what came of it is gone.
  else if (does === 'read' && status === 404 && !known.sure) world.uploads.splice(world.uploads.indexOf(known) >>> 0, 1)
  else if (does === 'complete') learnCompleted(world, known, response)
}

function learnShown(world: World, known: KnownUpload, { state, request, asset }: Shown): void {
  if (state === 'open' && request !== null) known.request = signedRequest(request.url, request.headers)
  if (asset !== null && state === 'done') becomes(world, known, { ...asset, etag: null })
  else if (state === 'verifying' || state === 'failed' || !known.sure) known.state = state
}

function learnCompleted(world: World, known: KnownUpload, response: RawResponse): void {
  const { status, headers } = response
  if (status === 201) becomes(world, known, { ...read<NonNullable<Shown['asset']>>(response), etag: headers.get('etag') ?? null })
  else if (status === 202) known.state = 'verifying'
  // Whether that was the end of it, the next look tells.
  else if (status === 422) doubtUpload(known)
}

function becomes(
  world: World,
  known: KnownUpload,
  { id, filename, etag }: NonNullable<Shown['asset']> & { readonly etag: string | null },
): void {
  known.state = 'done'
  if (known.asset !== null) return
  const { api, base, owner, sent } = known
  known.asset = { api, base, owner, id: String(id), filename, contents: sent, etag, contentEtag: null, life: 'alive' }
  world.assets.push(known.asset)
}
