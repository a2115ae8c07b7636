import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, readdir, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fsStorage } from '@stowage/adapter-fs'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { mountVolume, type Volume, whyNoMount } from '../src/faults/mounts.ts'
import { openTrial, statusesOf, type Trial, tryUpload, tryUploads } from '../src/faults/trial.ts'
import { buildServer } from '../src/kill/build-server.ts'
import { restartAndRecover } from '../src/kill/ground.ts'
import { settled } from '../src/kill/model.ts'

const LARGE_BYTES = 3_000_000

let top: string
let program: string
beforeAll(async () => {
  top = await mkdtemp(join(tmpdir(), 'stowage-disk-'))
  program = await buildServer(join(top, 'program'))
})
afterAll(() => rm(top, { recursive: true, force: true }))

/** A server whose objects, or whose database, lie on a volume of 12 MiB. */
async function openOnVolume(what: 'objects' | 'database'): Promise<{ trial: Trial; volume: Volume; mounted: string }> {
  const place = await mkdtemp(join(top, 'volume-'))
  const [mounted, aside, other] = [join(place, 'mounted'), join(place, 'aside'), join(place, 'other')]
  for (const folder of [mounted, aside, other]) await mkdir(folder)
  const volume = mountVolume(mounted, aside, 12)
  onTestFinished(() => volume.remove())
  const [objects, database] = what === 'objects' ? [mounted, other] : [other, mounted]
  await fsStorage({ root: join(objects, 'root') }).open()
  const trial = await openTrial(program, async folder => {
    await symlink(database, folder)
    await symlink(join(objects, 'root'), join(database, 'objects'))
  })
  onTestFinished(() => trial.close())
  expect(statusesOf(await tryUploads(trial, 6))).toEqual([201])
  return { trial, volume, mounted }
}

async function firstContent({ client, model }: Trial): Promise<number> {
  const [id = ''] = model.entries.keys()
  return (await client.send('GET', `${id}/content`)).status
}

const whyNot = whyNoMount()
if (whyNot) console.log(`Skipped, the faults of volumes: ${whyNot}.`)

describe.skipIf(whyNot)('a server on a volume', { timeout: 240_000 }, () => {
  test('answers 507 while the volume of the objects is full, deletes all the same, and takes files again once there is space', async () => {
    const { trial, volume } = await openOnVolume('objects')
    await volume.fill()
    expect(statusesOf(await tryUploads(trial, 6))).toEqual([507])
    expect(await firstContent(trial)).toBe(200)
    const [entry] = trial.model.entries.values()
    const { status } = await trial.client.send('DELETE', entry?.id ?? '')
    expect(status).toBe(204)
    if (entry) trial.model.bury(entry)
    await volume.empty()
    expect(statusesOf(await tryUploads(trial, 6))).toEqual([201])
    await restartAndRecover(trial)
  })

  test('answers 507 while the volume of the database is full, reads all the same, and takes files again once there is space', async () => {
    const { trial, volume } = await openOnVolume('database')
    await volume.fill()
    // The write-ahead log may have room in the pages that it has.
    for (let i = 0, refused = 0; refused < 6; i += 1) {
      const statuses = statusesOf(await tryUploads(trial, 6))
      expect(i < 100 && statuses.every(status => status === 201 || status === 507), String(statuses)).toBe(true)
      if (statuses.includes(507)) refused += 1
    }
    expect(await firstContent(trial)).toBe(200)
    await volume.empty()
    expect(statusesOf(await tryUploads(trial, 6))).toEqual([201])
    await restartAndRecover(trial)
  })

  test('answers 507 to a file larger than what is left, and keeps nothing of it', async () => {
    const { trial } = await openOnVolume('objects')
    const answers = await Promise.all(Array.from({ length: 6 }, () => tryUpload(trial, LARGE_BYTES)))
    expect(statusesOf(answers)).toEqual([201, 507])
    expect((await tryUpload(trial, 2000)).status).toBe(201)
    await restartAndRecover(trial)
  })

  test.each([
    ['read-only', (volume: Volume) => volume.setReadOnly(true), (volume: Volume) => volume.setReadOnly(false)],
    ['unmounted', (volume: Volume) => volume.unmount(), (volume: Volume) => volume.mountAgain()],
  ])('answers 503 while the volume of the objects is %s, makes nothing in its place, and recovers', async (what, take, give) => {
    const { trial, volume, mounted } = await openOnVolume('objects')
    take(volume)
    expect(statusesOf(await tryUploads(trial, 6))).toEqual([503])
    expect(await readdir(mounted)).toEqual(what === 'unmounted' ? [] : ['root'])
    give(volume)
    expect(statusesOf(await tryUploads(trial, 6))).toEqual([201])
    await restartAndRecover(trial)
  })

  test('does not start where the volume of the objects is not mounted, and makes nothing in its place', async () => {
    const { trial, volume, mounted } = await openOnVolume('objects')
    await trial.server.kill()
    volume.unmount()
    await expect(restartAndRecover(trial)).rejects.toThrow('did not start')
    expect(await readdir(mounted)).toEqual([])
    volume.mountAgain()
    await restartAndRecover(trial)
  })
})

describe('a server that lacks something', { timeout: 240_000 }, () => {
  test('answers 503 with Retry-After while another process holds the database, reads all the same, and recovers', async () => {
    const trial = await openTrial(program)
    onTestFinished(() => trial.close())
    await tryUploads(trial, 4)
    const db = new DatabaseSync(join(trial.folder, 'assets.db'))
    db.exec('begin exclusive')
    const writes = tryUploads(trial, 4)
    const [entry] = trial.model.entries.values()
    expect(await firstContent(trial)).toBe(200)
    const list = await trial.client.send('GET', '?limit=100')
    expect(list.status).toBe(200)
    const answers = await writes
    expect(statusesOf(answers)).toEqual([503])
    expect(answers.every(({ headers }) => Number(headers['retry-after']) > 0)).toBe(true)
    db.exec('rollback')
    db.close()
    expect(statusesOf(await tryUploads(trial, 4))).toEqual([201])
    expect(entry && settled(entry).sizeBytes).toBeGreaterThan(0)
    await restartAndRecover(trial)
  })

  test.skipIf(process.platform !== 'linux')('answers 503 while it may open no more files, and recovers', async () => {
    const trial = await openTrial(program)
    onTestFinished(() => trial.close())
    await tryUploads(trial, 8)
    const limit = (files: number): void => void execFileSync('prlimit', [`--pid=${trial.server.pid}`, `--nofile=${files}:4096`])
    // The process is always at its limit: everything that it has open was opened before.
    limit(20)
    const answers = [...(await tryUploads(trial, 8)), ...(await tryUploads(trial, 8))]
    limit(4096)
    expect(statusesOf(answers).filter(status => status !== 201)).toEqual([503])
    expect(statusesOf(await tryUploads(trial, 8))).toEqual([201])
    await restartAndRecover(trial)
  })
})
