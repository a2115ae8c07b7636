import { execFileSync } from 'node:child_process'
import { link, mkdir, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type FsStorage, fsStorage } from '../src/index.ts'
import { openBelow, type TemporaryRoot, temporaryRoot } from './temporary-root.ts'

let place: TemporaryRoot
let storage: FsStorage
let outside: string
const bytes = Buffer.from('bytes')

beforeEach(async () => {
  place = await temporaryRoot()
  storage = fsStorage({ root: place.root })
  await storage.open()
  outside = join(place.folder, 'outside')
  await mkdir(outside)
  await writeFile(join(outside, 'canary'), 'alive')
})
afterEach(async () => {
  expect(await readdir(outside)).toEqual(['canary'])
  expect(await readFile(join(outside, 'canary'), 'utf8')).toBe('alive')
  expect(await openBelow(place.folder)).toBe(0)
  await place.remove()
})

const refused = { code: 'unavailable', retryable: false }

test('a folder that is a symbolic link is entered by no operation', async () => {
  await storage.put('source', bytes)
  await symlink(outside, join(place.root, 'linked'))
  await storage.put('real/k', bytes)
  await symlink(outside, join(place.root, 'real/deep'))
  for (const folder of ['linked', 'real/deep']) {
    const key = `${folder}/canary`
    await expect(storage.get(key)).rejects.toMatchObject(refused)
    await expect(storage.head(key)).rejects.toMatchObject(refused)
    await expect(storage.localFile(key)).rejects.toMatchObject(refused)
    await expect(storage.put(key, bytes)).rejects.toMatchObject(refused)
    await expect(storage.put(`${folder}/new`, bytes, { createOnly: true })).rejects.toMatchObject(refused)
    await expect(storage.put(`${folder}/new/deeper`, bytes)).rejects.toMatchObject(refused)
    await expect(storage.copy('source', key)).rejects.toMatchObject(refused)
    await expect(storage.copy(key, 'target')).rejects.toMatchObject(refused)
    expect((await storage.delete([key]))[0]?.error).toMatchObject(refused)
  }
  expect((await storage.list()).objects.map(({ key }) => key)).toEqual(['real/k', 'source'])
  await expect(storage.list({ prefix: 'linked/' })).rejects.toMatchObject(refused)
})

test('a folder exchanged for a link between two calls is noticed', async () => {
  await storage.put('a/b/k', bytes)
  await rename(join(place.root, 'a/b'), join(place.folder, 'moved'))
  await symlink(outside, join(place.root, 'a/b'))
  await expect(storage.put('a/b/k', bytes)).rejects.toMatchObject(refused)
  await expect(storage.get('a/b/canary')).rejects.toMatchObject(refused)
  expect((await storage.delete(['a/b/canary']))[0]?.error).toMatchObject(refused)
})

test('folders that are exchanged for links all the time never lead outside', async () => {
  await storage.put('a/canary', bytes)
  let stop = false
  const swapping = (async () => {
    while (!stop) {
      await rename(join(place.root, 'a'), join(place.folder, 'away'))
      await symlink(outside, join(place.root, 'a'))
      await new Promise(resolve => setImmediate(resolve))
      await rm(join(place.root, 'a'))
      await rename(join(place.folder, 'away'), join(place.root, 'a'))
    }
  })().catch(() => undefined) // A put may have made the folder anew: then there is nothing left to swap.
  for (let i = 0; i < 150; i += 1) {
    await Promise.allSettled([storage.put(`a/${i}`, bytes), storage.put('a/canary', bytes), storage.delete(['a/canary'])])
    const content = await storage.get('a/canary').catch(() => null)
    if (content) for await (const chunk of content.body) expect(Buffer.from(chunk).toString()).toBe('bytes')
  }
  stop = true
  await swapping
  await rm(join(place.root, 'a'), { recursive: true, force: true })
})

test('a link in the place of an object is not followed', async () => {
  await symlink(join(outside, 'canary'), join(place.root, 'k'))
  await expect(storage.get('k')).rejects.toMatchObject(refused)
  await expect(storage.head('k')).rejects.toMatchObject(refused)
  await expect(storage.put('k', bytes, { createOnly: true })).rejects.toMatchObject({ code: 'already_exists' })
  expect((await storage.list()).objects).toEqual([])
  await storage.put('k', bytes)
  expect((await storage.head('k'))?.sizeBytes).toBe(5)
  await symlink(join(outside, 'canary'), join(place.root, 'j'))
  expect(await storage.delete(['j'])).toEqual([{ key: 'j' }])
})

test('a hard link is never written through', async () => {
  await link(join(outside, 'canary'), join(place.root, 'k'))
  await storage.put('k', bytes)
  await link(join(outside, 'canary'), join(place.root, 'j'))
  await storage.delete(['j'])
})

test('pipes and folders in the place of an object are no objects, and nothing hangs', async () => {
  execFileSync('mkfifo', [join(place.root, 'pipe')])
  await mkdir(join(place.root, 'folder'))
  for (const key of ['pipe', 'folder']) {
    expect(await storage.head(key)).toBeNull()
    await expect(storage.get(key)).rejects.toMatchObject({ code: 'not_found' })
  }
  expect((await storage.list()).objects).toEqual([])
  await storage.put('folder', bytes)
})

test('a linked work folder is refused at the start', async () => {
  const [work = ''] = (await readdir(join(place.root, '.stowage'))).filter(name => name.startsWith('tmp-'))
  await rm(join(place.root, '.stowage', work), { recursive: true })
  await symlink(outside, join(place.root, '.stowage', work))
  await expect(fsStorage({ root: place.root }).open()).rejects.toMatchObject(refused)
})
