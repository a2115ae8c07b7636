import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { crc32c, crc32cText } from './crc32c.ts'

/** @see https://cloud.google.com/storage/docs/hashes-etags */
export interface Hashes {
  readonly sizeBytes: number
  /** Base64, of the big-endian number. */
  readonly crc32c: string
  /** Base64. Objects that were joined from parts have none. */
  readonly md5Hash: string | null
}

export function hashesOfBytes(bytes: Uint8Array): Hashes {
  const md5Hash = createHash('md5').update(bytes).digest('base64')
  return { sizeBytes: bytes.byteLength, crc32c: crc32cText(crc32c(bytes)), md5Hash }
}

export async function hashesOf(file: string): Promise<Hashes> {
  const md5 = createHash('md5')
  let crc = 0
  let sizeBytes = 0
  for await (const chunk of createReadStream(file, { highWaterMark: 256 * 1024 })) {
    md5.update(chunk)
    crc = crc32c(chunk, crc)
    sizeBytes += chunk.byteLength
  }
  return { sizeBytes, crc32c: crc32cText(crc), md5Hash: md5.digest('base64') }
}
