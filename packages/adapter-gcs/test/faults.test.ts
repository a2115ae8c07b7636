import { Storage } from '@google-cloud/storage'
import { isStowageError, type StorageAdapter } from '@stowage/core/contracts'
import type { GcsRequest } from '@stowage/testkit/gcs'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { gcsStorage } from '../src/index.ts'
import { storageOn, type TestServer, testServer } from './gcs.ts'

// Megabytes by TLS, on machines that do other things too.
vi.setConfig({ testTimeout: 120_000 })

const MIB = 1024 * 1024

let tested: TestServer
let bucket: string
let storage: ReturnType<typeof storageOn>
beforeAll(async () => {
  tested = await testServer()
})
beforeEach(() => {
  bucket = tested.newBucket()
  storage = storageOn(tested.server, bucket)
})
afterEach(() => tested.server.heal())
afterAll(() => tested.server.close())

const isInsert = ({ method, path }: GcsRequest) => method === 'POST' && path.startsWith('/upload/')
const isBlock = ({ method, query }: GcsRequest) => method === 'PUT' && query.has('upload_id')
const nthBlock = (n: number) => {
  let seen = 0
  return (request: GcsRequest) => isBlock(request) && ++seen === n
}
const text = async (from: StorageAdapter, key: string) => {
  let found = ''
  for await (const chunk of (await from.get(key)).body) found += Buffer.from(chunk).toString()
  return found
}
async function* bytes(sizeBytes: number): AsyncGenerator<Uint8Array, void> {
  for (let i = 0; i < sizeBytes; i += 100_000) yield Buffer.alloc(Math.min(100_000, sizeBytes - i), i / 100_000)
}
const code = (promise: Promise<unknown>) =>
  promise.then(
    () => 'success',
    error => (isStowageError(error) ? error.code : `no StowageError: ${error}`),
  )

test('a create whose answer was lost is found to be its own, not taken by somebody else', async () => {
  for (const does of ['lose-answer', 'cut'] as const) {
    tested.server.inject({ does, when: isInsert })
    const info = await storage.put(does, Buffer.from('mine'), { createOnly: true })
    expect(await storage.head(does)).toEqual(info)
    expect(info.userMetadata).toBeUndefined()
    expect(await code(storage.put(does, Buffer.from('mine'), { createOnly: true }))).toBe('already_exists')
  }
})

test('a create that was lost before it was done, and then taken by another with the same bytes, has lost', async () => {
  tested.server.inject({ does: 'reset', when: isInsert })
  const rival = storageOn(tested.server, bucket)
  let taken: Promise<unknown> | null = null
  const before = tested.server.requests.length
  const putting = code(storage.put('k', Buffer.from('same'), { createOnly: true }))
  while (!tested.server.requests.slice(before).some(isInsert)) await new Promise(resolve => setImmediate(resolve))
  taken = rival.put('k', Buffer.from('same'), { createOnly: true })
  await taken
  expect(await putting).toBe('already_exists')
})

test('an overwrite on condition whose answer was lost has happened once', async () => {
  const first = await storage.put('k', Buffer.from('1'))
  tested.server.inject({ does: 'lose-answer', when: isInsert })
  const second = await storage.put('k', Buffer.from('2'), { ifMatch: first.etag })
  expect((await storage.head('k'))?.etag).toBe(second.etag)
  expect(await code(storage.put('k', Buffer.from('3'), { ifMatch: first.etag }))).toBe('precondition_failed')
})

test('an overwrite whose answer was lost is not done again over what came after it', async () => {
  tested.server.inject({ does: 'lose-answer', when: isInsert })
  const before = tested.server.requests.length
  const info = await storage.put('k', Buffer.from('once'))
  expect(tested.server.requests.slice(before).filter(isInsert)).toHaveLength(1)
  expect(await storage.head('k')).toEqual(info)
})

