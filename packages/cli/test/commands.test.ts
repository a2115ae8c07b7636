import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, test } from 'vitest'
import type { MigrateResult, SweepResult } from '../src/index.ts'
import { openPlaces } from './places.ts'

const SLOW = 120_000

const CONFIG = `
import { join } from 'node:path'
import { fsStorage } from '@stowage/adapter-fs'
import { defineKind } from '@stowage/core'
import { sqliteMetadata } from '@stowage/metadata-sqlite'
import { z } from 'zod'

const here: string = import.meta.dirname
export default () => ({
  storage: fsStorage({ root: join(here, 'objects') }),
  metadata: sqliteMetadata({ file: join(here, 'assets.db') }),
  kinds: [defineKind({ name: 'asset', fields: z.object({ shelf: z.string().optional() }), indexes: ['shelf'] })],
})
`

const indexesOf = (folder: string) => {
  const database = new DatabaseSync(join(folder, 'assets.db'), { readOnly: true })
  const rows = database
    .prepare("select name from sqlite_schema where type = 'index' and name like 'assets_field%' order by name")
    .all()
  database.close()
  return rows.map(({ name }) => name)
}

describe('stowage sweep', () => {
  test(
    'removes what is due, until nothing is',
    async () => {
      const { open, run, flags, folder } = await openPlaces()
      const stowage = await open()
      for (let i = 0; i < 3; i += 1) await stowage.trusted.delete((await stowage.trusted.upload({ body: Buffer.from('x') })).id)
      await stowage.trusted.upload({ body: Buffer.from('kept') })
      await stowage.close()
      const { code, json } = await run(['sweep', ...flags, '--json'])
      expect(code).toBe(0)
      expect(json?.result as SweepResult).toMatchObject({
        purgedObjects: 3,
        removedAssets: 3,
        failures: 0,
        complete: true,
        passes: 2,
      })
      const again = await run(['sweep', ...flags])
      expect(again.stdout).toBe('Gave up 0 uploads, removed 0 objects and 0 assets, worked 0 jobs.\n')
      expect(existsSync(join(folder, 'assets.db'))).toBe(true)
    },
    SLOW,
  )

  test(
    'says what it could not do',
    async () => {
      const { filled, here: run, flags, folder } = await openPlaces()
      await filled(1)
      const database = new DatabaseSync(join(folder, 'assets.db'))
      database.exec("update blobs set state = 'condemned', due_at = 1, storage = 'attic'")
      database.close()
      const { code, stdout, stderr } = await run(['sweep', ...flags])
      expect([code, stdout.includes('Could not do 1 things')]).toEqual([1, true])
      expect(stderr).toMatch(/^stowage: warning: The sweeper left something .* storage attic, which is not in use here\.$/m)
    },
    SLOW,
  )
})

describe('stowage migrate', () => {
  test(
    'shows what is to be done without doing it, does it, and has nothing to do then',
    async () => {
      const { run, folder } = await openPlaces()
      const migrate = (...args: string[]) => run(['migrate', '--database', 'sqlite:new/assets.db', '--json', ...args])
      const dry = await migrate('--dry-run')
      expect(dry.code).toBe(1)
      expect(dry.json?.result as MigrateResult).toMatchObject({
        dryRun: true,
        version: 0,
        pending: [{ version: 1 }, { version: 2 }, { version: 3 }],
      })
      expect(existsSync(join(folder, 'new'))).toBe(false)
      // Two at once: both succeed, whoever is first.
      expect((await Promise.all([migrate(), migrate()])).map(({ code }) => code)).toEqual([0, 0])
      const after = await migrate('--dry-run')
      expect([after.code, (after.json?.result as MigrateResult | undefined)?.pending]).toEqual([0, []])
    },
    SLOW,
  )

  test(
    'keeps the indexes of a service when nobody says which kinds there are, and makes them from a config file',
    async () => {
      const { here: run, flags, folder, write, filled, linkModules } = await openPlaces()
      await linkModules()
      await filled(1)
      expect(indexesOf(folder)).toEqual([])
      await write('stowage.config.ts', CONFIG)
      expect(await run(['migrate'])).toMatchObject({ code: 0, stdout: 'Nothing to do.\n' })
      const made = indexesOf(folder)
      expect(made).toHaveLength(2)
      for (const command of ['migrate', 'audit', 'sweep']) {
        expect(await run([command, ...(command === 'migrate' ? flags.slice(2) : flags)])).toMatchObject({ code: 0 })
      }
      expect(await run(['audit'])).toMatchObject({ code: 0 })
      expect(indexesOf(folder)).toEqual(made)
    },
    SLOW,
  )
})

