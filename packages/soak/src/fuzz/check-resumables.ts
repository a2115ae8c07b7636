import type { RawResponse } from './client/response-reader.ts'
import type { Draft } from './plan/draft.ts'
import type { KnownResumable, ResumableStep } from './plan/known-resumable.ts'
import { etagOf, type World } from './plan/world.ts'

/** What of an upload's JSON is looked at. */
interface Shown {
  readonly id: string
  readonly state: KnownResumable['state']
  readonly offsetBytes: number
  readonly sizeBytes: number | null
  readonly asset: { readonly id: string | number } | null
}

/** Harms that leave every byte where it belongs. */
const HARMLESS: ReadonlySet<string> = new Set(['ending', 'writes'])
const isSafe = (method: string): boolean => method === 'GET' || method === 'HEAD' || method === 'OPTIONS'

/** What is wrong with an answer about a resumable upload, for a request that was not harmed; null when nothing is. */
export function faultOfResumable({ meaning }: Draft, response: RawResponse): string | null {
  const { resumable, beginsResumable, expect } = meaning
  if (beginsResumable && response.status === 201)
    return /\/[0-9a-f]{32}$/.test(locationOf(response)) ? null : 'No id of an upload.'
  return resumable && expect !== undefined ? faultOfStep(resumable, response) : null
}

function faultOfStep({ known, does, endBytes }: ResumableStep, response: RawResponse): string | null {
  const { status } = response
  if (does === 'abort' && status === 204 && known.state === 'done') return 'An upload was given up that had become an asset.'
  if (does === 'read' && status === 200) return faultOfShown(known, JSON.parse(response.body.toString()) as Shown)
  const offset = offsetOf(response)
  if (does === 'append' && status === 204 && offset !== endBytes) return `After ${endBytes} bytes the offset is ${offset}.`
  return does === 'head' && status === 200 ? faultOfOffset(known, offset) : null
}

function faultOfShown(known: KnownResumable, { id, state, offsetBytes, sizeBytes, asset }: Shown): string | null {
  if (id !== known.id || (sizeBytes !== null && sizeBytes !== known.content.length)) return 'An upload is shown as another one.'
  if (known.state === 'done' && state !== 'done') return `An upload that had become an asset is shown as ${state}.`
  if (known.asset !== null && String(asset?.id) !== known.asset.id) return 'An upload is shown with another asset than it became.'
  return faultOfOffset(known, offsetBytes)
}

/** What was told to have arrived has. */
function faultOfOffset({ offsetBytes, content, sure, state }: KnownResumable, told: number | null): string | null {
  if (told === null) return 'No offset was told.'
  if (told < offsetBytes) return `An offset of ${offsetBytes} was told, and is taken back to ${told}.`
  if (told > content.length) return `Of ${content.length} bytes ${told} have arrived.`
  return sure && state === 'open' && told !== offsetBytes ? `${offsetBytes} bytes were sent, ${told} have arrived.` : null
}

const locationOf = ({ headers }: RawResponse): string => headers.get('location') ?? ''

function offsetOf({ headers }: RawResponse): number | null {
  const value = headers.get('upload-offset')
  return value === undefined ? null : Number(value)
}

/** Bytes may arrive before their sender is answered: what they may be is known before they are sent. */
export function foreseeResumable({ resumable, method, harms, wild, meaning }: Draft): void {
  if (resumable === null || isSafe(method)) return
  const isRight = !wild && meaning.resumable !== undefined && harms.every(harm => HARMLESS.has(harm))
  if (!isRight) resumable.tainted = true
}

/** What an answer teaches about an upload; `null` for a request whose outcome nobody saw. */
export function learnResumable(world: World, draft: Draft, response: RawResponse | null): void {
  const { meaning, resumable, method } = draft
  if (response !== null && !draft.wild && meaning.beginsResumable && response.status === 201) learnBegun(world, draft, response)
  if (resumable === null) return
  if (response === null || draft.wild || draft.harms.some(harm => !HARMLESS.has(harm)) || meaning.resumable === undefined) {
    if (!isSafe(method)) resumable.sure = false
    return
  }
  learnStep(world, meaning.resumable, response)
}

function learnBegun(world: World, { meaning, harms }: Draft, response: RawResponse): void {
  const { beginsResumable: begun } = meaning
  // What was harmed may have been begun for something else.
  if (!begun || harms.some(harm => !HARMLESS.has(harm))) return
  const id = locationOf(response).slice(-32)
  const offsetBytes = offsetOf(response) ?? 0
  world.resumables.push({ ...begun, id, offsetBytes, state: 'open', sure: true, tainted: false, asset: null })
}

function learnStep(world: World, { known, does, declares }: ResumableStep, response: RawResponse): void {
  const { status, headers } = response
  if (does === 'abort' && status === 204) known.state = 'ended'
  // It was ended by something else, or what it has become is gone.
  else if (status === 404 && !known.sure) forget(world, known)
  else if (does === 'read' && status === 200) learnShown(world, known, JSON.parse(response.body.toString()) as Shown)
  else if (does === 'append' && status === 422) known.state = 'failed'
  else if (status === 410) known.state = 'failed'
  else if ((does === 'head' && status === 200) || (does === 'append' && status === 204)) {
    if (declares) known.declared = true
    known.offsetBytes = Math.max(known.offsetBytes, offsetOf(response) ?? 0)
    const state = headers.get('stowage-upload-state')
    const asset = headers.get('stowage-asset')
    if (asset !== undefined) becomes(world, known, decodeURIComponent(asset))
    else if (state === 'verifying' && known.state === 'open') known.state = 'verifying'
  }
}

function learnShown(world: World, known: KnownResumable, { state, asset, offsetBytes }: Shown): void {
  known.offsetBytes = Math.max(known.offsetBytes, offsetBytes)
  if (asset !== null && state === 'done') becomes(world, known, String(asset.id))
  else if (known.state !== 'done') known.state = state
}

function forget(world: World, known: KnownResumable): void {
  const at = world.resumables.indexOf(known)
  if (at >= 0) world.resumables.splice(at, 1)
}

function becomes(world: World, known: KnownResumable, id: string): void {
  known.state = 'done'
  if (known.asset !== null) return
  const { api, base, owner, filename, content, tainted } = known
  const contents = tainted ? null : new Map([[etagOf(content), content]])
  known.asset = { api, base, owner, id, filename, contents, etag: null, contentEtag: null, life: 'alive' }
  world.assets.push(known.asset)
}
