import { base32, hex } from '../crypto/random.ts'
import type { IdStrategy } from './kind.ts'

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
const SEQUENCE_DIGITS = 16
const SEQUENCE = 'asset-id'

/** UUIDs that sort by creation time. @see RFC 9562 §5.7 */
export function uuidV7(): IdStrategy {
  const next = v7Bytes()
  return {
    create: ({ now, random }) => {
      const h = hex(next(now, random))
      return `${h.slice(0, 8)}-${h.slice(8, 12)}-${h.slice(12, 16)}-${h.slice(16, 20)}-${h.slice(20)}`
    },
    parse: id => {
      const text = String(id).toLowerCase()
      return UUID.test(text) ? text : null
    },
    format: stored => stored,
  }
}

/**
 * Ids such as `asset_01j9…`: a prefix, then 26 digits that sort by creation time.
 * @param prefix 1 to 32 lower-case letters
 */
export function prefixedId(prefix: string): IdStrategy {
  if (!/^[a-z]{1,32}$/.test(prefix)) throw new TypeError(`prefixedId: "${prefix}" is not 1 to 32 lower-case letters.`)
  const pattern = new RegExp(`^${prefix}_[0-9a-hjkmnp-tv-z]{26}$`)
  const next = v7Bytes()
  return {
    create: ({ now, random }) => `${prefix}_${base32(next(now, random))}`,
    parse: id => (pattern.test(String(id)) ? String(id) : null),
    format: stored => stored,
  }
}

/** Whole numbers 1, 2, 3 … in the order of creation, counted over all kinds that use them; a refused upload may leave a gap. */
export function sequenceId(): IdStrategy {
  return {
    create: async ({ nextInSequence }) => String(await nextInSequence(SEQUENCE)).padStart(SEQUENCE_DIGITS, '0'),
    parse: id => {
      const text = String(id)
      const valid = /^[1-9][0-9]{0,15}$/.test(text) && Number.isSafeInteger(Number(text))
      return valid ? text.padStart(SEQUENCE_DIGITS, '0') : null
    },
    format: stored => Number(stored),
  }
}

/** 48 bits of milliseconds, 12 bits that count within one, 62 random bits. */
function v7Bytes(): (now: number, random: (bytes: number) => Uint8Array) => Uint8Array {
  let lastMs = -1
  let counter = 0
  return (now, random) => {
    const bytes = Uint8Array.from(random(16))
    const view = new DataView(bytes.buffer)
    // A clock that stands still or goes back must not break the order of ids.
    if (now > lastMs) {
      lastMs = now
      counter = view.getUint16(6) & 0x7ff
    } else if (++counter > 0xfff) {
      lastMs += 1
      counter = 0
    }
    view.setUint16(0, Math.floor(lastMs / 2 ** 32))
    view.setUint32(2, lastMs >>> 0)
    view.setUint16(6, 0x7000 | counter)
    view.setUint8(8, (view.getUint8(8) & 0x3f) | 0x80)
    return bytes
  }
}
