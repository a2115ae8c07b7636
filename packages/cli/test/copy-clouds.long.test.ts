import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { fsStorage } from '@stowage/adapter-fs'
import { type CopyReport, type Stowage, withName } from '@stowage/core'
import { s3Server } from '@stowage/servers'
import { expect, onTestFinished, test } from 'vitest'
import { type CloudPlace, openClouds } from './clouds.ts'
import { openPlaces } from './places.ts'

const MIB = 1024 * 1024
const FILES = 20
const server = await s3Server()

const CHANGES = 3

/** Reads all the time, replaces and deletes a few, until it is told to stop. */
function liveOn(stowage: Stowage, expected: Map<string | number, string>) {
  const ending = new AbortController()
  const wrong: unknown[] = []
  const running = (async () => {
    for (let i = 0; !ending.signal.aborted; i += 1) {
      const [first] = expected.keys()
      const id = [...expected.keys()][i % expected.size] ?? ''
      if ((await digestOf(stowage, id)) !== expected.get(id)) wrong.push(id)
      if (i >= 10 * CHANGES || i % 5 > 0) continue
      if (i % 10 === 0) {
        const { sha256 } = await stowage.trusted.replaceContent(id, { body: Buffer.from(`again ${i}`) })
        expected.set(id, sha256 ?? '')
      } else if (first !== undefined) {
        expected.delete(first)
        await stowage.trusted.delete(first)
      }
    }
  })().catch(error => wrong.push(error))
  return async () => {
    ending.abort()
    await running
    expect(wrong).toEqual([])
  }
}

async function digestOf(stowage: Stowage, id: string | number): Promise<string> {
  const opened = await (await stowage.trusted.content({ id })).open()
  if (!('body' in opened)) throw new Error('A stream was expected.')
  const hash = createHash('sha256')
  for await (const chunk of opened.body) hash.update(chunk)
  return hash.digest('hex')
}

const objectsIn = async ({ storage }: Pick<CloudPlace, 'storage'>): Promise<number> => (await storage.list()).objects.length

test.skipIf(server === null)(
  'stowage copy from a disk to S3, from there to Google Cloud Storage, and back to a disk: each killed and taken up under a live service',
  { timeout: 600_000 },
  async () => {
    if (!server) return
    const { folder, open, run, start } = await openPlaces()
    const { env, s3, gcs } = await openClouds(server, folder)
    const disk = { storage: fsStorage({ root: join(folder, 'objects') }), text: 'fs:objects' }
    const disk2 = { storage: withName(fsStorage({ root: join(folder, 'second') }), 'disk2'), text: 'disk2=fs:second' }
    for (const { storage } of [disk, disk2]) onTestFinished(() => storage.close?.())
    const stowage = await open({
      otherStorages: [s3, gcs, disk2].map(({ storage }) => Object.assign(Object.create(storage), { close: undefined })),
      workers: true,
      sweepIntervalMs: 500,
      timing: { replacedGraceMs: 0 },
    })
    const expected = new Map<string | number, string>()
    for (let i = 0; i < FILES; i += 1) {
      // One of them goes in parts.
      const { id, sha256 } = await stowage.trusted.upload({ body: Buffer.alloc(i === 0 ? 9 * MIB : 300_000, `file ${i} `) })
      expected.set(id, sha256 ?? '')
    }
    const found = async () =>
      (await stowage.audit({ verify: 'digest', graceMs: 0 })).findings.filter(({ type }) => type !== 'temporary_file')
    for (const [from, to] of [
      [disk, s3],
      [s3, gcs],
      [gcs, disk2],
    ] as const) {
      const ended = liveOn(stowage, expected)
      const places = ['copy', '--from', from.text, '--to', to.text, '--database', 'sqlite:assets.db']
      const switching = [...places, '--switch', '--remove-after', '0']
      const all = await objectsIn(from)
      for (const args of [places, switching]) {
        const child = start([...args, '--limit-rate', '2MB', '--concurrency', '3'], env)
        let said = ''
        child.stderr?.on('data', text => {
          said += text
        })
        const closed = new Promise(resolve => child.once('close', resolve))
        const before = await objectsIn(to)
        const hasBegun = async () => (await objectsIn(to)) >= before + 2
        await expect
          .poll(async () => child.exitCode !== null || (await hasBegun()), { timeout: 120_000, interval: 20 })
          .toBe(true)
        expect(child.exitCode, said).toBeNull()
        child.kill('SIGKILL')
        await closed
      }
      await ended()
      expect(await found()).toEqual([])
      const last = await run([...switching, '--json'], env)
      expect([last.code, last.stderr]).toEqual([0, ''])
      const report = last.json?.result as CopyReport
      expect(report).toMatchObject({ complete: true, total: 0, left: { objects: 0, uploads: 0 } })
      expect(report.copied.objects).toBeLessThan(all)
      await stowage.sweep()
      for (const [id, sha256] of expected) expect(await digestOf(stowage, id)).toBe(sha256)
      expect(await found()).toEqual([])
    }
    expect([await objectsIn(s3), await objectsIn(gcs)]).toEqual([0, 0])
    expect((await objectsIn(disk)) + (await objectsIn(disk2))).toBe(expected.size)
  },
)
