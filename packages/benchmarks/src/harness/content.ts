import { createCipheriv, createHash } from 'node:crypto'

const BLOCK_BYTES = 1024 * 1024

/** Bytes that look random and are the same each time. */
const block = createCipheriv('aes-128-ctr', Buffer.alloc(16), Buffer.alloc(16, 1)).update(Buffer.alloc(BLOCK_BYTES))

/** Content of a file: one block of 1 MiB again and again. */
export interface Content {
  readonly sizeBytes: number
  readonly pieces: readonly Buffer[]
}

export function contentOf(sizeBytes: number): Content {
  const pieces: Buffer[] = []
  for (let left = sizeBytes; left > 0; left -= BLOCK_BYTES) pieces.push(left < BLOCK_BYTES ? block.subarray(0, left) : block)
  return { sizeBytes, pieces }
}

/** Lower-case hexadecimal. */
export function sha256Of(pieces: readonly Uint8Array[]): string {
  const hash = createHash('sha256')
  for (const piece of pieces) hash.update(piece)
  return hash.digest('hex')
}
