import { AssetClientError, errorOf } from '../error.ts'
import { asking, isPassing, waitAfter } from '../upload/retrying.ts'
import type { Send, Sending } from '../upload/sending.ts'
import type { Session } from '../upload/session.ts'
import { settled } from '../upload/settled.ts'
import { transfer } from '../upload/transfer.ts'
import { uploadMetadata } from './upload-metadata.ts'

const TUS = { 'tus-resumable': '1.0.0' }
const CHUNK_BYTES = 16 * 1024 * 1024
/** Somebody else has written, holds it, or the bytes were damaged on their way: where to go on is asked anew. */
const ELSEWHERE: readonly number[] = [409, 423, 460]
/** The upload was ended, or is not there. */
const ENDED: readonly number[] = [404, 410]

type Path = readonly string[]

/**
 * Sends a file to the API in chunks, each from where the one before has arrived.
 * @see tus.io/protocols/resumable-upload, 1.0.0: core protocol, creation and termination
 */
export const sendResumable: Send = async (sending, session) => {
  const { connection, patience } = sending
  const begun = (await takeUp(sending, session)) ?? { id: await create(sending, session), offset: 0 }
  await session.begun(begun.id)
  const path = [...session.root, begun.id]
  await sendChunks(sending, path, begun.offset)
  return settled(connection, patience, path)
}

/** The upload that was begun before, and how far it is; null where it cannot go on. */
async function takeUp(sending: Sending, { root, recall }: Session): Promise<{ id: string; offset: number } | null> {
  const id = await recall()
  if (id === null) return null
  try {
    return { id, offset: await askOffset(sending, [...root, id]) }
  } catch (error) {
    if (error instanceof AssetClientError && ENDED.includes(error.status)) return null
    throw error
  }
}

/** One that is made twice, because the first answer was lost, ends by itself. */
async function create({ connection, blob, options, patience }: Sending, { root }: Session): Promise<string> {
  const headers = { ...TUS, 'upload-length': String(blob.size), 'upload-metadata': uploadMetadata(blob, options) }
  const response = await asking(patience, signal => connection.open({ method: 'POST', path: root, headers, signal }))
  await response.body?.cancel()
  // Only its name counts: the token of the API goes nowhere else, and a proxy may know the API by another address.
  const id = /([^/?#]+)\/?(?:[?#]|$)/.exec(response.headers.get('location') ?? '')?.[1]
  if (id === undefined) throw invalid('The API did not say where the upload is.', response.status)
  return decodeURIComponent(id)
}

async function sendChunks(sending: Sending, path: Path, from: number): Promise<void> {
  const { blob, patience, onSent, onArrived } = sending
  let failures = 0
  for (let offset = from; offset < blob.size; ) {
    if (offset > 0) onArrived()
    onSent(offset)
    const before = offset
    try {
      offset = await sendChunk(sending, path, offset)
    } catch (error) {
      patience.signal.throwIfAborted()
      if (failures >= patience.retries || !mayGoOn(error)) throw error
      await waitAfter(patience, error, failures)
      failures += 1
      const now = await offsetOrEnd(sending, path)
      // Why it was ended is known to the upload.
      if (now === null) return
      offset = now
    }
    if (offset > before) failures = 0
  }
}

/** @returns where the next chunk begins */
async function sendChunk(sending: Sending, path: Path, offset: number): Promise<number> {
  const { connection, blob, options, patience, onSent } = sending
  const { chunkBytes = CHUNK_BYTES } = options
  const type = 'application/offset+octet-stream'
  const answer = await transfer(connection, {
    method: 'PATCH',
    url: connection.url(path),
    headers: await connection.headers({ ...TUS, 'content-type': type, 'upload-offset': String(offset) }),
    body: blob.slice(offset, offset + chunkBytes),
    ...patience,
    onSent: bytes => onSent(offset + bytes),
  })
  if (answer.status < 200 || answer.status > 299) throw errorOf(answer.status, answer.text, answer.header('retry-after'))
  return offsetIn(answer.header('upload-offset'), blob, answer.status)
}

async function offsetOrEnd(sending: Sending, path: Path): Promise<number | null> {
  try {
    return await askOffset(sending, path)
  } catch (error) {
    if (error instanceof AssetClientError && ENDED.includes(error.status)) return null
    throw error
  }
}

/** Whoever asks takes over: what an earlier request still brings counts no more. */
async function askOffset({ connection, blob, patience }: Sending, path: Path): Promise<number> {
  const { headers, status } = await asking(patience, signal => connection.open({ method: 'HEAD', path, headers: TUS, signal }))
  return offsetIn(headers.get('upload-offset'), blob, status)
}

function offsetIn(header: string | null, blob: Blob, status: number): number {
  const offset = header === null ? Number.NaN : Number(header)
  if (Number.isSafeInteger(offset) && offset >= 0 && offset <= blob.size) return offset
  throw invalid('The API did not say how far the upload is.', status)
}

function mayGoOn(error: unknown): boolean {
  return isPassing(error) || (error instanceof AssetClientError && ELSEWHERE.includes(error.status))
}

function invalid(message: string, status: number): AssetClientError {
  return new AssetClientError('invalid_response', message, { status })
}
