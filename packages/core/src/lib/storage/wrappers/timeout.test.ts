import { fakeClock, gate, holdAt, memoryStorage, withFaults } from '@stowage/testkit'
import { expect, test } from 'vitest'
import type { ObjectContent, StorageAdapter } from '../../contracts/storage.ts'
import { timeout } from './timeout.ts'

const SECOND = 1000
const bytes = Buffer.from('0123456789')

/** A source, or a storage's body, that gives its chunks when it is told to. */
function paced(): { body: AsyncIterable<Uint8Array>; give(chunk: Uint8Array | null): void; asked(): number; returned(): number } {
  const given: (Uint8Array | null)[] = []
  const waiting: ((result: IteratorResult<Uint8Array>) => void)[] = []
  let asked = 0
  let returned = 0
  const result = (chunk: Uint8Array | null): IteratorResult<Uint8Array> =>
    chunk ? { done: false, value: chunk } : { done: true, value: undefined }
  return {
    body: {
      [Symbol.asyncIterator]: () => ({
        next() {
          asked += 1
          const chunk = given.shift()
          return chunk === undefined ? new Promise(resolve => waiting.push(resolve)) : Promise.resolve(result(chunk))
        },
        async return() {
          returned += 1
          return { done: true, value: undefined }
        },
      }),
    },
    give(chunk) {
      const next = waiting.shift()
      if (next) next(result(chunk))
      else given.push(chunk)
    },
    asked: () => asked,
    returned: () => returned,
  }
}

const LIMITS = { answerMs: 10 * SECOND, idleMs: 5 * SECOND, workMs: 60 * SECOND }

function open(over: Partial<StorageAdapter> = {}) {
  const clock = fakeClock()
  const inner = withFaults(memoryStorage())
  const storage = timeout(Object.assign(Object.create(inner) as typeof inner, over), { ...LIMITS, clock })
  return { clock, inner, storage }
}

/** The outcome of a call, to be looked at while time goes on. */
function outcomeOf<T>(call: Promise<T>): { readonly call: Promise<T>; readonly settled: () => boolean } {
  let settled = false
  call.then(
    () => {
      settled = true
    },
    () => {
      settled = true
    },
  )
  return { call, settled: () => settled }
}

test('a storage that does not answer is given up after the limit, told so, and no timer is left', async () => {
  const signals: (AbortSignal | undefined)[] = []
  const { clock, storage } = open({
    head: (_key, options) => {
      signals.push(options?.signal)
      return new Promise(() => undefined)
    },
  })
  const look = outcomeOf(storage.head('k'))
  await clock.advance(LIMITS.answerMs - 1)
  expect(look.settled()).toBe(false)
  expect(signals[0]?.aborted).toBe(false)
  await clock.advance(1)
  await expect(look.call).rejects.toMatchObject({ code: 'timeout', retryable: true })
  expect(signals[0]?.aborted).toBe(true)
  expect(clock.pending).toBe(0)
})

test('calls that succeed and that fail leave no timer, and nothing at the signal of the caller', async () => {
  const { clock, storage } = open()
  const control = new AbortController()
  let listeners = 0
  const { signal } = control
  const add = signal.addEventListener.bind(signal)
  const remove = signal.removeEventListener.bind(signal)
  signal.addEventListener = (...args: Parameters<typeof add>) => {
    listeners += 1
    add(...args)
  }
  signal.removeEventListener = (...args: Parameters<typeof remove>) => {
    listeners -= 1
    remove(...args)
  }
  await storage.put('k', bytes, { signal })
  await expect(storage.get('none', { signal })).rejects.toMatchObject({ code: 'not_found' })
  for await (const _ of (await storage.get('k', { signal })).body) break
  await (await storage.get('k', { signal })).body[Symbol.asyncIterator]().return?.()
  await storage.list({ signal })
  await storage.delete(['k'], { signal })
  expect(clock.pending).toBe(0)
  expect(listeners).toBe(0)
})

test('an abort by the caller reaches the storage', async () => {
  const { storage } = open({
    head: (_key, options) =>
      new Promise((_resolve, reject) => options?.signal?.addEventListener('abort', () => reject(options.signal?.reason))),
  })
  const control = new AbortController()
  const look = storage.head('k', { signal: control.signal })
  const why = new Error('gone')
  control.abort(why)
  await expect(look).rejects.toBe(why)
})

test('a storage that does not heed an abort is given up too, however slow the sender', async () => {
  const { clock, storage } = open({ put: () => new Promise(() => undefined) })
  const control = new AbortController()
  const sender = paced()
  const upload = outcomeOf(storage.put('k', sender.body, { signal: control.signal }))
  await clock.advance(LIMITS.answerMs - 1)
  control.abort()
  await clock.advance(LIMITS.answerMs - 1)
  expect(upload.settled()).toBe(false)
  await clock.advance(1)
  await expect(upload.call).rejects.toMatchObject({ code: 'timeout' })
  expect(clock.pending).toBe(0)
})

