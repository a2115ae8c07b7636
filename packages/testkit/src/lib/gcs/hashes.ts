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

/** Hashes of bytes as they come. */
export class RunningHashes {
  readonly #md5 = createHash('md5')
  #crc = 0
  #sizeBytes = 0

  update(chunk: Uint8Array): void {
    this.#md5.update(chunk)
    this.#crc = crc32c(chunk, this.#crc)
    this.#sizeBytes += chunk.byteLength
  }

  digest(): Hashes {
    return { sizeBytes: this.#sizeBytes, crc32c: crc32cText(this.#crc), md5Hash: this.#md5.digest('base64') }
  }
}

export function hashesOfBytes(bytes: Uint8Array): Hashes {
  const hashes = new RunningHashes()
  hashes.update(bytes)
  return hashes.digest()
}

export async function hashesOf(file: string): Promise<Hashes> {
  const hashes = new RunningHashes()
  for await (const chunk of createReadStream(file, { highWaterMark: 256 * 1024 })) hashes.update(chunk)
  return hashes.digest()
}
