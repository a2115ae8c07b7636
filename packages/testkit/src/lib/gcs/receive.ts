import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { rm, writeFile } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { GcsError } from './gcs-error.ts'
import { type Hashes, RunningHashes } from './hashes.ts'

const MAX_COLLECTED_BYTES = 64 * 1024 * 1024

/** What does not have to be large: metadata, forms, uploads of one request. */
export async function collect(body: Readable, maxBytes = MAX_COLLECTED_BYTES): Promise<Buffer> {
  const chunks: Buffer[] = []
  let sizeBytes = 0
  for await (const chunk of body) {
    sizeBytes += chunk.byteLength
    if (sizeBytes > maxBytes) throw new GcsError(413, 'uploadTooLarge', `Send more than ${maxBytes} bytes by a resumable upload.`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

export async function collectJson(body: Readable): Promise<Record<string, unknown>> {
  const text = (await collect(body)).toString()
  if (text === '') return {}
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  } catch {
    throw new GcsError(400, 'parseError', 'Parse Error')
  }
  throw new GcsError(400, 'badRequest', 'The body is not an object.')
}

export interface Received extends Hashes {
  /** In hexadecimal; null unless it was asked for. */
  readonly sha256: string | null
}

/** Writes a whole body to a file; one that was cut leaves none. */
export async function receiveFile(body: Readable, file: string, wantsSha256: boolean): Promise<Received> {
  const hashes = new RunningHashes()
  const sha256 = wantsSha256 ? createHash('sha256') : null
  const watch = async function* (source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of source) {
      sha256?.update(chunk)
      hashes.update(chunk)
      yield chunk
    }
  }
  try {
    await pipeline(body, watch, createWriteStream(file, { flags: 'wx' }))
  } catch (error) {
    await rm(file, { force: true })
    throw error
  }
  return { ...hashes.digest(), sha256: sha256?.digest('hex') ?? null }
}

export async function fileOf(bytes: Uint8Array, file: string): Promise<string> {
  await writeFile(file, bytes, { flag: 'wx' })
  return file
}
