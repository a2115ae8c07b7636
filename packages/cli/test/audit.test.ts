import { rename, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { AuditReport } from '@stowage/core'
import { describe, expect, test } from 'vitest'
import type { CommandOutput } from '../src/index.ts'
import { finished, openPlaces } from './places.ts'

const SLOW = 120_000
const reportOf = ({ json }: { readonly json: CommandOutput | null }) => json?.result as AuditReport

/** Files, and what is needed to damage them by hand. */
async function damaged(count: number) {
  const places = await openPlaces()
  await places.filled(count)
  const database = new DatabaseSync(join(places.folder, 'assets.db'))
  const blobs = database.prepare('select id, asset_id, "key" from blobs order by "key"').all() as {
    id: string
    asset_id: string
    key: string
  }[]
  const sql = (text: string, ...values: string[]) => database.prepare(text).run(...values)
  const audit = (...args: string[]) =>
    places.here(['audit', ...places.flags, '--json', '--grace', '0', '--overdue', '0', ...args])
  return { ...places, blobs, sql, audit, object: (i: number) => `objects/${blobs[i]?.key}`, done: () => database.close() }
}

describe('stowage audit', () => {
  test(
    'finds nothing where nothing is wrong, and says so to people and to programs',
    async () => {
      const { run, flags, filled } = await openPlaces()
      await filled(3)
      const people = await run(['audit', ...flags, '--verify', 'digest'])
      expect(people).toMatchObject({ code: 0 })
      expect(people.stdout.split('\n')).toEqual([
        'Compared 3 objects (0 too young to judge), 3 assets, 3 blobs, 1 spaces, 18 bytes read.',
        'Found nothing wrong.',
        '',
      ])
      expect(people.stderr).toContain('Comparing objects …\n')
      const program = await run(['audit', ...flags, '--json'])
      expect(program).toMatchObject({ code: 0, stderr: '' })
      expect(program.json).toMatchObject({ version: 1, command: 'audit', exitCode: 0, error: null, result: { total: 0 } })
    },
    SLOW,
  )

  test(
    'finds each damage made by hand',
    async () => {
      const { object, sql, blobs, write, folder, audit, done } = await damaged(30)
      await unlink(join(folder, object(0)))
      await write(object(1), 'longer than it was')
      const { length } = 'file 2'
      await write(object(2), '?'.repeat(length))
      sql('delete from blobs where id = ?', blobs[3]?.id ?? '')
      sql('delete from assets where id = ?', blobs[4]?.asset_id ?? '')
      sql("update assets set sha256 = 'other' where id = ?", blobs[5]?.asset_id ?? '')
      sql("update blobs set state = 'condemned', due_at = 1 where id = ?", blobs[6]?.id ?? '')
      sql("update blobs set storage = 'attic' where id = ?", blobs[7]?.id ?? '')
      await write('objects/somebody/else', 'was here')
      await write(`objects/.stowage/uploads/${'0'.repeat(32)}/upload.json`, '{"key":"never/ended"}')
      done()
      const answer = await audit('--verify', 'digest')
      // Files of two digits in their name are a byte longer than the others.
      const { counts, findings } = reportOf(answer)
      expect({ ...counts, wrong: (counts.wrong_digest ?? 0) + (counts.wrong_size ?? 0) }).toMatchObject({
        missing_object: 1,
        wrong: 2,
        asset_without_blob: 2,
        blob_unreferenced: 1,
        asset_differs: 1,
        overdue: 1,
        object_elsewhere: 1,
        orphan: 3,
        unfinished_upload: 1,
        usage: 1,
      })
      expect(answer.code).toBe(1)
      expect(findings.find(({ type }) => type === 'missing_object')?.key).toBe(blobs[0]?.key)
      const again = await audit('--verify', 'digest')
      expect(reportOf(again).counts).toEqual(counts)
    },
    SLOW,
  )

  test(
    'mends what it was asked to, and then finds nothing',
    async () => {
      const { sql, write, audit, done } = await damaged(30)
      await write('objects/somebody/else', 'was here')
      await write('objects/.stowage/uploads/0123456789abcdef0123456789abcdef/upload.json', '{"key":"never/ended"}')
      sql('update usage set bytes = 1, count = 99')
      done()
      const refused = await audit('--repair', 'orphans')
      expect(refused.code).toBe(1)
      expect(reportOf(refused).repaired.refused).toContain('newer than every row')
      const mended = await audit('--repair', 'orphans', '--repair', 'usage', '--force')
      expect(reportOf(mended).repaired).toMatchObject({ orphans: 1, orphanBytes: 8, unfinished: 1, usage: 1, refused: null })
      expect(mended.code).toBe(0)
      expect(await audit('--verify', 'digest')).toMatchObject({ code: 0, json: { result: { total: 0 } } })
    },
    SLOW,
  )

  test(
    'C21: removes nothing where the database was restored from before',
    async () => {
      const { folder, here: run, flags, filled, places } = await openPlaces()
      await filled(2)
      const copy = new DatabaseSync(join(folder, 'assets.db'))
      copy.exec(`vacuum into '${join(folder, 'backup.db')}'`)
      copy.close()
      await filled(3)
      for (const name of ['assets.db-wal', 'assets.db-shm']) await unlink(join(folder, name)).catch(() => undefined)
      await rename(join(folder, 'backup.db'), join(folder, 'assets.db'))
      const answer = await run(['audit', ...flags, '--grace', '0', '--repair', 'orphans'])
      expect(answer.code).toBe(1)
      expect(answer.stdout).toContain('3 of 5 objects have no row')
      const { storage } = places()
      expect((await storage.list()).objects).toHaveLength(5)
      await storage.close()
    },
    SLOW,
  )

  test(
    'finds nothing while a service is at work',
    async () => {
      const { open, run, flags } = await openPlaces()
      const stowage = await open({ workers: true, sweepIntervalMs: 100, timing: { replacedGraceMs: 0 } })
      const working = new AbortController()
      const worker = async (number: number) => {
        for (let i = 0; !working.signal.aborted; i += 1) {
          const { id } = await stowage.trusted.upload({ body: Buffer.from(`${number} ${i}`) })
          if (i % 2) await stowage.trusted.replaceContent(id, { body: Buffer.from(`again ${i}`) })
          if (i % 3) await stowage.trusted.delete(id)
        }
      }
      const load = Promise.all([1, 2, 3].map(worker))
      const audit = () => run(['audit', ...flags, '--json', '--grace', '0', '--overdue', '60s', '--verify', 'digest'])
      const reports = [reportOf(await audit()), reportOf(await audit())]
      working.abort()
      await load
      for (const { complete, findings } of reports) {
        expect(complete).toBe(true)
        // Without a grace, a file that is being written this moment counts.
        expect(findings.filter(finding => finding.type !== 'temporary_file')).toEqual([])
      }
      expect(reports[1]?.checked.objects).toBeGreaterThan(0)
    },
    SLOW,
  )

  test(
    'ends at a signal with what it found until then',
    async () => {
      const { start, flags, filled, write } = await openPlaces()
      await filled(1)
      // More findings than a pipe holds: it can't end before the first one was read here.
      for (let i = 0; i < 4000; i += 100) {
        await Promise.all(Array.from({ length: 100 }, (_, j) => write(`objects/o/${i + j}`, 'x')))
      }
      const child = start(['audit', ...flags, '--grace', '0'])
      const end = finished(child)
      // The first finding is a word that the comparison is under way.
      child.stdout?.once('data', () => child.kill('SIGINT'))
      const { code, stdout } = await end
      expect(code).toBe(3)
      expect(stdout).toContain('Ended early: this is not all.')
      expect(stdout).toContain('orphan  Object o/0 has no row.')
    },
    SLOW,
  )
})
