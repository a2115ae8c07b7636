import { Buffer, isUtf8 } from 'node:buffer'

/** Text of `bytes`, or null where they are not UTF-8. */
export function decodeUtf8(bytes: Buffer, start = 0, end = bytes.length): string | null {
  const text = bytes.toString('utf8', start, end)
  // U+FFFD is what the decoder writes for invalid bytes; a sender may also mean it.
  if (text.includes('\uFFFD') && !isUtf8(bytes.subarray(start, end))) return null
  return text
}

/** The same memory as a Buffer, for its native search. */
export function asBuffer(chunk: Uint8Array): Buffer {
  return Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
}

export function utf8LengthExceeds(text: string, limit: number): boolean {
  return text.length > limit || (text.length * 3 > limit && Buffer.byteLength(text) > limit)
}

export function isAscii(text: string): boolean {
  return Buffer.byteLength(text) === text.length
}
