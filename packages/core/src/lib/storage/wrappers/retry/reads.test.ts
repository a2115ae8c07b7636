import { failBefore, failStream, flipBit, truncate } from '@stowage/testkit'
import { expect, test } from 'vitest'
import { bytes, readAll, retrying, settle } from '../../../../../test/retrying.ts'
import { StowageError } from '../../../contracts/errors.ts'
import type { ByteRange } from '../../../contracts/storage.ts'

const reset = new StowageError('unavailable', 'Connection reset.')

test.each([
  ['the whole', undefined, '0123456789'],
  ['a range', { start: 2, end: 7 }, '234567'],
  ['an open range', { start: 4 }, '456789'],
  ['the last bytes', { suffix: 5 }, '56789'],
] as const)('a read of %s that breaks off at every byte goes on with the one that lacks', async (_what, range, expected) => {
  const { clock, inner, storage } = retrying({ tries: 2 })
  const { etag } = await inner.put('k', bytes)
  inner.inject({ on: 'get', fault: failStream(1, reset) })
  const content = await storage.get('k', range ? { range: range as ByteRange } : {})
  expect(await settle(clock, readAll(content.body))).toBe(expected)
  const gets = inner.calls.filter(({ op }) => op === 'get')
  expect(gets).toHaveLength(expected.length)
  for (const [n, { args }] of gets.slice(1).entries()) {
    expect(args[1]).toMatchObject({ ifMatch: etag, range: { start: Number(expected[n + 1]) } })
  }
})

test('a read that ends before its last byte goes on too', async () => {
  const { clock, inner, storage } = retrying()
  await inner.put('k', bytes)
  inner.inject({ on: 'get', nth: 1, fault: truncate(4) })
  inner.inject({ on: 'get', nth: 2, fault: truncate(3) })
  expect(await settle(clock, readAll((await storage.get('k')).body))).toBe('0123456789')
})

test('a large object comes whole through many breaks', async () => {
  const { clock, inner, storage } = retrying({ tries: 2 })
  const large = Buffer.alloc(1_000_003, 'stowage ')
  await inner.put('k', large)
  inner.inject({ on: 'get', fault: failStream(100_000, reset) })
  const text = await settle(clock, readAll((await storage.get('k')).body))
  expect(text).toBe(large.toString())
})

test('tries without a byte in between come to an end, with the last error', async () => {
  const { clock, inner, storage, opsOf } = retrying({ tries: 4 })
  await inner.put('k', bytes)
  inner.inject({ on: 'get', fault: failStream(0, reset) })
  const { body } = await storage.get('k')
  await expect(settle(clock, readAll(body))).rejects.toBe(reset)
  expect(opsOf('get')).toBe(4)
  expect(clock.pending).toBe(0)
})

test('a storage that is away when a read wants to go on is asked until no try is left', async () => {
  const { clock, inner, storage, opsOf } = retrying({ tries: 4 })
  await inner.put('k', bytes)
  inner.inject({ on: 'get', nth: 1, fault: failStream(4, reset) })
  const { body } = await storage.get('k')
  const still = new StowageError('timeout', 'Still away.')
  inner.inject({ on: 'get', fault: failBefore(still) })
  await expect(settle(clock, readAll(body))).rejects.toBe(still)
  expect(opsOf('get')).toBe(4)
})

test('an object that was replaced or removed meanwhile never mixes with what was read', async () => {
  for (const change of ['replace', 'remove'] as const) {
    const { clock, inner, storage } = retrying()
    await inner.put('k', bytes)
    inner.inject({ on: 'get', nth: 1, fault: failStream(4, reset) })
    const { body } = await storage.get('k')
    if (change === 'replace') await inner.put('k', Buffer.from('abcdefghij'))
    else await inner.delete(['k'])
    const read: string[] = []
    const reading = (async () => {
      for await (const chunk of body) read.push(Buffer.from(chunk).toString())
    })()
    await expect(settle(clock, reading)).rejects.toMatchObject({ code: 'conflict', retryable: false })
    expect(read.join('')).toBe('0123')
  }
})

test('an error behind the last byte takes nothing from a read that is whole', async () => {
  const { clock, inner, storage, opsOf } = retrying()
  await inner.put('k', bytes)
  inner.inject({ on: 'get', fault: failStream(10, reset) })
  expect(await settle(clock, readAll((await storage.get('k')).body))).toBe('0123456789')
  expect(opsOf('get')).toBe(1)
})

test('a reader that stops early or aborts causes no more tries', async () => {
  const { clock, inner, storage, opsOf } = retrying()
  await inner.put('k', bytes)
  inner.inject({ on: 'get', fault: failStream(4, reset) })
  for await (const _ of (await storage.get('k')).body) break
  const control = new AbortController()
  const { body } = await storage.get('k', { signal: control.signal })
  const reading = readAll(body)
  await expect.poll(() => clock.pending).toBe(1)
  control.abort()
  await expect(reading).rejects.toMatchObject({ code: 'aborted' })
  expect(opsOf('get')).toBe(2)
  expect(clock.pending).toBe(0)
})

test('bytes are handed on as they came', async () => {
  const { inner, storage } = retrying()
  await inner.put('k', bytes)
  inner.inject({ on: 'get', fault: flipBit(2) })
  expect(await readAll((await storage.get('k')).body)).toBe('0133456789')
})
