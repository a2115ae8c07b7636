import type { Connection } from '../connection.ts'
import { AssetClientError } from '../error.ts'
import type { DirectUploadOptions } from '../inputs.ts'
import { toBlob } from '../send-file.ts'
import type { Asset } from '../wire.ts'
import type { DirectUpload } from './direct-upload.ts'
import { delayOf, isPassing, type Patience, pause, retrying } from './retrying.ts'
import { sendParts, sendWhole } from './send-parts.ts'

interface Place {
  readonly connection: Connection
  readonly patience: Patience
}

const MAX_POLL_MS = 5000

/** Sends a file straight to the storage: begins or takes up an upload, sends what is missing, completes it and waits for its asset. */
export async function uploadDirect(
  connection: Connection,
  source: Blob | ArrayBuffer | Uint8Array,
  options: DirectUploadOptions,
): Promise<Asset> {
  const { signal = new AbortController().signal, retries = 3, retryDelayMs = 500, partsAtOnce = 3, onProgress } = options
  signal.throwIfAborted()
  const blob = toBlob(source) as Blob
  const place: Place = { connection, patience: { retries, delayMs: retryDelayMs, signal } }
  const memory = remember(connection, blob, options)
  const upload = (await takeUp(place, blob, await memory.get())) ?? (await begin(place, blob, options))
  try {
    await memory.set(upload.id)
    let furthest = -1
    const onSent = (loaded: number) => {
      // A part that is sent again has been told of already.
      if (loaded <= furthest) return
      furthest = loaded
      onProgress?.({ loaded, total: blob.size, fraction: blob.size === 0 ? 1 : loaded / blob.size })
    }
    if (upload.state === 'open') {
      const sending = { ...place, blob, partsAtOnce, onSent }
      await (upload.method === 'multipart' ? sendParts(upload, sending) : sendWhole(upload, sending))
    }
    const asset = await settle(place, upload)
    onSent(blob.size)
    await memory.forget()
    return asset
  } catch (error) {
    // What may still succeed is kept for whoever can take it up; all else is given up.
    if (signal.aborted || !memory.lasts || !isPassing(error)) {
      await memory.forget()
      await giveUp(connection, upload)
    }
    throw error
  }
}

/** The upload that was begun before, where it can go on. */
async function takeUp({ connection, patience }: Place, blob: Blob, id: string | null): Promise<DirectUpload | null> {
  if (id === null) return null
  try {
    const upload = await retrying(patience, isPassing, () =>
      connection.ask<DirectUpload>({ method: 'GET', path: ['uploads', id], signal: patience.signal }),
    )
    return upload.sizeBytes === blob.size && upload.state !== 'failed' ? upload : null
  } catch (error) {
    if (error instanceof AssetClientError && error.status === 404) return null
    throw error
  }
}

function begin({ connection, patience }: Place, blob: Blob, options: DirectUploadOptions): Promise<DirectUpload> {
  const { title, description, visibility, tags, metadata, fields, sha256, method } = options
  const contentType = options.contentType ?? (blob.type || undefined)
  const about = { filename: nameOf(blob, options), contentType, sizeBytes: blob.size, sha256, method }
  return connection.ask({
    method: 'POST',
    path: ['uploads'],
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...about, title, description, visibility, tags, metadata, fields }),
    signal: patience.signal,
  })
}

/** Completes the upload; twice is as once. */
async function settle({ connection, patience }: Place, { id }: DirectUpload): Promise<Asset> {
  const { signal } = patience
  const answer = await retrying(patience, isPassing, () =>
    connection.ask<Asset | DirectUpload>({ method: 'POST', path: ['uploads', id, 'complete'], signal }),
  )
  let upload = isUpload(answer) ? answer : null
  if (upload === null) return answer as Asset
  for (let asked = 0; upload.asset === null; asked++) {
    if (upload.state === 'failed') throw new AssetClientError('unprocessable', upload.error ?? 'The upload was refused.')
    await pause(Math.min(delayOf(patience, asked), MAX_POLL_MS), signal)
    upload = await retrying(patience, isPassing, () =>
      connection.ask<DirectUpload>({ method: 'GET', path: ['uploads', id], signal }),
    )
  }
  return upload.asset
}

function isUpload(answer: Asset | DirectUpload): answer is DirectUpload {
  return 'partCount' in answer
}

/** Best effort: what is left of it ends by itself. */
async function giveUp(connection: Connection, { id }: DirectUpload): Promise<void> {
  await connection.ask({ method: 'DELETE', path: ['uploads', id] }).catch(() => undefined)
}

/** Keeps the id of an upload under what tells its file from others. */
function remember(connection: Connection, blob: Blob, options: DirectUploadOptions) {
  const { resume } = options
  const modified = 'lastModified' in blob ? blob.lastModified : null
  const lasts = resume !== undefined && modified !== null
  const key = JSON.stringify(['stowage', connection.url(['uploads']), nameOf(blob, options), blob.size, modified])
  return {
    lasts,
    get: async () => (lasts && (await resume.getItem(key))) || null,
    set: async (id: string) => void (lasts && (await resume.setItem(key, id))),
    forget: async () => void (lasts && (await resume.removeItem(key))),
  }
}

function nameOf(blob: Blob, { filename }: DirectUploadOptions): string {
  return filename ?? ('name' in blob ? String(blob.name) : 'file')
}