describe('stowage', () => {
  test(
    'finds its places in the environment, as the examples do',
    async () => {
      const { here: run, filled, folder } = await openPlaces()
      await filled(1)
      const named = { STORAGE: 'fs:objects', DATABASE_URL: `sqlite://${join(folder, 'assets.db')}` }
      expect(await run(['audit'], named)).toMatchObject({ code: 0 })
      expect(await run(['sweep'], { STORAGE: 'fs', DATA_DIR: folder })).toMatchObject({ code: 0 })
    },
    SLOW,
  )

  test(
    'says what is wrong with a command line, on one line, and ends with 2',
    async () => {
      const { here, run, flags, filled, write } = await openPlaces()
      await filled(1)
      await write('broken.js', 'export default 7')
      const lines: [string[], RegExp][] = [
        [[], /Which command\? stowage --help/],
        [['nix'], /There is no command nix/],
        [['audit'], /Which storage\? Give --storage fs:/],
        [['audit', '--storage', 'fs:objects'], /Which database\?/],
        [['audit', ...flags, '--bogus'], /--bogus/],
        [['audit', ...flags, 'more'], /Unexpected argument 'more'/],
        [['audit', ...flags, '--grace', 'soon'], /--grace soon is no duration/],
        [['audit', ...flags, '--verify', 'twice'], /it is size or digest/],
        [['audit', ...flags, '--repair', 'all'], /it is orphans or usage/],
        [['audit', ...flags, '--force'], /--force is for --repair orphans/],
        [['audit', ...flags, '--max-orphans', '101'], /is no share/],
        [['sweep', '--storage', 'tape:1', '--database', 'sqlite:assets.db'], /Storage tape:1 is not known/],
        [['sweep', '--config', 'nowhere.ts'], /There is no config file/],
        [['sweep', '--config', 'broken.js'], /exports no options/],
      ]
      for (const [args, said] of lines) {
        const { code, stdout, stderr } = await here(args)
        expect([args, code, stdout]).toEqual([args, 2, ''])
        expect(stderr).toMatch(said)
        expect(stderr.trimEnd().split('\n')).toHaveLength(1)
      }
      const program = await run(['audit', '--json'])
      expect(program.json).toMatchObject({ command: 'audit', exitCode: 2, result: null, error: { code: 'usage' } })
    },
    SLOW,
  )

  test(
    'fails with 3 where a place is missing, and makes nothing in its place',
    async () => {
      const { here: run, filled, folder } = await openPlaces()
      await filled(1)
      const [noDatabase, noStorage] = await Promise.all([
        run(['audit', '--storage', 'fs:objects', '--database', 'sqlite:no/where.db', '--json']),
        run(['audit', '--storage', 'fs:nowhere', '--database', 'sqlite:assets.db']),
      ])
      expect(noDatabase).toMatchObject({ code: 3, json: { error: { code: 'unavailable' }, result: null } })
      expect(noStorage.code).toBe(3)
      expect(noStorage.stderr).toContain('does not exist')
      expect([existsSync(join(folder, 'no')), existsSync(join(folder, 'nowhere'))]).toEqual([false, false])
    },
    SLOW,
  )

  test(
    'helps with each command',
    async () => {
      const { here: run } = await openPlaces()
      const answers = await Promise.all(
        [['--help'], ['audit', '--help'], ['sweep', '-h'], ['migrate', '--help'], ['--version']].map(args => run(args)),
      )
      expect(answers.map(({ code, stderr }) => [code, stderr])).toEqual(Array.from({ length: 5 }, () => [0, '']))
      expect(answers.map(({ stdout }) => stdout.split(/[:\n]/)[0])).toEqual([
        'stowage',
        'stowage audit',
        'stowage sweep',
        'stowage migrate',
        '0.0.0',
      ])
    },
    SLOW,
  )
})
