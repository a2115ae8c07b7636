import { createHash, randomUUID } from 'node:crypto'
import { type FileHandle, open } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { boundaryOf, createPushParser } from '@stowage/multipart'
import { objectsFolder } from './objects.ts'
import { type Digesting, formServer } from './receive-form.ts'

const BATCH_BYTES = 1024 * 1024

/** The parser, SHA-256 and batched writes, and nothing else: what the layers above them cost is the distance to Stowage. */
export async function serve(folder: string, { sha256 }: Digesting = { sha256: true }) {
  const objects = await objectsFolder(folder)
  return formServer(req => receive(req, join(objects, randomUUID()), sha256))
}

async function receive(req: IncomingMessage, path: string, sha256: boolean): Promise<string | null> {
  const handle = await open(path, 'wx')
  try {
    return await receiveInto(handle, req, sha256)
  } finally {
    await handle.close()
  }
}

async function receiveInto(handle: FileHandle, req: IncomingMessage, sha256: boolean): Promise<string | null> {
  const hash = sha256 ? createHash('sha256') : null
  let batch: Uint8Array[] = []
  let batchBytes = 0
  let writing: Promise<void> = Promise.resolve()
  const limits = { fileBytes: Infinity, totalBytes: Infinity }
  const parser = createPushParser(
    { boundary: boundaryOf(req.headers['content-type'] ?? ''), limits },
    {
      onField: () => undefined,
      onFile: () => undefined,
      onData: bytes => {
        hash?.update(bytes)
        batch.push(bytes)
        batchBytes += bytes.length
      },
      onFileEnd: () => undefined,
    },
  )
  // One batch is written while the next gathers.
  const flush = async (): Promise<void> => {
    await writing
    const full = batch
    batch = []
    batchBytes = 0
    writing = writeBatch(handle, full)
    writing.catch(() => undefined)
  }
  for await (const chunk of req) {
    parser.write(chunk)
    if (batchBytes >= BATCH_BYTES) await flush()
  }
  parser.end()
  await flush()
  await writing
  return hash?.digest('hex') ?? null
}

async function writeBatch(handle: FileHandle, batch: readonly Uint8Array[]): Promise<void> {
  if (batch.length === 0) return
  const { bytesWritten } = await handle.writev(batch)
  const bytes = batch.reduce((sum, { length }) => sum + length, 0)
  if (bytesWritten !== bytes) throw new Error(`The file took ${bytesWritten} of ${bytes} bytes.`)
}
