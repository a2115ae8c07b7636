import { setTimeout as wait } from 'node:timers/promises'
import { contentOf, sha256 } from './content.ts'
import type { Answer, HttpClient } from './http-client.ts'
import type { LoadContext } from './load.ts'
import { VERIFY_IN_JOB_BYTES } from './protocol.ts'

const DONE_WITHIN_MS = 60_000
const JSON_TYPE = { 'content-type': 'application/json' }

/** How a file goes straight to the storage, and what becomes of it. */
type Way = 'put' | 'parts' | 'left to a job' | 'given up'

const WAYS: readonly Way[] = ['put', 'parts', 'left to a job', 'given up']

/** Sends a file in one of the ways, or one in each: a point may lie on any of them. */
export async function uploadDirectly(context: LoadContext, inEachWay: boolean): Promise<void> {
  for (const way of inEachWay ? WAYS : [context.random.pick(WAYS)]) await uploadOneDirectly(context, way)
}

async function uploadOneDirectly(context: LoadContext, way: Way): Promise<void> {
  const { client, model, next, random } = context
  const seed = next()
  const sizeBytes = way === 'left to a job' ? VERIFY_IN_JOB_BYTES + 1 : 1 + random.below(3000)
  const [bytes, filename] = [contentOf(seed, sizeBytes), `u${seed}.bin`]
  const facts = { sha256: sha256(bytes), sizeBytes, title: null }
  if (way !== 'given up') model.uploads.set(filename, facts)
  const id = await sendDirectly(client, bytes, { filename, method: way === 'parts' ? 'multipart' : 'put' })
  if (way === 'given up') {
    accepted(await client.send('DELETE', `uploads/${id}`), 204)
    model.count('direct uploads given up')
    return
  }
  const assetId = await completed(client, id)
  model.uploads.delete(filename)
  model.add(assetId, filename, facts)
  model.count('direct uploads')
}

/** Leaves a file in one piece and one in parts to whoever comes next. */
export async function leaveDirectUploads({ client, next }: LoadContext): Promise<void> {
  for (const method of ['put', 'multipart'] as const) await sendDirectly(client, contentOf(next(), 2000), { method })
}

interface Signed {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
}

interface UploadJson {
  readonly id: string
  readonly state: string
  readonly request: Signed | null
  readonly parts: readonly { readonly request: Signed }[]
  readonly asset: { readonly id: string } | null
}

async function sendDirectly(client: HttpClient, bytes: Buffer, details: object): Promise<string> {
  const body = JSON.stringify({ sizeBytes: bytes.byteLength, ...details })
  const { id, request } = jsonOf(await client.send('POST', 'uploads', { body, headers: JSON_TYPE }), 201)
  const { method, url, headers } = request ?? (await signedPart(client, id))
  const { pathname, search } = new URL(url)
  accepted(await client.send(method, pathname + search, { body: bytes, headers }), 200, 201)
  return id
}

async function signedPart(client: HttpClient, id: string): Promise<Signed> {
  const answer = await client.send('POST', `uploads/${id}/parts`, { body: '{"partNumbers":[1]}', headers: JSON_TYPE })
  const [part] = jsonOf(answer, 200).parts
  if (!part) throw new Error(`Upload ${id} has no first part.`)
  return part.request
}

/** @returns the id of the asset, once there is one */
async function completed(client: HttpClient, id: string): Promise<string> {
  const answer = await client.send('POST', `uploads/${id}/complete`)
  if (answer.status !== 202) return jsonOf(answer, 201).id
  for (const deadline = performance.now() + DONE_WITHIN_MS; performance.now() < deadline; await wait(5)) {
    const { state, asset } = jsonOf(await client.send('GET', `uploads/${id}`), 200)
    if (state === 'done' && asset) return asset.id
    if (state !== 'verifying') throw new Error(`Upload ${id} is ${state}.`)
  }
  throw new Error(`Upload ${id} was not verified.`)
}

function accepted({ status, body }: Answer, ...expected: readonly number[]): void {
  if (expected.includes(status)) return
  throw new Error(`A direct upload was answered ${status} instead of ${expected.join(' or ')}: ${body.toString().slice(0, 500)}`)
}

function jsonOf(answer: Answer, expected: number): UploadJson {
  accepted(answer, expected)
  return JSON.parse(answer.body.toString())
}
