import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { fakeClock } from '@stowage/testkit'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type FsStorage, fsStorage } from '../src/index.ts'
import { openBelow, type TemporaryRoot, temporaryRoot } from './temporary-root.ts'

let place: TemporaryRoot
let storage: FsStorage
beforeEach(async () => {
  place = await temporaryRoot()
  storage = fsStorage({ root: place.root })
  await storage.open()
})
afterEach(async () => {
  expect(await openBelow(place.folder)).toBe(0)
  expect(await place.leftovers()).toEqual([])
  await place.remove()
})

const bytes = Buffer.from('bytes')

async function allKeys(prefix: string, limit: number): Promise<string[]> {
  const keys: string[] = []
  let cursor: string | null = null
  do {
    const page: Awaited<ReturnType<FsStorage['list']>> = await storage.list({ prefix, limit, ...(cursor && { cursor }) })
    keys.push(...page.objects.map(({ key }) => key))
    cursor = page.cursor
  } while (cursor)
  return keys
}

test('an object is a plain file at the path of its key, with the permissions asked for', async () => {
  await storage.put('a/b/photo.jpg', bytes)
  const path = join(place.root, 'a/b/photo.jpg')
  expect(await readFile(path, 'utf8')).toBe('bytes')
  expect((await stat(path)).mode & 0o777 & ~0o640).toBe(0)
  expect((await stat(join(place.root, 'a'))).mode & 0o777 & ~0o750).toBe(0)
})

test('objects are dated by the given clock', async () => {
  const clock = fakeClock({ now: Date.UTC(2030, 0, 1) })
  const dated = fsStorage({ root: place.root, clock })
  expect((await dated.put('k', bytes)).lastModified).toEqual(new Date('2030-01-01T00:00:00.000Z'))
})

test('a local file is an open handle that keeps its bytes when the object is overwritten', async () => {
  await storage.put('k', bytes)
  const file = await storage.localFile('k')
  await storage.put('k', Buffer.from('other'))
  const buffer = Buffer.alloc(10)
  expect(await file?.handle.read(buffer, 0, 10, 0)).toMatchObject({ bytesRead: 5 })
  expect(buffer.subarray(0, 5).toString()).toBe('bytes')
  expect(file?.path).toBe(join(place.root, 'k'))
  await file?.handle.close()
  expect(await storage.localFile('none')).toBeNull()
})

test('empty folders go with their last object, and racing puts into them succeed', async () => {
  for (let round = 0; round < 20; round += 1) {
    await storage.put('x/y/first', bytes)
    const work = Array.from({ length: 6 }, (_, i) => storage.put(`x/y/${i}`, bytes).then(() => storage.delete([`x/y/${i}`])))
    await Promise.all([...work, storage.delete(['x/y/first'])])
    expect(await readdir(place.root)).toEqual(['.stowage'])
  }
})

test('a failed put leaves no folder behind', async () => {
  await expect(storage.put('new/folder/k', bytes, { sizeBytes: 4 })).rejects.toMatchObject({ code: 'invalid_request' })
  expect(await readdir(place.root)).toEqual(['.stowage'])
})

test('thousands of objects in one folder and in many are listed in pages of any size', async () => {
  const keys = [
    ...Array.from({ length: 2000 }, (_, i) => `flat/${String(i * 7919 + 100_000)}`),
    ...Array.from({ length: 1200 }, (_, i) => `tree/${i % 40}/${i % 3}/${i}`),
  ].sort()
  for (let i = 0; i < keys.length; i += 100) await Promise.all(keys.slice(i, i + 100).map(key => storage.put(key, bytes)))
  expect(await allKeys('', 1000)).toEqual(keys)
  expect(await allKeys('', 333)).toEqual(keys)
  expect(await allKeys('tree/', 17)).toEqual(keys.filter(key => key.startsWith('tree/')))
  expect(await allKeys('flat/1', 100)).toEqual(keys.filter(key => key.startsWith('flat/1')))
})

test('hundreds of aborted puts and reads leave no descriptor and no file', async () => {
  await storage.put('large', Buffer.alloc(3_000_000))
  await Promise.all(
    Array.from({ length: 200 }, async (_, i) => {
      const control = new AbortController()
      const putting = storage.put(`k${i}`, endless(), { signal: control.signal })
      const { body } = await storage.get('large', { signal: control.signal })
      const reading = (async () => {
        for await (const _chunk of body) await new Promise(resolve => setImmediate(resolve))
      })()
      setImmediate(() => control.abort())
      await expect(putting).rejects.toMatchObject({ code: 'aborted' })
      await reading.catch(error => expect(error).toMatchObject({ code: 'aborted' }))
    }),
  )
  expect((await storage.list()).objects.map(({ key }) => key)).toEqual(['large'])
})

async function* endless(): AsyncGenerator<Uint8Array, void> {
  for (;;) {
    yield Buffer.alloc(10_000)
    await new Promise(resolve => setImmediate(resolve))
  }
}

test('a signing secret that is too short, or a base URL with a query, is refused', () => {
  const signed = (secret: string, baseUrl: string) => () => fsStorage({ root: place.root, signing: { secret, baseUrl } })
  expect(signed('short', 'https://files.example.com')).toThrow(/32 bytes/)
  expect(signed('x'.repeat(32), 'https://files.example.com/?a=b')).toThrow(/query/)
  expect(storage.presignGet).toBeUndefined()
  expect(storage.multipart.presignPart).toBeUndefined()
})

test('a part is signed for its upload, number and length', async () => {
  const signed = fsStorage({ root: place.root, signing: { secret: 'x'.repeat(32), baseUrl: 'https://files.example.com/o' } })
  const { uploadId } = await signed.multipart.create('k')
  const upload = { key: 'k', uploadId, partNumber: 2 }
  const { url, method } = (await signed.multipart.presignPart?.(upload, { expiresInSeconds: 60, sizeBytes: 5 })) ?? {}
  const open = (target: string, length: string) =>
    signed.openSignedRequest?.({ method: method ?? '', url: target, header: name => (name === 'content-length' ? length : null) })
  expect(open(url ?? '', '5')).toEqual({ does: 'putPart', upload, options: { sizeBytes: 5 } })
  expect(() => open(url ?? '', '6')).toThrow(/exactly 5/)
  expect(() => open((url ?? '').replace('part=2', 'part=3'), '5')).toThrow(/not valid/)
  await signed.multipart.abort('k', uploadId)
})

test('parts that are listed while their upload is aborted are listed, or there is no such upload', async () => {
  for (let round = 0; round < 10; round++) {
    const { uploadId } = await storage.multipart.create('big')
    for (const partNumber of [1, 2, 3]) await storage.multipart.putPart({ key: 'big', uploadId, partNumber }, bytes)
    const listed = Array.from({ length: 40 }, () =>
      storage.multipart.listParts('big', uploadId).then(
        parts => parts.length,
        (error: { code?: string; message: string }) => error.code === 'not_found' || error.message,
      ),
    )
    await storage.multipart.abort('big', uploadId)
    for (const answer of await Promise.all(listed)) expect([3, true]).toContain(answer)
  }
})
