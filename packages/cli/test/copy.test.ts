import { createHash } from 'node:crypto'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fsStorage } from '@stowage/adapter-fs'
import { type CopyReport, createStowage, type Stowage, withName } from '@stowage/core'
import { sqliteMetadata } from '@stowage/metadata-sqlite'
import { fakeClock } from '@stowage/testkit'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type Finished, openPlaces } from './places.ts'

const SLOW = 120_000
const DAY = 86_400_000

const reportOf = ({ json }: Finished): CopyReport => {
  if (json?.command !== 'copy' || json.result === null) throw new Error(`No report: ${JSON.stringify(json)}`)
  return json.result as CopyReport
}

/** Two disks; `disk2` is the one that is moved to. */
async function openDisks() {
  const places = await openPlaces()
  const { folder } = places
  const disk2 = () => withName(fsStorage({ root: join(folder, 'new') }), 'disk2')
  const serve = async (options: Parameters<typeof createStowage>[0] = {}): Promise<Stowage> => {
    const stowage = await createStowage({
      storage: disk2(),
      metadata: sqliteMetadata({ file: join(folder, 'assets.db') }),
      ...options,
    })
    onTestFinished(() => stowage.close())
    return stowage
  }
  const files = async (name: string) => {
    const entries = await readdir(join(folder, name), { recursive: true, withFileTypes: true }).catch(() => [])
    return entries
      .filter(entry => entry.isFile() && !entry.parentPath.includes('.stowage'))
      .map(entry => join(entry.parentPath, entry.name))
  }
  const digestOf = async (service: Stowage, id: string | number) => {
    const opened = await (await service.trusted.content({ id })).open()
    if (!('body' in opened)) throw new Error('A stream was expected.')
    const hash = createHash('sha256')
    for await (const chunk of opened.body) hash.update(chunk)
    return hash.digest('hex')
  }
  return { ...places, disk2, serve, files, digestOf, to: ['--to', 'disk2=fs:new'] }
}

