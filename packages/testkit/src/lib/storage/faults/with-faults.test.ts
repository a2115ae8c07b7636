import type { MetadataStore } from '@stowage/core/contracts'
import { expect, test } from 'vitest'
import { fakeClock } from '../../clock/fake-clock.ts'
import { memoryMetadata } from '../../metadata/memory-metadata.ts'
import { memoryStorage } from '../memory-storage.ts'
import { readAll } from '../read-body.ts'
import { delay, failAfter, failBefore, failStream, flipBit, gate, holdAt, truncate } from './fault.ts'
import { withFaults, withMetadataFaults } from './with-faults.ts'

const bytes = Buffer.from('0123456789')
const text = async (storage: ReturnType<typeof memoryStorage>, key: string) =>
  Buffer.from(await readAll((await storage.get(key)).body)).toString()

test('without rules everything passes, and every call is recorded', async () => {
  const storage = withFaults(memoryStorage())
  await storage.put('k', bytes)
  const { uploadId } = await storage.multipart.create('m')
  await storage.multipart.abort('m', uploadId)
  await expect(storage.get('none')).rejects.toMatchObject({ code: 'not_found' })
  expect(storage.calls.map(({ op, outcome }) => [op, outcome])).toEqual([
    ['put', 'resolved'],
    ['multipart.create', 'resolved'],
    ['multipart.abort', 'resolved'],
    ['get', 'rejected'],
  ])
  expect(storage.calls[0]?.args[0]).toBe('k')
  expect(storage.capabilities.copy).toBe(true)
})

test('a call that fails before has no effect; one that fails after has had it', async () => {
  const inner = memoryStorage()
  const storage = withFaults(inner, [
    { on: 'put', nth: 1, fault: failBefore() },
    { on: 'put', nth: 2, fault: failAfter(new Error('answer lost')) },
  ])
  await expect(storage.put('a', bytes)).rejects.toMatchObject({ code: 'unavailable' })
  expect(inner.size).toBe(0)
  await expect(storage.put('a', bytes)).rejects.toThrow('answer lost')
  expect(inner.size).toBe(1)
  await storage.put('b', bytes)
})

test('rules choose by name, count and arguments, and can be taken away', async () => {
  const storage = withFaults(memoryStorage())
  storage.inject({ on: 'put', where: key => key === 'bad', fault: failBefore() })
  const remove = storage.inject({ on: 'multipart.create', fault: failBefore() })
  storage.inject({ on: '*', nth: 5, fault: failBefore(new Error('fifth')) })
  await storage.put('good', bytes)
  await expect(storage.put('bad', bytes)).rejects.toThrow()
  await expect(storage.multipart.create('m')).rejects.toThrow()
  remove()
  await storage.multipart.create('m')
  await expect(storage.list()).rejects.toThrow('fifth')
  storage.heal()
  await storage.put('bad', bytes)
})

test('a body breaks off half-way: a put stores nothing, a read ends with the error', async () => {
  const inner = memoryStorage()
  const storage = withFaults(inner, [
    { on: 'put', nth: 1, fault: failStream(4) },
    { on: 'get', nth: 1, fault: failStream(4, new Error('reset')) },
  ])
  await expect(storage.put('k', bytes)).rejects.toMatchObject({ code: 'unavailable' })
  expect(inner.size).toBe(0)
  await storage.put('k', bytes)
  const seen: Uint8Array[] = []
  await expect(async () => {
    for await (const chunk of (await storage.get('k')).body) seen.push(chunk)
  }).rejects.toThrow('reset')
  expect(Buffer.concat(seen).toString()).toBe('0123')
})

test('reads can be cut short or damaged without an error', async () => {
  const storage = withFaults(memoryStorage(), [
    { on: 'get', nth: 1, fault: truncate(3) },
    { on: 'get', nth: 2, fault: flipBit(2) },
  ])
  await storage.put('k', bytes)
  expect(await text(storage, 'k')).toBe('012')
  expect(await text(storage, 'k')).toBe('0133456789')
  expect(await text(storage, 'k')).toBe('0123456789')
})

test('calls wait for a clock or at a gate', async () => {
  const clock = fakeClock()
  const door = gate()
  const inner = memoryStorage()
  const storage = withFaults(inner, [
    { on: 'head', fault: delay(clock, 50) },
    { on: 'put', fault: holdAt(door, 'after') },
  ])
  let answered = false
  const head = storage.head('k').then(() => {
    answered = true
  })
  await clock.advance(49)
  expect(answered).toBe(false)
  await clock.advance(1)
  await head
  const put = storage.put('k', bytes)
  await door.reached
  expect(inner.size).toBe(1)
  expect(storage.calls.at(-1)?.outcome).toBe('pending')
  door.open()
  await put
})

test('a commit of metadata can lose its answer', async () => {
  const store = withMetadataFaults(memoryMetadata() as MetadataStore, [{ on: 'settingOnce', nth: 1, fault: failAfter() }])
  await store.open([])
  await expect(store.settingOnce('name', 'first')).rejects.toMatchObject({ code: 'unavailable' })
  expect(await store.settingOnce('name', 'second')).toBe('first')
})
