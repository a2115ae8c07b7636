import { describe, expect, it } from 'vitest'
import { base32, hex, systemRandom } from './random.ts'

describe('the system generator', () => {
  it.each([8, 16, 20, 32, 4096, 5000])('gives %i bytes that never come again and that nobody else holds', bytes => {
    const random = systemRandom()
    const drawn = Array.from({ length: 600 }, () => random(bytes))
    expect(drawn.every(one => one.byteLength === bytes)).toBe(true)
    expect(new Set(drawn.map(hex)).size).toBe(drawn.length)
    expect(new Set(drawn.map(one => one.buffer)).size).toBe(drawn.length)
    expect(drawn.some(one => one.every(byte => byte === 0))).toBe(false)
  })
})

describe('base32', () => {
  it('sorts as its bytes do, and has no letters that are mistaken for others', () => {
    const values = Array.from({ length: 200 }, () => systemRandom()(16)).sort(Buffer.compare)
    const texts = values.map(base32)
    expect(texts).toEqual([...texts].sort())
    expect(texts.every(text => /^[0-9a-hjkmnp-tv-z]{26}$/.test(text))).toBe(true)
  })
})
