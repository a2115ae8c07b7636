import { execFileSync } from 'node:child_process'
import { mkdir, readdir, readFile, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fakeClock } from '@stowage/testkit'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { fsStorage } from '../src/index.ts'
import { type TemporaryRoot, temporaryRoot } from './temporary-root.ts'

let place: TemporaryRoot
beforeEach(async () => {
  place = await temporaryRoot()
})
afterEach(() => place.remove())

const bytes = Buffer.from('bytes')
const marker = () => readFile(join(place.root, '.stowage/marker'), 'utf8')

test('a root that does not exist is made, and found again with the same identity', async () => {
  await fsStorage({ root: place.root }).put('k', bytes)
  const before = await marker()
  const again = fsStorage({ root: place.root, create: false })
  await again.open()
  expect(await marker()).toBe(before)
  expect((await again.list()).objects).toHaveLength(1)
})

test('many processes may start on a new root at once', async () => {
  const storages = Array.from({ length: 12 }, () => fsStorage({ root: place.root }))
  await Promise.all(storages.map(storage => storage.open()))
  await Promise.all(storages.map((storage, i) => storage.put(`k${i}`, bytes)))
  expect((await storages[0]?.list())?.objects).toHaveLength(12)
  expect(await readdir(place.folder)).toEqual(['root'])
})

test('a process may start while another, whose clock is days ahead, removes what it takes for abandoned', async () => {
  await fsStorage({ root: place.root }).open()
  const [work = ''] = (await readdir(join(place.root, '.stowage'))).filter(name => name.startsWith('tmp-'))
  const folder = join(place.root, '.stowage', work)
  let starts = 0
  const removeAll = async (): Promise<void> => {
    while (starts < 100) for (const name of await readdir(folder)) await rm(join(folder, name), { force: true })
  }
  const startAgainAndAgain = async (): Promise<void> => {
    for (; starts < 100; starts += 1) await fsStorage({ root: place.root }).open()
  }
  await Promise.all([removeAll(), removeAll(), startAgainAndAgain()])
})

test('a missing root is refused where nothing may be made', async () => {
  await expect(fsStorage({ root: place.root, create: false }).open()).rejects.toMatchObject({ code: 'unavailable' })
  expect(await readdir(place.folder)).toEqual([])
})

test('an empty folder, which an unmounted disk looks like, is refused with advice, and taken with `create: true`', async () => {
  await mkdir(place.root)
  await expect(fsStorage({ root: place.root }).open()).rejects.toMatchObject({
    code: 'unavailable',
    retryable: false,
    message: expect.stringContaining('create: true'),
  })
  expect(await readdir(place.root)).toEqual([])
  await mkdir(join(place.root, 'lost+found'))
  await fsStorage({ root: place.root, create: true }).put('k', bytes)
  await fsStorage({ root: place.root }).open()
})

test('a folder with files of somebody else is never taken', async () => {
  await mkdir(place.root)
  await writeFile(join(place.root, 'thesis.txt'), 'mine')
  await expect(fsStorage({ root: place.root, create: true }).open()).rejects.toMatchObject({ code: 'unavailable' })
  expect(await readdir(place.root)).toEqual(['thesis.txt'])
})

test('a damaged marker is refused', async () => {
  await fsStorage({ root: place.root }).open()
  await writeFile(join(place.root, '.stowage/marker'), '{"id":"')
  await expect(fsStorage({ root: place.root }).open()).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringContaining('damaged'),
  })
})

test('a refused root is tried again by the next call', async () => {
  const storage = fsStorage({ root: place.root, create: false })
  await expect(storage.open()).rejects.toMatchObject({ code: 'unavailable' })
  await fsStorage({ root: place.root }).open()
  await storage.open()
})

for (const [what, exchange] of [
  ['removed', async () => undefined],
  ['exchanged for an empty folder, as by an unmount', () => mkdir(place.root)],
  ['exchanged for another storage root', () => fsStorage({ root: place.root }).open()],
] as const) {
  test(`a root that is ${what} while in use is refused by every operation, and nothing is made in it`, async () => {
    const storage = fsStorage({ root: place.root })
    await storage.put('a/b', bytes)
    await rename(place.root, `${place.root}-away`)
    await exchange()
    const before = await readdir(place.folder, { recursive: true })
    const unavailable = { code: 'unavailable' }
    await expect(storage.put('a/b', bytes)).rejects.toMatchObject(unavailable)
    await expect(storage.put('new/folder/k', bytes, { createOnly: true })).rejects.toMatchObject(unavailable)
    await expect(storage.get('a/b')).rejects.toMatchObject(unavailable)
    await expect(storage.head('a/b')).rejects.toMatchObject(unavailable)
    await expect(storage.list()).rejects.toMatchObject(unavailable)
    await expect(storage.copy('a/b', 'c')).rejects.toMatchObject(unavailable)
    await expect(storage.localFile('a/b')).rejects.toMatchObject(unavailable)
    await expect(storage.multipart.create('m')).rejects.toMatchObject(unavailable)
    expect((await storage.delete(['a/b']))[0]?.error).toMatchObject(unavailable)
    expect(await readdir(place.folder, { recursive: true })).toEqual(before)
    await rm(place.root, { recursive: true, force: true })
    await rename(`${place.root}-away`, place.root)
    expect((await storage.list()).objects.map(({ key }) => key)).toEqual(['a/b'])
    await storage.put('a/b', bytes)
  })
}

