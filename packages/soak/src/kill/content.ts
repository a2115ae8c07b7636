import { createHash } from 'node:crypto'

/** Bytes that no other seed or size gives, in any part of 64 bytes. */
export function contentOf(seed: number, sizeBytes: number): Buffer {
  const bytes = Buffer.allocUnsafe(sizeBytes)
  for (let at = 0; at < sizeBytes; at += 64) bytes.write(`${seed} ${at} `.padEnd(63, '.').concat('\n'), at, 'latin1')
  return bytes
}

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