test('what is answered too late is let go: bodies, files, uploads in parts', async () => {
  const door = gate()
  const { clock, inner, storage } = open()
  const late = paced()
  const info = await inner.put('k', bytes)
  inner.inject({ on: 'multipart.create', fault: holdAt(door, 'after') })
  const slow = timeout(
    {
      ...memoryStorage(),
      async get(): Promise<ObjectContent> {
        await door.wait()
        return { info, range: null, body: late.body }
      },
      capabilities: { ...inner.capabilities, localFile: true },
      async localFile() {
        await door.wait()
        return {
          info,
          path: '/k',
          handle: { fd: 0, read: async () => ({ bytesRead: 0 }), close: async () => void closed.push(1) },
        }
      },
    },
    { ...LIMITS, clock },
  )
  const closed: number[] = []
  const calls = [slow.get('k'), slow.localFile?.('k'), storage.multipart?.create('m')].map(call =>
    call?.catch(error => error.code),
  )
  await clock.advance(LIMITS.answerMs)
  expect(await Promise.all(calls)).toEqual(['timeout', 'timeout', 'timeout'])
  door.open()
  await expect.poll(() => [late.returned(), closed.length]).toEqual([1, 1])
  await expect.poll(() => inner.calls.filter(({ op }) => op === 'multipart.abort').length).toBe(1)
})

test('a slow sender has all the time it wants; a storage that takes no more has not', async () => {
  const { clock, storage } = open()
  const sender = paced()
  const upload = outcomeOf(storage.put('k', sender.body))
  await clock.advance(3600 * SECOND)
  sender.give(bytes)
  await clock.advance(3600 * SECOND)
  sender.give(null)
  expect((await upload.call).sizeBytes).toBe(10)

  const stuck = open({
    async put(_key, body) {
      const iterator = (body as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]()
      await iterator.next()
      return new Promise(() => undefined)
    },
  })
  const other = paced()
  const stalled = outcomeOf(stuck.storage.put('k', other.body))
  await stuck.clock.advance(3600 * SECOND)
  other.give(bytes)
  await stuck.clock.advance(LIMITS.idleMs - 1)
  expect(stalled.settled()).toBe(false)
  await stuck.clock.advance(1)
  await expect(stalled.call).rejects.toMatchObject({ code: 'timeout' })
  expect(other.returned()).toBe(1)
  expect(stuck.clock.pending).toBe(0)
})

test('once it has every byte, a storage may work on them for longer', async () => {
  const door = gate()
  const { clock, inner, storage } = open()
  inner.inject({ on: 'put', fault: holdAt(door, 'after') })
  const sender = paced()
  const upload = outcomeOf(storage.put('k', sender.body))
  sender.give(bytes)
  sender.give(null)
  await clock.advance(LIMITS.idleMs + LIMITS.answerMs)
  expect(upload.settled()).toBe(false)
  door.open()
  await upload.call
  const never = gate()
  inner.heal()
  inner.inject({ on: 'put', fault: holdAt(never, 'after') })
  const given = outcomeOf(storage.put('k', bytes))
  await clock.advance(LIMITS.workMs - 1)
  expect(given.settled()).toBe(false)
  await clock.advance(1)
  await expect(given.call).rejects.toMatchObject({ code: 'timeout' })
})

test('a read that stalls ends with timeout; a reader that is slow does not', async () => {
  const stalling = paced()
  const { clock, inner, storage } = open()
  const info = await inner.put('k', bytes)
  const slow = timeout(
    { ...memoryStorage(), get: async () => ({ info, range: null, body: stalling.body }) },
    { ...LIMITS, clock },
  )
  stalling.give(bytes.subarray(0, 3))
  const { body } = await slow.get('k')
  const iterator = body[Symbol.asyncIterator]()
  expect((await iterator.next()).value).toEqual(bytes.subarray(0, 3))
  await clock.advance(3600 * SECOND)
  const next = outcomeOf(iterator.next())
  await clock.advance(LIMITS.idleMs - 1)
  expect(next.settled()).toBe(false)
  await clock.advance(1)
  await expect(next.call).rejects.toMatchObject({ code: 'timeout' })
  expect(stalling.returned()).toBe(1)
  expect((await iterator.next()).done).toBe(true)
  expect(clock.pending).toBe(0)
  expect(await storage.head('k')).toMatchObject({ sizeBytes: 10 })
})
