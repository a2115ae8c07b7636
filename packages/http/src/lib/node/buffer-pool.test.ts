import { expect, test } from 'vitest'
import { createBufferPool } from './buffer-pool.ts'

const MiB = 1024 ** 2
const sizes = (buffers: readonly Buffer[]): number => buffers.reduce((sum, { length }) => sum + length, 0)

test('53: a thousand readers that keep their buffers hold little memory; once they give or leave them, buffers are large again', () => {
  const pool = createBufferPool()
  const kept = Array.from({ length: 2000 }, () => pool.take())
  expect(sizes(kept)).toBeLessThan(160 * MiB)
  expect(sizes(kept.slice(0, 16))).toBe(16 * MiB)
  expect(pool.take().length).toBeLessThan(MiB)
  for (const [index, buffer] of kept.entries()) {
    if (index % 2 === 0) pool.give(buffer)
    else pool.forget(buffer)
  }
  const again = Array.from({ length: 32 }, () => pool.take())
  expect(sizes(again)).toBe(32 * MiB)
  // A buffer that may still be read from is nobody else's.
  expect(again.filter(buffer => kept.includes(buffer)).length).toBe(8)
})
