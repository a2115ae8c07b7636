import { type FileHandle, open } from 'node:fs/promises'
import { expect, it, onTestFinished, vi } from 'vitest'
import { fsStorage } from '../src/index.ts'
import { temporaryRoot } from './temporary-root.ts'

/** Counts the folders that are made durable from now on. */
async function countSyncs(root: string) {
  const handle = await open(root)
  const synced = vi.spyOn(Object.getPrototypeOf(handle) as FileHandle, 'sync')
  await handle.close()
  onTestFinished(() => synced.mockRestore())
  return synced
}

// Somebody else may have removed the name a moment ago and not have synced the folder yet: after a loss of power it would be back.
it('a delete that finds nothing makes that durable too before it says so', async () => {
  const { root, remove } = await temporaryRoot()
  onTestFinished(remove)
  const storage = fsStorage({ root })
  onTestFinished(() => storage.close())
  await storage.put('a/gone', Buffer.from('x'))
  await storage.put('a/stays', Buffer.from('x'))
  await storage.delete(['a/gone'])
  const synced = await countSyncs(root)
  expect(await storage.delete(['a/gone'])).toEqual([{ key: 'a/gone' }])
  expect(synced).toHaveBeenCalledTimes(1)
})

// Whoever removed the last name may still be at its sync while somebody else has removed the empty folder: with that, both would be back.
it.each(['a/gone', 'a/b/c/gone'])('a delete of %s whose folder is gone makes that durable too before it says so', async key => {
  const { root, remove } = await temporaryRoot()
  onTestFinished(remove)
  const storage = fsStorage({ root })
  onTestFinished(() => storage.close())
  await storage.put(key, Buffer.from('x'))
  await storage.delete([key])
  const synced = await countSyncs(root)
  expect(await storage.delete([key])).toEqual([{ key }])
  expect(synced).toHaveBeenCalledTimes(1)
})
