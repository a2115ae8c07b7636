import { createHash } from 'node:crypto'
import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fsStorage } from '@stowage/adapter-fs'
import type { StorageAdapter } from '@stowage/core/contracts'
import { sqliteMetadata } from '@stowage/metadata-sqlite'
import { expect, it, onTestFinished } from 'vitest'
import { chunked, openStowage, readAll } from '../../../../test/open-stowage.ts'
import { createStowage } from '../../composition/create-stowage.ts'
import { openMaintenance } from '../../composition/open-maintenance.ts'
import { StowageError } from '../../contracts/errors.ts'
import { withName } from '../../storage/with-name.ts'
import type { CopyOptions } from './report.ts'

const HOUR = 60 * 60_000

/** A service on `fs` with files in it, and a second disk that it knows, or not. */
async function opened(options: { readonly files?: number; readonly wrap?: (to: StorageAdapter) => StorageAdapter } = {}) {
  const made = await openStowage()
  const { root, clock, stowage } = made
  const ids: string[] = []
  for (let i = 0; i < (options.files ?? 3); i += 1) {
    ids.push(String((await stowage.trusted.upload({ body: Buffer.from(`file ${i}`), contentType: 'text/plain' })).id))
  }
  const disk = () => fsStorage({ root: join(root, 'objects'), clock })
  const disk2 = () => withName(fsStorage({ root: join(root, 'second'), clock }), 'disk2')
  const metadata = () => sqliteMetadata({ file: join(root, 'assets.db') })
  const warned: string[] = []
  const warn = (message: string): void => void warned.push(message)
  const logger = { debug: () => undefined, info: () => undefined, warn, error: warn }
  const maintain = async (wrap: (to: StorageAdapter) => StorageAdapter = to => to) => {
    const maintenance = await openMaintenance({
      storage: disk(),
      otherStorages: [wrap(disk2())],
      metadata: metadata(),
      clock,
      logger,
    })
    onTestFinished(() => maintenance.close())
    return maintenance
  }
  const copy = async (given: Partial<CopyOptions> = {}, wrap?: (to: StorageAdapter) => StorageAdapter) => {
    const maintenance = await maintain(wrap)
    return maintenance.copy({ to: 'disk2', ...given })
  }
  const keysIn = async (folder: string) => {
    const all = await readdir(join(root, folder), { recursive: true, withFileTypes: true })
    return all.filter(entry => entry.isFile() && !entry.parentPath.includes('.stowage') && !entry.name.startsWith('.')).length
  }
  /** The service as it is after the switch, without the old storage. */
  const after = async () => {
    const service = await createStowage({ storage: disk2(), metadata: metadata(), clock, logger, workers: false })
    onTestFinished(() => service.close())
    return service
  }
  return { ...made, ids, copy, maintain, keysIn, after, disk, disk2, warned }
}

const textOf = async (service: Awaited<ReturnType<typeof createStowage>>, id: string) => {
  const opened = await (await service.trusted.content({ id })).open()
  if (!('body' in opened)) throw new Error('A stream was expected.')
  return String(await readAll(opened.body))
}

it('copies everything once, leaves the service as it was, and switches each row when it is told to', async () => {
  const { copy, ids, stowage, keysIn, after } = await opened()
  expect(await copy({ dryRun: true })).toMatchObject({ counted: { objects: 3, bytes: 18 }, left: { objects: 3 } })
  expect(await keysIn('second')).toBe(0)
  expect(await copy()).toMatchObject({
    complete: true,
    from: ['fs'],
    copied: { objects: 3, bytes: 18 },
    skipped: { objects: 0 },
    switched: { objects: 0 },
    left: { objects: 0, uploads: 0, removals: 0 },
    total: 0,
  })
  expect(await keysIn('second')).toBe(3)
  expect(await Promise.all(ids.map(id => textOf(stowage, id)))).toEqual(['file 0', 'file 1', 'file 2'])
  expect((await stowage.audit({ verify: 'digest', graceMs: 0 })).total).toBe(0)
  expect(await copy()).toMatchObject({ copied: { objects: 0 }, skipped: { objects: 3 } })
  expect(await copy({ switch: true })).toMatchObject({
    copied: { objects: 0 },
    skipped: { objects: 3 },
    switched: { objects: 3 },
    left: { objects: 0, removals: 0 },
  })
  const service = await after()
  expect(await Promise.all(ids.map(id => textOf(service, id)))).toEqual(['file 0', 'file 1', 'file 2'])
  const { total, checked } = await service.audit({ verify: 'digest', graceMs: 0 })
  expect([total, checked.objects, checked.blobs]).toEqual([0, 3, 3])
  expect(await copy({ switch: true })).toMatchObject({ counted: { objects: 0 }, switched: { objects: 0 } })
})