test('the root itself may be a symbolic link', async () => {
  await fsStorage({ root: join(place.folder, 'real') }).open()
  await symlink('real', place.root)
  await fsStorage({ root: place.root }).put('a/b', bytes)
  expect(await readFile(join(place.folder, 'real/a/b'), 'utf8')).toBe('bytes')
})

test('what a dead process left is removed at the next start, and what may be alive is kept', async () => {
  const clock = fakeClock({ now: Date.now() })
  await fsStorage({ root: place.root, clock }).put('k', bytes)
  const [work = ''] = (await readdir(join(place.root, '.stowage'))).filter(name => name.startsWith('tmp-'))
  const left = (name: string) => join(place.root, '.stowage', work, name)
  await writeFile(left('old'), 'half')
  await mkdir(left('gone-1'))
  await writeFile(left('gone-1/00001'), 'part')
  await writeFile(left('young'), 'half')
  const twoDaysAgo = clock.now() / 1000 - 2 * 86_400
  for (const name of ['old', 'gone-1/00001', 'gone-1']) await utimes(left(name), twoDaysAgo, twoDaysAgo)
  await fsStorage({ root: place.root, clock }).open()
  expect(await place.leftovers()).toEqual([join(work, 'young')])
  await clock.advance(2 * 86_400_000)
  await fsStorage({ root: place.root, clock, abandonedAfterMs: 60_000 }).open()
  expect(await place.leftovers()).toEqual([])
  expect((await fsStorage({ root: place.root }).list()).objects.map(({ key }) => key)).toEqual(['k'])
})

test('C2: an upload in parts whose id nobody kept goes at a start after a week, and a younger one stays', async () => {
  const clock = fakeClock({ now: Date.now() })
  const { multipart } = fsStorage({ root: place.root, clock })
  const upload = { key: 'k', ...(await multipart.create('k')) }
  await multipart.putPart({ ...upload, partNumber: 1 }, bytes)
  await clock.advance(6 * 86_400_000)
  await fsStorage({ root: place.root, clock }).open()
  expect(await multipart.listParts('k', upload.uploadId)).toHaveLength(1)
  await clock.advance(2 * 86_400_000)
  await fsStorage({ root: place.root, clock }).open()
  expect(await place.leftovers()).toEqual([])
  await expect(multipart.listParts('k', upload.uploadId)).rejects.toMatchObject({ code: 'not_found' })
})

test('after close nothing works any more', async () => {
  const storage = fsStorage({ root: place.root })
  await storage.open()
  await storage.close()
  await expect(storage.head('k')).rejects.toMatchObject({ code: 'unavailable' })
})

const mountable = process.platform === 'linux' && process.getuid?.() === 0 && canMount()

function canMount(): boolean {
  try {
    execFileSync('unshare', ['--mount', 'true'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

test.skipIf(!mountable)(
  'a full disk answers insufficient_storage, leaves nothing, and recovers; a lazily unmounted one is refused',
  async () => {
    await mkdir(place.root)
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', place.root])
    try {
      const storage = fsStorage({ root: place.root, create: true })
      await storage.put('kept', Buffer.alloc(500_000))
      for (const body of [Buffer.alloc(3_000_000), parts(40)]) {
        await expect(storage.put('large', body)).rejects.toMatchObject({ code: 'insufficient_storage' })
      }
      expect(await place.leftovers()).toEqual([])
      await storage.put('fits', Buffer.alloc(500_000))
      execFileSync('umount', ['-l', place.root])
      await expect(storage.put('k', bytes)).rejects.toMatchObject({ code: 'unavailable' })
      expect(await readdir(place.root)).toEqual([])
    } finally {
      try {
        execFileSync('umount', ['-l', place.root], { stdio: 'ignore' })
      } catch {
        // Unmounted by the test already.
      }
    }
  },
)

async function* parts(count: number): AsyncGenerator<Uint8Array, void> {
  for (let i = 0; i < count; i += 1) yield Buffer.alloc(100_000, i)
}
