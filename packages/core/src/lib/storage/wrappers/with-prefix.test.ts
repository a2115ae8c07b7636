import { memoryStorage, withFaults } from '@stowage/testkit'
import { expect, test } from 'vitest'
import type { StorageAdapter, UnfinishedWrite } from '../../contracts/storage.ts'
import { withPrefix } from './with-prefix.ts'

const bytes = Buffer.from('x')

test('two prefixes of one storage never see each other', async () => {
  const inner = memoryStorage()
  const [a, ab] = [withPrefix(inner, 'a'), withPrefix(inner, 'a/b/')]
  await a.put('b/k', bytes)
  await ab.put('l', bytes)
  await withPrefix(inner, 'ab').put('k', bytes)
  expect((await inner.list()).objects.map(({ key }) => key)).toEqual(['a/b/k', 'a/b/l', 'ab/k'])
  expect((await a.list()).objects.map(({ key }) => key)).toEqual(['b/k', 'b/l'])
  expect((await a.list({ delimiter: '/' })).prefixes).toEqual(['b/'])
  expect((await ab.list()).objects.map(({ key }) => key)).toEqual(['k', 'l'])
  expect(await ab.delete(['k', '../b/l', 'none'])).toMatchObject([
    { key: 'k' },
    { key: '../b/l', error: { code: 'invalid_key' } },
    { key: 'none' },
  ])
  expect((await inner.list()).objects.map(({ key }) => key)).toEqual(['a/b/l', 'ab/k'])
})

test.each(['', '..', '/x', 'a/../b', 'a//', '../a', '/', 'a/', 'x\0'])('the key %j does not lead out', async key => {
  const inner = withFaults(memoryStorage())
  const storage = withPrefix(inner, 'tenant')
  const invalid = { code: 'invalid_key' }
  await expect(storage.put(key, bytes)).rejects.toMatchObject(invalid)
  await expect(storage.get(key)).rejects.toMatchObject(invalid)
  await expect(storage.copy?.('k', key)).rejects.toMatchObject(invalid)
  await expect(storage.multipart?.create(key)).rejects.toMatchObject(invalid)
  expect(inner.calls).toEqual([])
})

test('a cursor of one prefix opens no list of another', async () => {
  const inner = memoryStorage()
  const [a, b] = [withPrefix(inner, 'a'), withPrefix(inner, 'b')]
  for (const storage of [a, b]) for (const key of ['1', '2', '3']) await storage.put(key, bytes)
  const { cursor } = await a.list({ limit: 1 })
  expect((await a.list({ cursor: cursor ?? '' })).objects.map(({ key }) => key)).toEqual(['2', '3'])
  await expect(b.list({ cursor: cursor ?? '' })).rejects.toMatchObject({ code: 'invalid_cursor' })
})

test('room for keys is what the prefix leaves', () => {
  const inner = memoryStorage()
  const { maxKeyBytes } = inner.capabilities
  expect(withPrefix(inner, 'größe').capabilities.maxKeyBytes).toBe(maxKeyBytes - 8)
  expect(() => withPrefix(inner, 'x'.repeat(maxKeyBytes - 1))).toThrow(/leaves no room/)
  for (const prefix of ['', '/', '..', 'a//b', '/a']) expect(() => withPrefix(inner, prefix)).toThrow(/The key/)
})

test('signed requests are for the object below the prefix, and so are parts', async () => {
  const signed: string[] = []
  const sign = async (key: string) => {
    signed.push(key)
    return { method: 'GET', url: `https://storage.example/${key}`, headers: {}, expiresAt: new Date(0) } as const
  }
  const inner = memoryStorage()
  const storage = withPrefix(
    {
      ...inner,
      capabilities: { ...inner.capabilities, presignGet: true, presignPut: true, presignPost: true },
      presignGet: sign,
      presignPut: sign,
      presignPost: sign,
      multipart: { ...inner.multipart, presignPart: ({ key }) => sign(key) },
    },
    'tenant',
  )
  expect((await storage.presignGet?.('k', { expiresInSeconds: 1 }))?.url).toBe('https://storage.example/tenant/k')
  await storage.presignPut?.('l', { expiresInSeconds: 1 })
  await storage.presignPost?.('m', { expiresInSeconds: 1, maxBytes: 1 })
  await storage.multipart?.presignPart?.({ key: 'n', uploadId: 'u', partNumber: 1 }, { expiresInSeconds: 1 })
  expect(signed).toEqual(['tenant/k', 'tenant/l', 'tenant/m', 'tenant/n'])
})

test('unfinished uploads are those below the prefix; the place is another for another prefix', async () => {
  const lastModified = new Date(0)
  const found: UnfinishedWrite[] = [
    { type: 'multipart', key: 'tenant/k', uploadId: '1', lastModified },
    { type: 'multipart', key: 'tenants/k', uploadId: '2', lastModified },
    { type: 'temporary', name: 't', sizeBytes: 1, lastModified },
  ]
  const removed: UnfinishedWrite[] = []
  const inner: StorageAdapter = {
    ...memoryStorage(),
    identity: async () => 'disk-1',
    unfinished: {
      async *list() {
        yield* found
      },
      remove: async write => void removed.push(write),
    },
  }
  const storage = withPrefix(inner, 'tenant')
  const seen: UnfinishedWrite[] = []
  for await (const write of storage.unfinished?.list() ?? []) seen.push(write)
  expect(seen).toEqual([{ ...found[0], key: 'k' }, found[2]])
  for (const write of seen) await storage.unfinished?.remove(write)
  expect(removed).toEqual([found[0], found[2]])
  expect(await storage.identity?.()).not.toBe(await withPrefix(inner, 'other').identity?.())
})
