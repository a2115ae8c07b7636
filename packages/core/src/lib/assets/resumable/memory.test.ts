import { describe, expect, it } from 'vitest'
import { createUploadMemory } from './memory.ts'

const KIB = 1024

describe('the memory of uploads', () => {
  it('gives each its share of what is left, and a little in any case', () => {
    const memory = createUploadMemory(1024 * KIB)
    const first = memory.enter()
    const block = first.take(600 * KIB)
    expect(block.freeBytes).toBe(600 * KIB)
    const second = memory.enter()
    // Half of it, of which the other holds a part.
    expect(second.freeBytes).toBe(424 * KIB)
    expect(second.take(10_000 * KIB).freeBytes).toBe(424 * KIB)
    const others = Array.from({ length: 48 }, () => memory.enter())
    const least = others.map(share => share.take(8000 * KIB))
    expect(new Set(least.map(({ freeBytes }) => freeBytes))).toEqual(new Set([256 * KIB]))
    for (const one of least) one.release()
    for (const share of others) share.leave()
    block.release()
    block.release()
    expect(first.freeBytes).toBe(512 * KIB)
    second.leave()
    expect(first.freeBytes).toBe(1024 * KIB)
  })

  it('holds copies, so that a small piece keeps nothing large', () => {
    const block = createUploadMemory(1000).enter().take(6)
    const chunk = Buffer.from('abc')
    block.add(chunk)
    block.add(chunk.fill('x'))
    expect([Buffer.from(block.filled).toString(), block.freeBytes]).toEqual(['abcxxx', 0])
  })

  it('lets as much be put together at once as fits, in the order it came, and one thing at least', async () => {
    const { whileJoining } = createUploadMemory(100)
    const begun: number[] = []
    const gates = [150, 60, 40, 10].map((bytes, i) => {
      const gate = Promise.withResolvers<void>()
      const done = whileJoining(bytes, async () => {
        begun.push(i)
        await gate.promise
      })
      return { ...gate, done }
    })
    const end = async (i: number): Promise<void> => {
      gates[i]?.resolve()
      await gates[i]?.done
    }
    await Promise.resolve()
    expect(begun).toEqual([0])
    await end(0)
    expect(begun).toEqual([0, 1, 2])
    await end(2)
    expect(begun).toEqual([0, 1, 2, 3])
    await end(1)
    await end(3)
    await expect(whileJoining(1, () => Promise.reject(new Error('It failed.')))).rejects.toThrow('It failed.')
    expect(await whileJoining(100, async () => 7)).toBe(7)
  })
})
