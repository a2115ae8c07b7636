import { expect, it } from 'vitest'
import { MAX_OBJECT_BYTES, MAX_PARTS, MIB, partSizes, partsAtOnce } from './part-sizes.ts'
import { flavors } from './quirks.ts'

const place = { partBytes: 8 * MIB, quirks: flavors.aws }

it('5 TiB fit in 10,000 parts, whether the size is known or not', () => {
  for (const sizeBytes of [undefined, MAX_OBJECT_BYTES]) {
    const size = partSizes(place, sizeBytes)
    const all = Array.from({ length: MAX_PARTS }, (_, index) => size(index + 1)).reduce((sum, bytes) => sum + bytes, 0)
    expect(all).toBeGreaterThanOrEqual(MAX_OBJECT_BYTES)
  }
})

it('parts of a known size are alike; others grow, unless the service wants them alike', () => {
  expect(partSizes(place, 1024 ** 3)(1)).toBe(8 * MIB)
  expect([1, 1000, 1001, 1060, 1061].map(partSizes(place, undefined))).toEqual([8, 8, 16, 16, 24].map(mib => mib * MIB))
  expect(partSizes({ ...place, quirks: flavors.r2 }, undefined)(9999)).toBe(8 * MIB)
})

it('no more than 64 MiB are held at once, with the part that is read, but for parts that are larger', () => {
  for (const mib of [5, 8, 16, 24, 64, 512]) {
    const held = (partsAtOnce({ partsAtOnce: 4 }, mib * MIB) + 1) * mib
    expect(held).toBeLessThanOrEqual(Math.max(64, 2 * mib))
  }
})
