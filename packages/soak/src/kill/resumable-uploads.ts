import { setTimeout as wait } from 'node:timers/promises'
import { contentOf, sha256 } from './content.ts'
import type { Answer, HttpClient } from './http-client.ts'
import type { LoadContext } from './load.ts'
import type { Model, Resumable } from './model.ts'

const DONE_WITHIN_MS = 60_000
const TUS = { 'tus-resumable': '1.0.0' }
const BYTES = { ...TUS, 'content-type': 'application/offset+octet-stream' }

/** How a file is sent in pieces, and what becomes of it. */
type Way = 'in pieces' | 'of unknown length' | 'given up'

const WAYS: readonly Way[] = ['in pieces', 'of unknown length', 'given up']

/** Sends a file in one of the ways, or one in each: a point may lie on any of them. */
export async function uploadResumably(context: LoadContext, inEachWay: boolean): Promise<void> {
  for (const way of inEachWay ? WAYS : [context.random.pick(WAYS)]) await uploadOne(context, way)
}

async function uploadOne(context: LoadContext, way: Way): Promise<void> {
  const { client, model, random } = context
  const upload = await begin(context, way === 'of unknown length' ? 'later' : 'now')
  const { path, bytes } = upload
  if (way !== 'given up') model.resumables.set(path, upload)
  const pieceBytes = Math.ceil(bytes.byteLength / (2 + random.below(2)))
  let answer: Answer | null = null
  while (upload.acknowledgedBytes < bytes.byteLength) {
    if (way === 'given up' && answer) {
      accepted(await client.send('DELETE', path, { headers: TUS }), 204)
      model.count('resumable uploads given up')
      return
    }
    answer = await sendPiece(client, upload, pieceBytes)
  }
  if (answer) await finish(client, model, upload, answer)
  model.count('resumable uploads')
}

/** Leaves a file that has come in part to whoever comes next. */
export async function leaveResumableUpload(context: LoadContext): Promise<void> {
  await sendPiece(context.client, await begin(context, 'now'), 1)
}

/**
 * Goes on with what was begun when the server died, as its sender would.
 * @throws where bytes that were acknowledged are gone
 */
export async function resumeUploads(client: HttpClient, model: Model): Promise<void> {
  for (const upload of [...model.resumables.values()]) {
    const { path, filename, bytes, acknowledgedBytes } = upload
    const told = await client.send('HEAD', path, { headers: TUS })
    accepted(told, 200)
    const offsetBytes = Number(told.headers['upload-offset'])
    if (!(offsetBytes >= acknowledgedBytes && offsetBytes <= bytes.byteLength))
      throw new Error(`I2 of ${filename} ${acknowledgedBytes} bytes were acknowledged, and ${offsetBytes} are there.`)
    upload.acknowledgedBytes = offsetBytes
    const answer = offsetBytes < bytes.byteLength ? await sendPiece(client, upload, bytes.byteLength) : told
    await finish(client, model, upload, answer)
    model.count('resumable uploads gone on with')
  }
}

/** @param length whether it is told at the beginning, or with the last bytes */
async function begin({ client, next, random }: LoadContext, length: 'now' | 'later'): Promise<Resumable> {
  const seed = next()
  // Of the larger ones a job makes the asset, where no process has seen all of them.
  const sizeBytes = 10 + random.below(random.pick([3000, 60_000]))
  const [bytes, filename] = [contentOf(seed, sizeBytes), `u${seed}.bin`]
  const answer = await client.send('POST', 'uploads/resumable', {
    headers: {
      ...TUS,
      ...(length === 'now' ? { 'upload-length': String(sizeBytes) } : { 'upload-defer-length': '1' }),
      'upload-metadata': `filename ${Buffer.from(filename).toString('base64')}`,
    },
  })
  accepted(answer, 201)
  const path = new URL(String(answer.headers.location), 'http://127.0.0.1').pathname
  return { path, filename, bytes, acknowledgedBytes: 0 }
}

async function sendPiece(client: HttpClient, upload: Resumable, pieceBytes: number): Promise<Answer> {
  const { path, bytes, acknowledgedBytes: from } = upload
  const body = bytes.subarray(from, from + pieceBytes)
  const isLast = from + body.byteLength === bytes.byteLength
  const length = isLast ? { 'upload-length': String(bytes.byteLength) } : {}
  const answer = await client.send('PATCH', path, { body, headers: { ...BYTES, 'upload-offset': String(from), ...length } })
  accepted(answer, 204)
  upload.acknowledgedBytes = Number(answer.headers['upload-offset'])
  if (upload.acknowledgedBytes !== from + body.byteLength)
    throw new Error(`After ${from + body.byteLength} bytes of ${upload.filename} the offset is ${upload.acknowledgedBytes}.`)
  return answer
}

async function finish(client: HttpClient, model: Model, { path, filename, bytes }: Resumable, answer: Answer): Promise<void> {
  const id = answer.headers['stowage-asset'] ?? (await made(client, path))
  model.resumables.delete(path)
  model.add(String(id), filename, { sha256: sha256(bytes), sizeBytes: bytes.byteLength, title: null })
}

/** @returns the id of the asset, once a job has made it */
async function made(client: HttpClient, path: string): Promise<string> {
  for (const deadline = performance.now() + DONE_WITHIN_MS; performance.now() < deadline; await wait(5)) {
    const answer = await client.send('GET', path)
    accepted(answer, 200)
    const { state, asset } = JSON.parse(answer.body.toString()) as { state: string; asset: { id: string } | null }
    if (state === 'done' && asset) return asset.id
    if (state !== 'verifying') throw new Error(`Upload ${path} is ${state}.`)
  }
  throw new Error(`Upload ${path} was not verified.`)
}

function accepted({ status, body }: Answer, expected: number): void {
  if (status === expected) return
  throw new Error(`A resumable upload was answered ${status} instead of ${expected}: ${body.toString().slice(0, 500)}`)
}
