import { failBefore, memoryStorage } from '@stowage/testkit'
import { expect, test } from 'vitest'
import { bytes, retrying, settle } from '../../../../../test/retrying.ts'
import { StowageError, type StowageErrorCode } from '../../../contracts/errors.ts'
import { retry } from './retry.ts'

const away = new StowageError('unavailable', 'Away.')

test('a call that fails for a reason that may pass is made again, after waits that grow', async () => {
  const { clock, inner, storage, events, opsOf } = retrying({ tries: 5, baseMs: 100, maxMs: 350 })
  inner.inject({ on: 'head', fault: failBefore(away) })
  const at: number[] = []
  inner.inject({ on: 'head', fault: { kind: 'wait', when: 'before', until: async () => void at.push(clock.now()) } })
  await expect(settle(clock, storage.head('k'))).rejects.toBe(away)
  expect(opsOf('head')).toBe(5)
  expect(at.slice(1).map((time, n) => time - (at[n] ?? 0))).toEqual([100, 200, 350, 350])
  expect(events.map(({ op, attempt, delayMs }) => [op, attempt, delayMs])).toEqual([
    ['head', 1, 100],
    ['head', 2, 200],
    ['head', 3, 350],
    ['head', 4, 350],
  ])
  expect(clock.pending).toBe(0)
})

test('chance takes up to half off a wait', async () => {
  const { clock, inner, storage, events } = retrying({ random: () => 0.999, baseMs: 1000 })
  inner.inject({ on: 'head', nth: 1, fault: failBefore(away) })
  expect(await settle(clock, storage.head('k'))).toBeNull()
  expect(events[0]?.delayMs).toBeCloseTo(500.5)
})

test('a wait that the storage asks for is kept, up to the longest', async () => {
  const { clock, inner, storage, events } = retrying({ maxMs: 5000 })
  const slow = (retryAfterSeconds: number) => new StowageError('rate_limited', 'Slow down.', { details: { retryAfterSeconds } })
  inner.inject({ on: 'list', nth: 1, fault: failBefore(slow(3)) })
  inner.inject({ on: 'list', nth: 2, fault: failBefore(slow(600)) })
  await settle(clock, storage.list())
  expect(events.map(({ delayMs }) => delayMs)).toEqual([3000, 5000])
})

const FINAL: readonly StowageErrorCode[] = [
  'not_found',
  'precondition_failed',
  'already_exists',
  'invalid_key',
  'internal',
  'aborted',
]

test.each(FINAL)('%s is not tried again', async code => {
  const { inner, storage, opsOf, clock } = retrying()
  inner.inject({ on: '*', fault: failBefore(new StowageError(code, 'No.')) })
  const calls = [storage.head('k'), storage.get('k'), storage.put('k', bytes), storage.copy?.('k', 'l'), storage.delete(['k'])]
  for (const call of calls) await expect(call).rejects.toMatchObject({ code })
  expect([opsOf('head'), opsOf('get'), opsOf('put'), opsOf('copy'), opsOf('delete')]).toEqual([1, 1, 1, 1, 1])
  expect(clock.pending).toBe(0)
})

test('what no waiting mends is not tried again, though it is unavailable', async () => {
  const { inner, storage, opsOf } = retrying()
  inner.inject({ on: 'head', fault: failBefore(new StowageError('unavailable', 'Wrong key.', { retryable: false })) })
  await expect(storage.head('k')).rejects.toMatchObject({ code: 'unavailable' })
  expect(opsOf('head')).toBe(1)
})

test('an abort ends the wait for the next try', async () => {
  const { clock, inner, storage, opsOf } = retrying({ baseMs: 5000 })
  inner.inject({ on: 'head', fault: failBefore(away) })
  const control = new AbortController()
  const look = storage.head('k', { signal: control.signal })
  await expect.poll(() => clock.pending).toBe(1)
  control.abort()
  await expect(look).rejects.toMatchObject({ code: 'aborted' })
  expect(clock.pending).toBe(0)
  expect(opsOf('head')).toBe(1)
})

test('of many deletions, only those that failed for a reason that may pass are asked for again', async () => {
  const { clock, inner } = retrying()
  const asked: (readonly string[])[] = []
  const final = new StowageError('forbidden', 'Held.')
  const storage = retry(
    {
      ...inner,
      async delete(keys) {
        asked.push(keys)
        return keys.map(key => {
          if (key === 'held') return { key, error: final }
          return key === 'slow' && asked.length < 3 ? { key, error: away } : { key }
        })
      },
    },
    { clock },
  )
  expect(await settle(clock, storage.delete(['a', 'held', 'slow', 'b']))).toEqual([
    { key: 'a' },
    { key: 'held', error: final },
    { key: 'slow' },
    { key: 'b' },
  ])
  expect(asked).toEqual([['a', 'held', 'slow', 'b'], ['slow'], ['slow']])
})

test('a deletion that keeps failing tells so for its key', async () => {
  const { clock, inner } = retrying()
  const storage = retry(
    { ...inner, delete: async keys => keys.map(key => (key === 'a' ? { key } : { key, error: away })) },
    { clock },
  )
  expect(await settle(clock, storage.delete(['a', 'b']))).toEqual([{ key: 'a' }, { key: 'b', error: away }])
})

test('unfinished writes are listed anew only before the first is told of', async () => {
  const { clock, inner } = retrying()
  const write = { type: 'temporary', name: 't', sizeBytes: 1, lastModified: new Date(0) } as const
  const lists = [0, 1, 3]
  const storage = retry(
    {
      ...inner,
      unfinished: {
        async *list() {
          for (let left = lists.shift() ?? 0; left > 0; left -= 1) yield write
          throw away
        },
        remove: async () => undefined,
      },
    },
    { clock },
  )
  const seen: unknown[] = []
  const list = async () => {
    for await (const found of storage.unfinished?.list() ?? []) seen.push(found)
  }
  await expect(settle(clock, list())).rejects.toBe(away)
  expect(seen).toEqual([write])
  expect(lists).toEqual([3])
})

test('closing is tried once', async () => {
  const { inner, storage, opsOf } = retrying()
  inner.inject({ on: 'close', fault: failBefore(away) })
  await expect(storage.close?.()).rejects.toBe(away)
  expect(opsOf('close')).toBe(1)
})

test.each([{ tries: 0 }, { tries: 1.5 }, { baseMs: -1 }, { maxMs: Number.NaN }])('%o can not be meant', options => {
  expect(() => retry(memoryStorage(), options)).toThrow(/retry:/)
})