it('removes what lies in the old storage when its time has come, if that was asked for', async () => {
  const { copy, maintain, clock, keysIn, ids, after } = await opened()
  expect(await copy({ switch: true, removeAfterMs: HOUR })).toMatchObject({ switched: { objects: 3 }, left: { removals: 3 } })
  const maintenance = await maintain()
  await maintenance.sweep()
  expect(await keysIn('objects')).toBe(3)
  await clock.advance(HOUR)
  expect(await maintenance.sweep()).toMatchObject({ purgedObjects: 3, failures: 0 })
  expect([await keysIn('objects'), await keysIn('second')]).toEqual([0, 3])
  expect((await maintenance.audit({ verify: 'digest', graceMs: 0 })).total).toBe(0)
  const service = await after()
  expect(await textOf(service, ids[0] ?? '')).toBe('file 0')
})

it('does not bring back what was deleted or replaced since, by a service that does not know the other storage', async () => {
  const { copy, ids, stowage, keysIn, warned, after, clock } = await opened()
  await copy()
  const [deleted = '', replaced = '', kept = ''] = ids
  await stowage.trusted.delete(deleted)
  await stowage.trusted.replaceContent(replaced, { body: Buffer.from('another') })
  await clock.advance(HOUR)
  await stowage.sweep()
  expect(await keysIn('objects')).toBe(2)
  const { id: late } = await stowage.trusted.upload({ body: Buffer.from('late') })
  await clock.advance(HOUR)
  expect(await copy({ switch: true })).toMatchObject({ copied: { objects: 2 }, switched: { objects: 3 }, removed: 2 })
  expect(warned).toEqual([])
  expect(await keysIn('second')).toBe(3)
  const service = await after()
  expect(await Promise.all([replaced, kept, String(late)].map(id => textOf(service, id)))).toEqual(['another', 'file 2', 'late'])
  await expect(service.trusted.content({ id: deleted })).rejects.toMatchObject({ code: 'not_found' })
  await service.sweep()
  expect((await service.audit({ verify: 'digest', graceMs: 0 })).total).toBe(0)
})

it('copies nothing whose bytes are not those of its row, and says which', async () => {
  const { copy, ids, stowage, disk, root, keysIn } = await opened({ files: 4 })
  const blobs = await Promise.all((await disk().list()).objects.map(({ key }) => key))
  const keyOf = async (text: string) => {
    for (const key of blobs) if (String(await readAll((await disk().get(key)).body)) === text) return key
    throw new Error(text)
  }
  const [altered, shorter, gone] = [await keyOf('file 0'), await keyOf('file 1'), await keyOf('file 2')]
  await writeFile(join(root, 'objects', altered), 'file X')
  await writeFile(join(root, 'objects', shorter), 'file')
  await disk().delete([gone])
  for (const round of [1, 2]) {
    const report = await copy({ switch: round === 2 })
    expect(report.copied.objects).toBe(round === 1 ? 1 : 0)
    expect(Object.fromEntries(report.findings.map(({ key, type }) => [key, type]))).toEqual({
      [altered]: 'wrong_digest',
      [shorter]: 'wrong_size',
      [gone]: 'missing_object',
    })
    expect(report.left.objects).toBe(3)
    expect(await keysIn('second')).toBe(1)
  }
  expect((await stowage.trusted.list({})).items).toHaveLength(ids.length)
})

it('takes up what a killed run left: a row without an object, an object that was not recorded, and half of one', async () => {
  const { copy, metadata, keysIn, stowage, disk2, after } = await opened({ files: 3 })
  // The process ends at its third write.
  const ending = new AbortController()
  let writes = 0
  const killed = (to: StorageAdapter): StorageAdapter => ({
    ...to,
    async put(key, body, options) {
      if (key.startsWith('probe-')) return to.put(key, body, options)
      writes += 1
      // Its object becomes visible, and nobody hears of it.
      if (writes % 2 === 0) await to.put(key, body, options)
      if (writes === 3) ending.abort()
      throw new StowageError('internal', 'Killed.')
    },
  })
  const first = await copy({ concurrency: 1, signal: ending.signal }, killed)
  expect(first).toMatchObject({ complete: false, copied: { objects: 0 } })
  expect(await keysIn('second')).toBe(1)
  // Under its key lie other bytes than those of its row.
  const rows = await metadata.scanBlobs({ storage: 'disk2', limit: 10 })
  expect(rows.map(({ blob }) => blob.state)).toEqual(['writing', 'writing', 'writing'])
  const bare = rows.map(({ blob }) => blob.key)
  for (const key of bare) if (!(await disk2().head(key))) await disk2().put(key, Buffer.from('half'))
  expect((await stowage.audit({ graceMs: 0 })).total).toBe(0)
  expect(await copy({ switch: true })).toMatchObject({ switched: { objects: 3 }, total: 0, left: { objects: 0 } })
  expect((await (await after()).audit({ verify: 'digest', graceMs: 0 })).total).toBe(0)
})

