import { randomOf } from '../fuzz/random.ts'

/** Of one block of content. */
export const BLOCK_BYTES = 256 * 1024

const BASE = baseBlock()

/** Bytes that a seed repeats, made while they are asked for: blocks of 256 KiB, no two the same. */
export function* contentOf(seed: number, sizeBytes: number): Generator<Buffer, undefined> {
  for (let at = 0; at < sizeBytes; at += BLOCK_BYTES) {
    // A copy: a socket may still hold the one before.
    const block = Buffer.from(BASE.subarray(0, Math.min(BLOCK_BYTES, sizeBytes - at)))
    block.write(`${seed} ${at} `, 'latin1')
    yield block
  }
}

function baseBlock(): Buffer {
  const random = randomOf(0, 0)
  const words = Uint32Array.from({ length: BLOCK_BYTES / 4 }, () => random.below(2 ** 32))
  return Buffer.from(words.buffer)
}
