import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { UnfinishedWrite } from '@stowage/core/contracts'
import { gate } from '@stowage/testkit'
import { expect, onTestFinished, test } from 'vitest'
import { fsStorage } from './fs-storage.ts'

async function opened() {
  const root = await mkdtemp(join(tmpdir(), 'stowage-unfinished-'))
  onTestFinished(() => rm(root, { recursive: true, force: true }))
  const storage = fsStorage({ root, create: true })
  await storage.open()
  onTestFinished(() => storage.close())
  const list = async () => {
    const found: UnfinishedWrite[] = []
    for await (const write of storage.unfinished.list()) found.push(write)
    return found
  }
  return { storage, list, root }
}

test('uploads in parts are found with their key until they end, and can be removed', async () => {
  const { storage, list, root } = await opened()
  expect(await list()).toEqual([])
  const { uploadId } = await storage.multipart.create('a/b')
  const other = await storage.multipart.create('c')
  const part = await storage.multipart.putPart({ key: 'a/b', uploadId, partNumber: 1 }, Buffer.from('part'))
  const found = await list()
  expect(found.map(write => [write.type, write.type === 'multipart' && write.key]).sort()).toEqual([
    ['multipart', 'a/b'],
    ['multipart', 'c'],
  ])
  expect(Math.abs(Date.now() - (found[0]?.lastModified.getTime() ?? 0))).toBeLessThan(600_000)
  await storage.unfinished.remove({ type: 'multipart', key: 'c', uploadId: other.uploadId, lastModified: new Date() })
  expect(await list()).toMatchObject([{ type: 'multipart', key: 'a/b', uploadId }])
  await storage.multipart.complete({ key: 'a/b', uploadId }, [part])
  expect(await list()).toEqual([])
  expect(await readdir(join(root, 'a'))).toEqual(['b'])
})

test('the temporary file of a write is found while it lasts', async () => {
  const { storage, list } = await opened()
  const [begun, end] = [gate(), gate()]
  async function* body() {
    yield Buffer.alloc(2 * 1024 * 1024)
    await begun.wait()
    await end.wait()
  }
  const writing = storage.put('large', body())
  await begun.reached
  begun.open()
  expect(await list()).toMatchObject([{ type: 'temporary' }])
  end.open()
  await writing
  expect(await list()).toEqual([])
})

test('nothing outside its folder is removed by a made-up name', async () => {
  const { storage } = await opened()
  await storage.put('kept', Buffer.from('x'))
  const made = { type: 'temporary', name: '../../kept', sizeBytes: 1, lastModified: new Date() } as const
  await expect(storage.unfinished.remove(made)).rejects.toMatchObject({ code: 'invalid_request' })
  expect(await storage.head('kept')).not.toBeNull()
})
