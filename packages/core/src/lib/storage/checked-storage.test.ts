import { memoryStorage } from '@stowage/testkit'
import { expect, test } from 'vitest'
import type { StorageAdapter, StorageBody, StorageCapabilities } from '../contracts/storage.ts'
import { abortableBody } from './abortable-body.ts'
import { checkedStorage } from './checked-storage.ts'

/** A driver that checks nothing, and records what reaches it. */
function careless(claims: Partial<StorageCapabilities> = {}) {
  const calls: string[] = []
  const inner = memoryStorage()
  const record =
    <A extends readonly unknown[], R>(name: string, call: (...args: A) => R) =>
    (...args: A): R => {
      calls.push(name)
      return call(...args)
    }
  const driver: StorageAdapter = {
    ...inner,
    capabilities: { ...inner.capabilities, ...claims },
    put: record('put', (key: string, body: StorageBody) => inner.put(key, body)),
    delete: record('delete', async (keys: readonly string[]) => keys.map(key => ({ key }))),
    list: record('list', () => inner.list()),
    copy: record('copy', (from: string, to: string) => inner.copy(from, to)),
    multipart: { ...inner.multipart, create: record('create', (key: string) => inner.multipart.create(key)) },
  }
  return { storage: checkedStorage(driver), calls }
}

test('what a driver does not claim never reaches it', async () => {
  const { storage, calls } = careless({
    createOnly: false,
    conditionalPut: false,
    attributes: false,
    userMetadata: false,
    delimiter: false,
  })
  const unsupported = { code: 'unsupported' }
  for (const options of [
    { createOnly: true },
    { ifMatch: '"x"' },
    { contentType: 'text/plain' },
    { cacheControl: 'no-store' },
    { contentDisposition: 'inline' },
    { contentLanguage: 'de' },
    { userMetadata: {} },
  ])
    await expect(storage.put('k', Buffer.from('x'), options)).rejects.toMatchObject(unsupported)
  await expect(storage.list({ delimiter: '/' })).rejects.toMatchObject(unsupported)
  await expect(storage.copy?.('a', 'b', { createOnly: true })).rejects.toMatchObject(unsupported)
  await expect(storage.multipart?.create('k', { contentType: 'text/plain' })).rejects.toMatchObject(unsupported)
  await expect(storage.multipart?.complete({ key: 'k', uploadId: 'u' }, [], { createOnly: true })).rejects.toMatchObject(
    unsupported,
  )
  expect(calls).toEqual([])
})

test('odd keys are refused before the driver, one by one where many are deleted', async () => {
  const { storage, calls } = careless()
  await expect(storage.multipart?.create('a//b')).rejects.toMatchObject({ code: 'invalid_key' })
  expect(calls).toEqual([])
  const results = await storage.delete(['a', '../b', 'c', 'd\0'])
  expect(results.map(({ key, error }) => [key, error === undefined])).toEqual([
    ['a', true],
    ['../b', false],
    ['c', true],
    ['d\0', false],
  ])
  expect(results[1]?.error).toMatchObject({ code: 'invalid_key' })
})

test('headers take printable ASCII only, and user metadata no more than there is room for', async () => {
  const { storage, calls } = careless({ maxUserMetadataBytes: 4 })
  const bytes = Buffer.from('x')
  for (const options of [
    { contentType: 'a\r\nb' },
    { contentDisposition: 'naïve' },
    { userMetadata: { A: '1' } },
    { userMetadata: { a: '1\n' } },
    { userMetadata: { a: 'éé' } },
  ])
    await expect(storage.put('k', bytes, options)).rejects.toMatchObject({ code: 'invalid_request' })
  expect(calls).toEqual([])
  await storage.put('k', bytes, { userMetadata: { a: 'é1' } })
})

test('an error without a code gets one, and keeps its cause', async () => {
  const cause = new Error('vendor')
  const storage = checkedStorage({ ...memoryStorage(), head: () => Promise.reject(cause) })
  await expect(storage.head('k')).rejects.toMatchObject({ code: 'internal', cause })
})

test('a body ends its wait when the signal fires, and lets go of its source once', async () => {
  let returned = 0
  const silent: AsyncIterable<Uint8Array> = {
    [Symbol.asyncIterator]: () => ({
      next: () => new Promise(() => undefined),
      async return() {
        returned += 1
        return { done: true, value: undefined }
      },
    }),
  }
  const control = new AbortController()
  const waiting = abortableBody(silent, control.signal).next()
  control.abort()
  await expect(waiting).rejects.toMatchObject({ code: 'aborted' })
  expect(returned).toBe(1)
})
