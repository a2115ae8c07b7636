import { expect, test } from 'vitest'
import { sequences } from './sequences.ts'

function counting() {
  const counts: number[] = []
  let value = 0
  const numbers = sequences(async (name, count) => {
    counts.push(count)
    await Promise.resolve()
    if (name === 'broken') throw new Error(`no ${count}`)
    value += count
    return value
  })
  return { numbers, counts }
}

test('callers who come while one is answered share a call, and get numbers in their order', async () => {
  const { numbers, counts } = counting()
  expect(await Promise.all(Array.from({ length: 5 }, () => numbers.next('n')))).toEqual([1, 2, 3, 4, 5])
  expect(counts).toEqual([1, 4])
  expect(await numbers.next('n')).toBe(6)
  expect(counts).toEqual([1, 4, 1])
})

test('a call that fails fails its callers alone, and the next is asked anew', async () => {
  const { numbers, counts } = counting()
  const asked = Array.from({ length: 3 }, () => numbers.next('broken'))
  expect(await numbers.next('n')).toBe(1)
  const outcomes = await Promise.allSettled(asked)
  expect(outcomes.map(outcome => outcome.status === 'rejected' && outcome.reason.message)).toEqual(['no 1', 'no 2', 'no 2'])
  await expect(numbers.next('broken')).rejects.toThrow('no 1')
  expect(counts).toEqual([1, 1, 2, 1])
})

test('what waits is asked for at once when flushed', async () => {
  const { numbers, counts } = counting()
  const asked = Array.from({ length: 3 }, () => numbers.next('n'))
  numbers.flush()
  numbers.flush()
  expect(counts).toEqual([1, 2])
  expect(await Promise.all(asked)).toEqual([1, 2, 3])
  expect(await numbers.next('n')).toBe(4)
})
