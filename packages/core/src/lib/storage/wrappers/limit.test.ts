import { Readable } from 'node:stream'
import { gate, holdAt, memoryStorage, withFaults } from '@stowage/testkit'
import { expect, test } from 'vitest'
import { limit, type StorageLane } from './limit.ts'

const bytes = Buffer.from('0123456789')

function open(atOnce: number) {
  const inner = withFaults(memoryStorage())
  const queues: [StorageLane, number][] = []
  const storage = limit(inner, { atOnce, onQueue: (lane, waiting) => void queues.push([lane, waiting]) })
  const pending = () => inner.calls.filter(({ outcome }) => outcome === 'pending').length
  return { inner, storage, queues, pending }
}

/** Lets promises that are settled run on. */
const turn = () => new Promise(resolve => setImmediate(resolve))

test('no more calls than allowed are under way, and the others follow in the order in which they came', async () => {
  const { inner, storage, pending, queues } = open(2)
  const door = gate()
  inner.inject({ on: 'head', fault: holdAt(door) })
  const keys = ['a', 'b', 'c', 'd', 'e']
  const looks = keys.map(key => storage.head(key))
  await door.reached
  await turn()
  expect(pending()).toBe(2)
  expect(queues.at(-1)).toEqual(['calls', 3])
  door.open()
  await Promise.all(looks)
  expect(inner.calls.map(({ args }) => args[0])).toEqual(keys)
  expect(queues.at(-1)).toEqual(['calls', 0])
})

test('whoever aborts while it waits leaves the queue without a call, and its body untouched', async () => {
  const { inner, storage } = open(1)
  const door = gate()
  inner.inject({ on: 'put', nth: 1, fault: holdAt(door) })
  const first = storage.put('first', bytes)
  await door.reached
  const control = new AbortController()
  let begun = 0
  const body = { [Symbol.asyncIterator]: () => ({ next: async () => ({ done: ++begun > 0, value: undefined }) as const }) }
  const second = storage.put('second', body as AsyncIterable<never>, { signal: control.signal })
  const third = storage.put('third', bytes)
  control.abort()
  await expect(second).rejects.toMatchObject({ code: 'aborted' })
  door.open()
  await Promise.all([first, third])
  expect(inner.calls.map(({ args }) => args[0])).toEqual(['first', 'third'])
  expect(begun).toBe(0)
})

test('a stream that breaks while it waits fails its own call only', async () => {
  const { inner, storage } = open(1)
  const door = gate()
  inner.inject({ on: 'put', nth: 1, fault: holdAt(door) })
  const first = storage.put('first', bytes)
  await door.reached
  const source = new Readable({ read: () => undefined })
  const second = storage.put('second', source)
  const cause = new Error('the sender went away')
  source.destroy(cause)
  await turn()
  door.open()
  await first
  await expect(second).rejects.toMatchObject({ cause })
  expect(await storage.head('second')).toBeNull()
})

const ENDINGS: Readonly<Record<string, (storage: ReturnType<typeof open>['storage']) => Promise<void>>> = {
  'reads to the end': async storage => {
    for await (const _ of (await storage.get('k')).body);
  },
  'stops early': async storage => {
    for await (const _ of (await storage.get('k')).body) break
  },
  'never begins': async storage => {
    await (await storage.get('k')).body[Symbol.asyncIterator]().return?.()
  },
  'aborts, and looks away': async storage => {
    const control = new AbortController()
    await storage.get('k', { signal: control.signal })
    control.abort()
  },
  'asks for what is not there': async storage => {
    await expect(storage.get('none')).rejects.toMatchObject({ code: 'not_found' })
  },
  'fails under way': async storage => {
    const { body } = await storage.get('k', { signal: AbortSignal.abort() }).catch(() => ({ body: [] }))
    for await (const _ of body);
  },
}

for (const [ending, read] of Object.entries(ENDINGS)) {
  test(`a reader that ${ending} makes room for the next, once`, async () => {
    const { storage, pending } = open(1)
    await storage.put('k', bytes)
    await read(storage)
    const held = await storage.get('k')
    const waiting = storage.get('k')
    await turn()
    expect(pending()).toBe(0)
    await held.body[Symbol.asyncIterator]().return?.()
    await (await waiting).body[Symbol.asyncIterator]().return?.()
  })
}

test('a read is under way until its body ends', async () => {
  const { inner, storage } = open(1)
  await storage.put('k', bytes)
  const { body } = await storage.get('k')
  const second = storage.get('k')
  await turn()
  expect(inner.calls.filter(({ op }) => op === 'get')).toHaveLength(1)
  for await (const _ of body);
  await (await second).body[Symbol.asyncIterator]().return?.()
  expect(inner.calls.filter(({ op }) => op === 'get')).toHaveLength(2)
})

test('a read that flows into a write does not wait for itself', async () => {
  const { storage } = open(1)
  await storage.put('from', bytes)
  const copies = Array.from({ length: 5 }, async (_, n) => storage.put(`to-${n}`, (await storage.get('from')).body))
  expect(await Promise.all(copies)).toHaveLength(5)
})

test.each([0, -1, 1.5, Number.NaN])('%d at once can not be meant', atOnce => {
  expect(() => limit(memoryStorage(), { atOnce })).toThrow(/whole number/)
})