test('an upload in blocks goes on where a reset, a 503 or a stall broke it', async () => {
  const patient = storageOn(tested.server, bucket, { timeoutMs: 2000, tries: 6 })
  const faults = [{ does: 'reset' }, { does: { status: 503 } }, { does: { status: 429 } }, { does: 'stall' }] as const
  for (const [index, fault] of faults.entries()) {
    tested.server.inject({ ...fault, when: nthBlock(2) })
    const info = await patient.put(`k${index}`, bytes(5 * MIB), { createOnly: true })
    expect(info.sizeBytes).toBe(5 * MIB)
    expect((await text(patient, `k${index}`)).length).toBe(5 * MIB)
  }
  expect(tested.server.unfinished.sessions).toBe(0)
})

test('the last block whose answer was lost is a success', async () => {
  tested.server.inject({ does: 'lose-answer', when: nthBlock(3) })
  const info = await storage.put('k', bytes(5 * MIB), { createOnly: true })
  expect(await storage.head('k')).toEqual(info)
})

test('an upload that fails for good leaves neither object nor session', async () => {
  for (const times of [1, 2]) {
    tested.server.inject({ does: { status: 503 }, when: request => isBlock(request) && request.method === 'PUT', times: 100 })
    expect(await code(storage.put('k', bytes(5 * MIB * times)))).toBe('unavailable')
    tested.server.heal()
    expect(await storage.head('k')).toBeNull()
    expect(tested.server.unfinished.sessions).toBe(0)
  }
})

test('a session that the service lost ends in an error that may be tried again', async () => {
  tested.server.inject({ does: { status: 410 }, when: nthBlock(2) })
  await expect(storage.put('k', bytes(5 * MIB))).rejects.toMatchObject({ code: 'unavailable', retryable: true })
  expect(await storage.head('k')).toBeNull()
})

test('a create in blocks that loses its race late leaves the winner and no session', async () => {
  const rival = storageOn(tested.server, bucket)
  const slow = async function* (): AsyncGenerator<Uint8Array, void> {
    yield* bytes(5 * MIB)
    await rival.put('k', Buffer.from('winner'), { createOnly: true })
  }
  expect(await code(storage.put('k', slow(), { createOnly: true }))).toBe('already_exists')
  expect(await text(storage, 'k')).toBe('winner')
  expect(tested.server.unfinished.sessions).toBe(0)
})

test('a copy whose answer was lost is found; one that takes several calls arrives whole', async () => {
  await storage.put('from', bytes(5 * MIB), { contentType: 'text/plain' })
  tested.server.inject({
    does: 'lose-answer',
    when: ({ path, query }) => path.includes('/rewriteTo/') && query.has('rewriteToken'),
  })
  const before = tested.server.requests.length
  const info = await storage.copy('from', 'to', { createOnly: true })
  expect(tested.server.requests.slice(before).filter(({ path }) => path.includes('/rewriteTo/')).length).toBeGreaterThan(2)
  expect(await storage.head('to')).toEqual(info)
  expect(info).toMatchObject({ sizeBytes: 5 * MIB, contentType: 'text/plain' })
  expect(await code(storage.copy('from', 'to', { createOnly: true }))).toBe('already_exists')
})

test('a change of attributes whose answer was lost has happened', async () => {
  await storage.put('k', Buffer.from('x'), { contentType: 'text/plain', userMetadata: { a: '1' } })
  tested.server.inject({ does: 'lose-answer', when: ({ method }) => method === 'PATCH' })
  const info = await storage.setAttributes('k', { contentType: 'text/html', userMetadata: { b: '2' } })
  expect(info).toMatchObject({ contentType: 'text/html', userMetadata: { b: '2' } })
  expect(await storage.head('k')).toEqual(info)
})

