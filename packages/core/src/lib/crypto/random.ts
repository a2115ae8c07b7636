import { randomBytes } from 'node:crypto'

/** Source of unpredictable bytes. */
export type Random = (bytes: number) => Uint8Array

const POOL_BYTES = 4096

/** The system's generator, asked for 4 KiB at a time: a request needs a few dozen bytes in several places. No byte is given out twice. */
export function systemRandom(): Random {
  let pool: Uint8Array = new Uint8Array(0)
  return bytes => {
    if (bytes > pool.byteLength) pool = randomBytes(Math.max(bytes, POOL_BYTES))
    // Not slice(): a Buffer's shares its memory.
    const drawn = Uint8Array.from(pool.subarray(0, bytes))
    pool.fill(0, 0, bytes)
    pool = pool.subarray(bytes)
    return drawn
  }
}

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'

/** Crockford base32 in lower case: sorts as its bytes do, safe where case is folded. */
export function base32(bytes: Uint8Array): string {
  let out = ''
  let bits = 0
  // Leading zero bits, so that 16 bytes give 26 digits that sort as the bytes.
  let value = 0
  const pad = (5 - ((bytes.length * 8) % 5)) % 5
  bits = pad
  for (const byte of bytes) {
    value = (value << 8) | byte
    bits += 8
    while (bits >= 5) {
      bits -= 5
      out += ALPHABET[(value >>> bits) & 31]
      value &= (1 << bits) - 1
    }
  }
  return out
}

export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')
}