it('writes a copy anew that is no longer as it was recorded', async () => {
  const { copy, disk2, keysIn, after } = await opened()
  await copy()
  const [first, second] = (await disk2().list()).objects
  await disk2().delete([first?.key ?? ''])
  await disk2().put(second?.key ?? '', Buffer.from('other bytes'))
  expect(await copy({ switch: true })).toMatchObject({
    copied: { objects: 2 },
    skipped: { objects: 1 },
    switched: { objects: 3 },
  })
  expect(await keysIn('second')).toBe(3)
  expect((await (await after()).audit({ verify: 'digest', graceMs: 0 })).total).toBe(0)
})

it('two at once do every object once, or twice without harm', async () => {
  const { copy, after } = await opened({ files: 8 })
  const reports = await Promise.all([copy({ switch: true, concurrency: 3 }), copy({ switch: true, concurrency: 3 })])
  expect(reports.map(({ complete }) => complete)).toEqual([true, true])
  expect(reports.reduce((sum, { switched }) => sum + switched.objects, 0)).toBe(8)
  expect((await (await after()).audit({ verify: 'digest', graceMs: 0 })).total).toBe(0)
})

it('holds back to a rate, ends early at a signal, and goes on from there', async () => {
  const { stowage, copy, clock, maintain, after } = await opened({ files: 0 })
  const big = createHash('sha512').update('x').digest().subarray(0, 50)
  for (let i = 0; i < 4; i += 1) await stowage.trusted.upload({ body: chunked(Buffer.concat(Array(20).fill(big)), 100) })
  const maintenance = await maintain()
  const ending = new AbortController()
  const moved: number[] = []
  const running = maintenance.copy({
    to: 'disk2',
    concurrency: 1,
    bytesPerSecond: 1000,
    signal: ending.signal,
    onProgress({ phase, done }) {
      if (phase === 'copy') moved.push(done.objects)
      if (done.objects === 2) ending.abort()
    },
  })
  const driven = (async () => {
    while (!ending.signal.aborted) {
      await clock.advance(100)
      await new Promise(resolve => setImmediate(resolve))
    }
  })()
  const report = await running
  await driven
  expect(report).toMatchObject({ complete: false, copied: { objects: 2, bytes: 2000 } })
  expect(report.endedAt - report.startedAt).toBeGreaterThanOrEqual(2000)
  expect(await copy({ switch: true })).toMatchObject({ complete: true, skipped: { objects: 2 }, switched: { objects: 4 } })
  expect((await (await after()).audit({ verify: 'digest', graceMs: 0 })).total).toBe(0)
})

it('refuses what can not be meant: one place under two names, the same storage, names that nobody has', async () => {
  const { copy, root, clock, maintain } = await opened()
  const twice = await openMaintenance({
    storage: fsStorage({ root: join(root, 'objects'), clock }),
    otherStorages: [withName(fsStorage({ root: join(root, 'objects'), clock }), 'mirror')],
    metadata: sqliteMetadata({ file: join(root, 'assets.db') }),
    clock,
  })
  onTestFinished(() => twice.close())
  await expect(twice.copy({ to: 'mirror' })).rejects.toMatchObject({
    code: 'invalid_request',
    message: expect.stringContaining('one and the same place'),
  })
  for (const wrong of [
    { to: 'tape' },
    { from: ['disk2'] },
    { concurrency: 0 },
    { bytesPerSecond: 0 },
    { removeAfterMs: 1 },
    { switch: true, removeAfterMs: -1 },
  ]) {
    await expect(copy(wrong)).rejects.toMatchObject({ code: 'invalid_request' })
  }
  expect((await (await maintain()).audit({ graceMs: 0 })).total).toBe(0)
})

it('gives up where the whole storage takes nothing', async () => {
  const { copy } = await opened({ files: 20 })
  const full = (to: StorageAdapter): StorageAdapter => ({
    ...to,
    put: (key, body, options) =>
      key.startsWith('probe-') ? to.put(key, body, options) : Promise.reject(new StowageError('insufficient_storage', 'Full.')),
  })
  await expect(copy({}, full)).rejects.toMatchObject({ code: 'insufficient_storage' })
})
