import { Readable } from 'node:stream'
import { failAfter, failBefore, failStream, fakeClock, gate, holdAt, memoryStorage, withFaults } from '@stowage/testkit'
import { expect, test } from 'vitest'
import { readAll, settle } from '../../../../test/retrying.ts'
import { StowageError } from '../../contracts/errors.ts'
import type { StorageAdapter } from '../../contracts/storage.ts'
import type { Activity, ActivityEnd } from '../../contracts/telemetry.ts'
import { limit } from './limit.ts'
import { resilient } from './resilient.ts'
import { retry } from './retry/retry.ts'
import { timeout } from './timeout.ts'
import { trace } from './trace.ts'
import { withPrefix } from './with-prefix.ts'

const bytes = Buffer.from('0123456789')
const away = new StowageError('unavailable', 'Away.')

function recording() {
  const ended: (Pick<Activity, 'name' | 'attributes'> & ActivityEnd)[] = []
  const counted: object[] = []
  const queued: [string, number][] = []
  let open = 0
  const telemetry = {
    start({ name, attributes }: Activity) {
      open += 1
      return {
        within: <T>(work: () => T) => work(),
        end(end: ActivityEnd = {}) {
          open -= 1
          ended.push({ name, ...(attributes && { attributes }), ...end })
        },
      }
    },
    count: (name: string, attributes = {}) => void counted.push({ name, ...attributes }),
    queue: (name: string, waiting: number) => void queued.push([name, waiting]),
  }
  return { telemetry, ended, counted, queued, open: () => open }
}

test('each try has a time limit and a turn of its own, and what is traced is the call', async () => {
  const clock = fakeClock()
  const inner = withFaults(memoryStorage())
  const { telemetry, ended, counted, open } = recording()
  let stalled = 0
  const stalling: StorageAdapter = {
    ...inner,
    head: (key, options) => {
      stalled += 1
      return stalled < 3 ? new Promise(() => undefined) : inner.head(key, options)
    },
  }
  const storage = resilient(stalling, { clock, random: () => 0, telemetry, timeout: { answerMs: 1000 }, limit: { atOnce: 1 } })
  await storage.put('k', bytes)
  const looks = await settle(clock, Promise.all([storage.head('k'), storage.head('k')]))
  expect(looks.map(info => info?.sizeBytes)).toEqual([10, 10])
  const event = {
    name: 'storage.retries',
    'stowage.storage': 'memory',
    'stowage.operation': 'head',
    'error.type': 'timeout',
  }
  expect(counted).toEqual([event, event])
  expect(ended.map(({ name }) => name)).toEqual(['put', 'head', 'head'])
  expect(open()).toBe(0)
  expect(clock.pending).toBe(0)
})

test('uploads and downloads come whole through a storage that fails in every way', async () => {
  const clock = fakeClock()
  const inner = withFaults(memoryStorage())
  const storage = resilient(inner, { clock, limit: { atOnce: 2 } })
  inner.inject({ on: 'put', nth: 1, fault: failBefore(away) })
  inner.inject({ on: 'put', nth: 2, fault: failAfter(away) })
  inner.inject({ on: 'head', nth: 1, fault: failBefore(away) })
  inner.inject({ on: 'get', nth: 1, fault: failBefore(away) })
  inner.inject({ on: 'get', nth: 2, fault: failStream(3, away) })
  inner.inject({ on: 'get', nth: 3, fault: failStream(5, away) })
  const info = await settle(clock, storage.put('k', bytes, { createOnly: true }))
  expect(info).toEqual(await inner.head('k'))
  expect(
    await settle(
      clock,
      storage.get('k').then(({ body }) => readAll(body)),
    ),
  ).toBe('0123456789')
  expect(clock.pending).toBe(0)
})

test('a stream that breaks while it waits for its turn fails its own call only', async () => {
  const inner = withFaults(memoryStorage())
  const { telemetry } = recording()
  const storage = resilient(inner, { telemetry, limit: { atOnce: 1 } })
  const door = gate()
  inner.inject({ on: 'put', nth: 1, fault: holdAt(door) })
  const first = storage.put('first', bytes)
  await door.reached
  const source = new Readable({ read: () => undefined })
  const second = storage.put('second', source)
  const cause = new Error('the sender went away')
  source.destroy(cause)
  await new Promise(resolve => setImmediate(resolve))
  door.open()
  await first
  await expect(second).rejects.toMatchObject({ cause })
})

test('a read is told of once, with the bytes that were read and how it ended', async () => {
  const inner = withFaults(memoryStorage())
  const { telemetry, ended, open } = recording()
  const storage = trace(inner, { telemetry })
  await storage.put('k', bytes, { contentType: 'text/plain' })
  await readAll((await storage.get('k')).body)
  await (await storage.get('k')).body[Symbol.asyncIterator]().return?.()
  await expect(storage.get('none')).rejects.toThrow()
  inner.inject({ on: 'get', fault: failStream(4, away) })
  await expect(readAll((await storage.get('k')).body)).rejects.toBe(away)
  expect(ended).toMatchObject([
    { name: 'put', bytes: 10 },
    { name: 'get', bytes: 10 },
    { name: 'get', bytes: 0 },
    { name: 'get', error: { code: 'not_found' } },
    { name: 'get', bytes: 4, error: away },
  ])
  expect(JSON.stringify(ended.map(({ name, attributes }) => [name, attributes]))).not.toMatch(/"k"|none/)
  expect(open()).toBe(0)
})

const WRAPPERS: Readonly<Record<string, (storage: StorageAdapter) => StorageAdapter>> = {
  withPrefix: storage => withPrefix(storage, 'a'),
  timeout: storage => timeout(storage),
  limit: storage => limit(storage),
  retry: storage => retry(storage),
  trace: storage => trace(storage, recording()),
  resilient: storage => resilient(storage, recording()),
}
const OPTIONAL = [
  'open',
  'identity',
  'copy',
  'setAttributes',
  'presignGet',
  'presignPut',
  'presignPost',
  'multipart',
  'unfinished',
  'localFile',
  'close',
] as const

for (const [name, wrap] of Object.entries(WRAPPERS)) {
  test(`${name} offers just what the storage below it offers`, async () => {
    const { put, get, head, delete: remove, list, name: storage, capabilities, multipart } = memoryStorage()
    const least = { name: storage, capabilities, put, get, head, delete: remove, list }
    expect(OPTIONAL.filter(member => member in wrap(least))).toEqual([])
    const called: string[] = []
    for (const member of OPTIONAL) {
      const call = async () => {
        called.push(member)
        return null
      }
      const parts = { multipart: { ...multipart, presignPart: call }, unfinished: { list: () => [], remove: call } }
      const one = wrap({ ...least, [member]: parts[member as keyof typeof parts] ?? call } as unknown as StorageAdapter)
      expect(OPTIONAL.filter(offered => offered in one)).toEqual([member])
      if (member === 'unfinished')
        await one.unfinished?.remove({ type: 'temporary', name: 't', sizeBytes: 0, lastModified: new Date() })
      else if (member === 'multipart')
        await one.multipart?.presignPart?.({ key: 'k', uploadId: 'u', partNumber: 1 }, { expiresInSeconds: 1 })
      else if (member !== 'copy' && member !== 'setAttributes') await (one[member] as (key: string) => Promise<unknown>)('k')
      else called.push(member)
    }
    expect(called).toEqual([...OPTIONAL])
    expect(wrap({ ...least, multipart }).multipart?.presignPart).toBeUndefined()
    expect(wrap(least).name).toBe('memory')
  })
}