test('a completion whose answer was lost is found, and one that was never done is done again', async () => {
  for (const does of ['lose-answer', 'reset'] as const) {
    const { uploadId } = await storage.multipart.create(does)
    const part = await storage.multipart.putPart({ key: does, uploadId, partNumber: 1 }, Buffer.from('part'))
    tested.server.inject({ does, when: ({ method, query }) => method === 'POST' && query.has('uploadId') })
    const info = await storage.multipart.complete({ key: does, uploadId }, [part], { createOnly: true })
    expect(await storage.head(does)).toEqual(info)
    expect(await text(storage, does)).toBe('part')
  }
  expect(tested.server.unfinished.multipart).toBe(0)
})

test('uploads that were not finished are listed with their dates, and can be removed', async () => {
  const kept = await storage.multipart.create('kept & <odd>')
  await storage.multipart.create('other')
  const found = []
  for await (const write of storage.unfinished.list()) found.push(write)
  expect(found.map(write => write.type === 'multipart' && write.key)).toEqual(['kept & <odd>', 'other'])
  expect(found[0]).toMatchObject({ uploadId: kept.uploadId, lastModified: new Date(tested.clock.now()) })
  for (const write of found) await storage.unfinished.remove(write)
  for (const write of found) await storage.unfinished.remove(write)
  expect(tested.server.unfinished.multipart).toBe(0)
})

test('a read that is cut, or brings other bytes, ends in an error', async () => {
  await storage.put('k', bytes(3 * MIB))
  tested.server.inject({ does: 'cut', when: ({ query }) => query.get('alt') === 'media' })
  expect(await code(text(storage, 'k'))).toBe('unavailable')
  await tested.server.corrupt(bucket, 'k')
  expect(await code(text(storage, 'k'))).toBe('unavailable')
  await vi.waitFor(() => expect(tested.server.busyConnections).toBe(0), { timeout: 30_000 })
})

test('lists, reads and deletes are tried again, and no more often than they may', async () => {
  await storage.put('k', Buffer.from('x'))
  tested.server.inject({ does: { status: 503 }, times: 2 })
  expect((await storage.list()).objects.map(({ key }) => key)).toEqual(['k'])
  tested.server.inject({ does: 'reset', times: 2 })
  expect(await text(storage, 'k')).toBe('x')
  tested.server.inject({ does: 'lose-answer', when: ({ method }) => method === 'DELETE' })
  expect(await storage.delete(['k'])).toEqual([{ key: 'k' }])
  tested.server.inject({ does: { status: 429 }, times: 3 })
  expect(await code(storage.list())).toBe('rate_limited')
})

test('under a prefix nothing else is seen or touched', async () => {
  await storage.put('outside', Buffer.from('x'))
  const inside = storageOn(tested.server, bucket, { prefix: 'assets/' })
  await inside.put('a/b', Buffer.from('in'))
  expect((await inside.list({ delimiter: '/' })).prefixes).toEqual(['a/'])
  expect((await inside.list()).objects.map(({ key }) => key)).toEqual(['a/b'])
  expect(await inside.copy('a/b', 'c')).toMatchObject({ key: 'c' })
  expect((await storage.list()).objects.map(({ key }) => key)).toEqual(['assets/a/b', 'assets/c', 'outside'])
})

test('no error tells a session, a token or a signature', async () => {
  tested.server.inject({ does: 'reset', when: isBlock, times: 100 })
  const error: unknown = await storage.put('k', bytes(5 * MIB)).catch(thrown => thrown)
  for (let at = error; at instanceof Error; at = at.cause) {
    const words = `${at.message} ${JSON.stringify(at)}`
    expect(words).not.toMatch(/upload_id|Bearer|X-Goog-Signature|PRIVATE KEY/)
    expect(Object.keys(at)).not.toContain('config')
  }
})

test('it works with the options of the client library, or with a client', async () => {
  const byOptions = gcsStorage({ bucket, ...tested.server.storageOptions() })
  const byClient = gcsStorage({ bucket, storage: new Storage(tested.server.storageOptions()) })
  await byOptions.open()
  await byOptions.put('k', Buffer.from('x'))
  expect(await text(byClient, 'k')).toBe('x')
  await byOptions.close()
  expect(await code(byOptions.head('k'))).toBe('unavailable')
})
