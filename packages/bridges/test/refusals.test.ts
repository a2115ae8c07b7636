import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FileStorage } from '@flystorage/file-storage'
import { LocalStorageAdapter } from '@flystorage/local-fs'
import { Files } from 'files-sdk'
import { fs } from 'files-sdk/fs'
import { createStorage } from 'unstorage'
import fsDriver from 'unstorage/drivers/fs'
import githubDriver from 'unstorage/drivers/github'
import lruDriver from 'unstorage/drivers/lru-cache'
import memoryDriver from 'unstorage/drivers/memory'
import nullDriver from 'unstorage/drivers/null'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type BridgedStorage, fromFilesSdk, fromFlystorage, fromUnstorage, type UnstorageDriver } from '../src/index.ts'

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'stowage-bridges-'))
  onTestFinished(() => rm(path, { recursive: true, force: true }))
  return path
}

async function* counted(pulled: { chunks: number }): AsyncGenerator<Uint8Array> {
  pulled.chunks += 1
  yield Buffer.from('x')
}

async function textOf(storage: BridgedStorage, key: string): Promise<string> {
  const chunks: Uint8Array[] = []
  for await (const chunk of (await storage.get(key)).body) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

describe('refused before anything is stored', () => {
  test.each([
    ['read-only', githubDriver({ repo: 'nobody/nothing' }), 'it is read-only'],
    ['a cache', lruDriver({}), 'it drops values when it is full'],
    ['forgetful', { ...memoryDriver(), options: { ttl: 60 } }, 'it forgets values after its `ttl`'],
    ['slow to agree', { ...memoryDriver(), name: 'cloudflare-kv-http' }, 'it shows a write to other machines only after a while'],
  ])('an unstorage driver that is %s', (_, driver, why) => {
    expect(() => fromUnstorage(driver as UnstorageDriver)).toThrow(
      expect.objectContaining({ code: 'unsupported', message: expect.stringContaining(why) }),
    )
  })

  const texts = memoryDriver()
  test.each([
    ['keeps nothing', () => nullDriver(), 'it does not keep what is written'],
    ['is set to read only', async () => fsDriver({ base: await folder(), readOnly: true }), 'it does not keep what is written'],
    [
      'hides names',
      async () => fsDriver({ base: await folder(), ignore: ['**/marker'] }),
      'its list leaves out what was written',
    ],
    [
      'changes bytes',
      () => ({
        ...texts,
        setItemRaw: (key: string, value: Uint8Array) => texts.setItemRaw?.(key, Buffer.from(String(value)), {}),
      }),
      'it gives back other bytes than were written',
    ],
    ['answers with texts', () => ({ ...texts, getItemRaw: () => 'a text' }), 'gives back a string where bytes were written'],
  ])('a driver that %s, when it is opened', async (_, make, why) => {
    const storage = fromUnstorage((await make()) as UnstorageDriver)
    await expect(storage.open()).rejects.toMatchObject({
      code: 'unavailable',
      retryable: false,
      message: expect.stringContaining(why),
    })
  })

  test('objects of a format that a later version wrote', async () => {
    const driver = memoryDriver()
    await fromUnstorage(driver).open()
    const values = driver.getInstance?.() as Map<string, Uint8Array>
    const { sealNote } = await import('../src/lib/note.ts')
    const marker = values.get('stowage:notes:marker') ?? new Uint8Array(0)
    values.set(
      'stowage:notes:marker',
      Buffer.concat([sealNote('stowage/notes/marker', { format: 2, id: 'x' }), marker.slice(512)]),
    )
    await expect(fromUnstorage(driver).open()).rejects.toThrow('its objects are in format 2, and this version knows 1')
  })

  test('an object that is declared larger than the limit, before its first byte; another when it grows past it', async () => {
    const storage = fromUnstorage(memoryDriver(), { maxObjectBytes: 10 })
    await storage.open()
    const pulled = { chunks: 0 }
    await expect(storage.put('k', counted(pulled), { sizeBytes: 11 })).rejects.toMatchObject({ code: 'content_too_large' })
    expect(pulled.chunks).toBe(0)
    await expect(storage.put('k', Buffer.alloc(11))).rejects.toMatchObject({ code: 'content_too_large' })
    expect(await storage.head('k')).toBeNull()
  })

  test('create-only, conditional writes, attributes and delimiters, before the first byte', async () => {
    const storage = fromFlystorage(new LocalStorageAdapter(await folder()))
    await storage.open()
    const pulled = { chunks: 0 }
    for (const options of [{ createOnly: true }, { ifMatch: '"x"' }, { contentType: 'text/plain' }, { userMetadata: { a: 'b' } }])
      await expect(storage.put('k', counted(pulled), options)).rejects.toMatchObject({ code: 'unsupported' })
    await expect(storage.list({ delimiter: '/' })).rejects.toMatchObject({ code: 'unsupported' })
    expect(pulled.chunks).toBe(0)
  })

  test('chunks that are no chunks', () => {
    for (const chunkBytes of [0, 1023, 1.5, 2 ** 31])
      expect(() => fromUnstorage(memoryDriver(), { chunkBytes })).toThrow(RangeError)
  })
})

describe('taken', () => {
  const drivers: Record<string, () => BridgedStorage | Promise<BridgedStorage>> = {
    'a FileStorage': async () => fromFlystorage(new FileStorage(new LocalStorageAdapter(await folder()))),
    'a Files': async () => fromFilesSdk(new Files({ adapter: fs({ root: await folder() }) })),
    'what createStorage gives': () => fromUnstorage(createStorage({ driver: memoryDriver() })),
    'a driver without raw values': () => {
      const { setItemRaw: _, getItemRaw: __, ...driver } = memoryDriver()
      return fromUnstorage(driver)
    },
  }
  test.each(Object.entries(drivers))('%s, and its objects come back', async (_, make) => {
    const storage = await make()
    await storage.open()
    await storage.put('a/b c.txt', Buffer.from('hällo'))
    expect(await textOf(storage, 'a/b c.txt')).toBe('hällo')
    expect((await storage.list()).objects.map(({ key }) => key)).toEqual(['a/b c.txt'])
    expect(await storage.delete(['a/b c.txt'])).toEqual([{ key: 'a/b c.txt' }])
    expect(await storage.head('a/b c.txt')).toBeNull()
  })

  test('a driver that hands out what it keeps, whose readers write into their bytes', async () => {
    const storage = fromUnstorage(memoryDriver())
    await storage.put('k', Buffer.from('kept'))
    for (let i = 0; i < 2; i += 1) for await (const chunk of (await storage.get('k')).body) chunk.fill(0)
    expect(await textOf(storage, 'k')).toBe('kept')
  })

  test('one place has one identity, however often it is opened, and another place another', async () => {
    const driver = memoryDriver()
    const [first, again] = [await fromUnstorage(driver).identity(), await fromUnstorage(driver).identity()]
    expect(again).toBe(first)
    expect(await fromUnstorage(memoryDriver()).identity()).not.toBe(first)
  })
})
