import { describe, expect, it } from 'vitest'
import { systemRandom } from '../src/lib/crypto/random.ts'
import { createSigners } from '../src/lib/crypto/signer.ts'
import { randomKeys } from '../src/lib/kinds/keys.ts'
import type { KeyContext } from '../src/lib/kinds/kind.ts'

const MANY = 1_000_000
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'
/** By character code; -1 for what is no digit. */
const VALUES = Array.from({ length: 128 }, (_, code) => ALPHABET.indexOf(String.fromCharCode(code)))

/**
 * What can be said of a million values that each carry some bits: how many are there twice, how far each bit is from being set in half of them (in
 * standard deviations), and how far each is from agreeing with the same bit of the value before.
 */
function judge(count: number, bits: number, next: (at: number) => Uint8Array) {
  const seen = new BigUint64Array(count)
  const ones = new Uint32Array(bits)
  const kept = new Uint32Array(bits)
  // Every bit of every value would take longer, and tell no more.
  const every = count > 100_000 ? 10 : 1
  let judged = 0
  let before: Uint8Array = new Uint8Array(Math.ceil(bits / 8))
  for (let at = 0; at < count; at++) {
    const value = next(at)
    const view = new DataView(value.buffer, value.byteOffset)
    // 64 bits of a value that has more: a collision among a million is one in 30 million by chance.
    seen[at] = view.getBigUint64(0)
    if (at % every !== 0) continue
    judged++
    for (let bit = 0; bit < bits; bit++) {
      const here = ((value[bit >> 3] as number) >> (bit & 7)) & 1
      ones[bit] = (ones[bit] as number) + here
      kept[bit] = (kept[bit] as number) + (here === (((before[bit >> 3] as number) >> (bit & 7)) & 1) ? 1 : 0)
    }
    before = value
  }
  const sigma = Math.sqrt(judged) / 2
  const worst = (counts: Uint32Array) => Math.max(...Array.from(counts, found => Math.abs(found - judged / 2) / sigma))
  seen.sort()
  return { twice: seen.filter((value, at) => value === seen[at - 1]).length, bias: worst(ones), repetition: worst(kept) }
}

/** Over 6.5 deviations, one of 320 counts would lie once in 30 million runs. */
const FAR = 6.5

function expectRandom({ twice, bias, repetition }: ReturnType<typeof judge>): void {
  expect(twice).toBe(0)
  expect(bias).toBeLessThan(FAR)
  expect(repetition).toBeLessThan(FAR)
}

function bytesOfKey(key: string): Uint8Array {
  const bytes = new Uint8Array(20)
  let bit = 0
  for (let index = 0; index < key.length; index++) {
    const value = VALUES[key.charCodeAt(index)] ?? -1
    if (value < 0) continue
    for (let at = 4; at >= 0; at--, bit++) bytes[bit >> 3] = (bytes[bit >> 3] as number) | (((value >> at) & 1) << (bit & 7))
  }
  return bytes
}

describe('threat 16: what must not be guessed', () => {
  it('a million storage keys have 160 bits each that nobody can foresee, and none comes twice', { timeout: 60_000 }, () => {
    const keys = randomKeys(systemRandom())
    const context = {} as KeyContext
    expect(keys(context)).toMatch(/^[0-9a-hjkmnp-tv-z]{2}\/[0-9a-hjkmnp-tv-z]{30}$/)
    expectRandom(judge(MANY, 160, () => bytesOfKey(keys(context))))
  })

  it('a million names of blobs, which links carry, have 128 such bits', { timeout: 60_000 }, () => {
    const random = systemRandom()
    expectRandom(judge(MANY, 128, () => random(16)))
  })

  it('a hundred thousand signatures, of links that differ in a digit only, have 256', { timeout: 120_000 }, () => {
    const secret = Buffer.from(systemRandom()(32)).toString('base64url')
    const signer = createSigners([secret], { now: () => 0, after: () => () => undefined })('read-link')
    const signature = (at: number) => Buffer.from(signer.seal(['doc', 'id', at]).split('.')[1] ?? '', 'base64url')
    expect(signature(0)).toHaveLength(32)
    expectRandom(judge(MANY / 10, 256, signature))
  })
})

describe('threat 16: this test', () => {
  const counting = (at: number) => {
    const bytes = new Uint8Array(16)
    new DataView(bytes.buffer).setUint32(0, at)
    return bytes
  }
  const mixed = (at: number) => {
    const bytes = new Uint8Array(16)
    const view = new DataView(bytes.buffer)
    view.setBigUint64(0, BigInt(Date.now()) << 20n)
    view.setUint32(8, at)
    return bytes
  }
  let last: Uint8Array = new Uint8Array(16)
  const twice = (at: number) => {
    if (at % 2 === 0) last = systemRandom()(16)
    return last
  }
  it.each([
    ['a counter', counting],
    ['the time and a counter', mixed],
    ['random letters of hex as bytes', () => Buffer.from(Buffer.from(systemRandom()(8)).toString('hex'))],
    ['random bytes of which one bit is never set', () => systemRandom()(16).map((byte, at) => (at === 3 ? byte & 0xfe : byte))],
    ['random bytes, each drawn twice', twice],
  ])('finds %s out', (_name, next) => {
    const { twice, bias, repetition } = judge(20_000, 128, next)
    expect(twice > 0 || bias > FAR || repetition > FAR).toBe(true)
  })
})