describe('stowage copy', () => {
  test(
    'copies, is asked again, switches; the service then lives on the new place alone',
    async () => {
      const { here, run, flags, to, filled, serve, files } = await openDisks()
      await filled(3)
      const dry = await here(['copy', ...flags, ...to, '--dry-run', '--json'])
      expect([dry.code, reportOf(dry).left.objects, (await files('new')).length]).toEqual([1, 3, 0])
      const first = await here(['copy', ...flags, ...to])
      expect([first.code, first.stdout]).toEqual([
        0,
        '3 objects of 18 B in fs: copied 3 of 18 B to disk2; 0 were there already.\n',
      ])
      expect(await here(['audit', ...flags, '--grace', '0'])).toMatchObject({ code: 0 })
      const second = await run(['copy', '--from', 'fs:objects', ...to, ...flags.slice(2), '--switch', '--limit-rate', '20MB'])
      expect([second.code, second.stdout.split('\n').slice(0, 2)]).toEqual([
        0,
        ['3 objects of 18 B in fs: copied 0 of 0 B to disk2; 3 were there already.', 'Switched 3 to disk2.'],
      ])
      const service = await serve()
      expect((await service.trusted.list({})).items).toHaveLength(3)
      expect((await service.audit({ verify: 'digest', graceMs: 0 })).total).toBe(0)
      await service.close()
      const flagsNow = ['--storage', 'disk2=fs:new', ...flags.slice(2)]
      expect(await here(['audit', ...flagsNow, '--grace', '0', '--verify', 'digest'])).toMatchObject({ code: 0 })
      // What stayed behind has no row.
      const behind = await here(['audit', ...flagsNow, '--other-storage', 'fs:objects', '--grace', '0', '--json'])
      expect(behind.json?.result).toMatchObject({ counts: { orphan: 3 } })
    },
    SLOW,
  )

  test(
    'takes its places from a config file: from the other storages to the one for new objects',
    async () => {
      const { here, folder, filled, write, linkModules, serve, files } = await openDisks()
      await linkModules()
      await filled(2)
      await write(
        'stowage.config.mjs',
        `import { fsStorage } from '@stowage/adapter-fs'
         import { withName } from '@stowage/core'
         import { sqliteMetadata } from '@stowage/metadata-sqlite'
         export default () => ({
           storage: withName(fsStorage({ root: '${folder}/new' }), 'disk2'),
           otherStorages: [fsStorage({ root: '${folder}/objects' })],
           metadata: sqliteMetadata({ file: '${folder}/assets.db' }),
         })`,
      )
      const { code, json } = await here(['copy', '--switch', '--remove-after', '0', '--json'])
      expect([code, json?.result]).toEqual([
        0,
        expect.objectContaining({
          from: ['fs'],
          to: 'disk2',
          switched: { objects: 2, bytes: 12 },
          left: { objects: 0, uploads: 0, removals: 2 },
        }),
      ])
      expect(await here(['sweep'])).toMatchObject({ code: 0 })
      expect((await files('objects')).length).toBe(0)
      expect((await (await serve()).audit({ graceMs: 0 })).total).toBe(0)
    },
    SLOW,
  )

  test(
    'says what it did not copy, and ends with 1',
    async () => {
      const { here, flags, to, filled, files } = await openDisks()
      await filled(3)
      const [file = ''] = await files('objects')
      await writeFile(
        file,
        (await readFile(file)).map(byte => byte ^ 1),
      )
      const { code, stdout } = await here(['copy', ...flags, ...to, '--switch'])
      expect(code).toBe(1)
      expect(stdout).toMatch(/^wrong_digest {2}Object .* has SHA-256 [0-9a-f]{64}, not [0-9a-f]{64}\.$/m)
      expect(stdout).toContain(
        'Switched 2 to disk2.\nNot copied: 1.\nLeft in fs: 1 objects, 0 uploads under way, 0 removals to come.\n',
      )
    },
    SLOW,
  )

  test(
    'killed again and again under a live service, it ends with every object in one place, whole, and none that was deleted',
    async () => {
      const { start, run, flags, to, open, disk2, serve, files, digestOf } = await openDisks()
      // The service knows both storages, as it must before rows are switched.
      const stowage = await open({
        otherStorages: [disk2()],
        workers: true,
        sweepIntervalMs: 200,
        timing: { replacedGraceMs: 0 },
      })
      const expected = new Map<string | number, string>()
      const upload = async (text: string) => {
        const body = Buffer.alloc(300_000, text)
        const { id, sha256 } = await stowage.trusted.upload({ body })
        expected.set(id, sha256 ?? '')
        return id
      }
      for (let i = 0; i < 24; i += 1) await upload(`file ${i} `)
      const working = new AbortController()
      const failed: unknown[] = []
      const live = (async () => {
        for (let i = 0; !working.signal.aborted; i += 1) {
          const id = await upload(`live ${i} `)
          for (const [one, sha256] of [...expected].slice(-3)) if ((await digestOf(stowage, one)) !== sha256) failed.push(one)
          const [oldest] = expected.keys()
          if (i % 3 === 1) {
            const body = Buffer.from(`again ${i}`)
            expected.set(id, (await stowage.trusted.replaceContent(id, { body })).sha256 ?? '')
          } else if (i % 3 === 2 && oldest !== undefined) {
            expected.delete(oldest)
            await stowage.trusted.delete(oldest)
          }
        }
      })().catch(error => failed.push(error))
      const copyOnly = ['copy', ...flags, ...to, '--limit-rate', '3MB', '--concurrency', '3']
      const switching = [...copyOnly, '--switch', '--remove-after', '0']
      for (const [round, args] of [copyOnly, switching, switching].entries()) {
        const child = start(args)
        const ended = new Promise(resolve => child.once('close', resolve))
        const before = (await files('new')).length
        // Killed once it has brought something over.
        while ((await files('new')).length < before + 2 + round && child.exitCode === null) await new Promise(setImmediate)
        child.kill('SIGKILL')
        await ended
        expect(
          (await stowage.audit({ verify: 'digest', graceMs: 0 })).findings.filter(({ type }) => type !== 'temporary_file'),
        ).toEqual([])
      }
      working.abort()
      await live
      expect(failed).toEqual([])
      await stowage.close()
      const last = await run(['copy', ...flags, ...to, '--switch', '--remove-after', '0', '--json'])
      expect(reportOf(last)).toMatchObject({ complete: true, total: 0, left: { objects: 0 } })
      expect((await run(['sweep', ...flags, '--other-storage', 'disk2=fs:new'])).code).toBe(0)
      expect(await files('objects')).toEqual([])
      // What a killed command had begun for assets that were deleted since goes once its lease has ended.
      const clock = fakeClock({ now: Date.now() + DAY })
      const service = await serve({ workers: false, clock })
      for (let i = 0; i < 3; i += 1) {
        await service.sweep()
        await clock.advance(DAY)
      }
      for (const [id, sha256] of expected) expect(await digestOf(service, id)).toBe(sha256)
      const { total } = await service.trusted.list({ limit: 1, total: 'exact' })
      expect(total?.count).toBe(expected.size)
      const { findings, checked } = await service.audit({ verify: 'digest', graceMs: 0 })
      expect(findings.filter(({ type }) => type !== 'temporary_file')).toEqual([])
      expect(checked.objects).toBe(expected.size)
    },
    SLOW,
  )

  test(
    'ends at a signal with what it did until then, and goes on from there',
    async () => {
      const { start, run, flags, to, filled, files } = await openDisks()
      await filled(30)
      const child = start(['copy', ...flags, ...to, '--limit-rate', '20', '--concurrency', '1', '--json'])
      let stdout = ''
      child.stdout?.setEncoding('utf8').on('data', text => {
        stdout += text
      })
      const ended = new Promise(resolve => child.once('close', resolve))
      while ((await files('new')).length < 2 && child.exitCode === null) await new Promise(setImmediate)
      child.kill('SIGINT')
      expect(await ended).toBe(3)
      const { exitCode, result } = JSON.parse(stdout)
      expect([exitCode, result.complete, result.copied.objects < 30]).toEqual([3, false, true])
      expect(reportOf(await run(['copy', ...flags, ...to, '--json']))).toMatchObject({
        complete: true,
        skipped: { objects: result.copied.objects },
        copied: { objects: 30 - result.copied.objects },
      })
    },
    SLOW,
  )

  test(
    'says what is wrong with a command line',
    async () => {
      const { here, flags, filled } = await openDisks()
      await filled(1)
      const lines: [string[], RegExp][] = [
        [['copy', ...flags], /Copy where to\? Give --to/],
        [['copy', ...flags, '--to', 'fs:new'], /Two storages are named fs.*fs2=fs:new/],
        [['copy', ...flags, '--to', 'attic'], /No storage is named attic here, only fs/],
        [['copy', ...flags, '--to', 'tape:1'], /Storage tape:1 is not known/],
        [['copy', ...flags, '--to', 's3://'], /names no bucket/],
        [['copy', ...flags, '--to', 's3://bucket?flavour=ceph'], /setting flavour, which is none of endpoint, region, flavor/],
        [['copy', ...flags, '--to', 's3://bucket?flavor=x'], /it is aws or r2/],
        [['copy', ...flags, '--to', 'disk2=fs:new', '--limit-rate', 'fast'], /is no number of bytes/],
        [['copy', ...flags, '--to', 'disk2=fs:new', '--concurrency', '0'], /from 1 to 256/],
        [['copy', ...flags, '--to', 'disk2=fs:new', '--remove-after', '1d'], /goes with --switch/],
      ]
      for (const [args, said] of lines) {
        const { code, stderr } = await here(args)
        expect([args, code]).toEqual([args, 2])
        expect(stderr).toMatch(said)
      }
      const noBucket = await here(['copy', ...flags.slice(2)], { STORAGE: 's3' })
      expect([noBucket.code, noBucket.stderr]).toEqual([2, expect.stringContaining('STORAGE_BUCKET')])
      const same = await here(['copy', ...flags, '--to', 'mirror=fs:objects'])
      expect([same.code, same.stderr]).toEqual([3, expect.stringContaining('one and the same place')])
    },
    SLOW,
  )
})
