import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { KINDS } from '../../metadata-sql/test/records.ts'
import { postgresMetadata } from '../src/index.ts'
import { hasServer, ownDatabase } from './server.ts'
import { NODE, openServers } from './several-servers.ts'

const program = (name: string): string => join(import.meta.dirname, 'programs', name)

test.skipIf(!hasServer)(
  'processes that open an empty database at once share it: one schema, no number or job twice',
  async () => {
    const url = await ownDatabase()
    const run = async (name: string) => promisify(execFile)(process.execPath, [...NODE, program('migrate.ts'), url, name])
    const outputs = await Promise.all(['a', 'b', 'c', 'd'].map(run))
    const results = outputs.map(({ stdout }) => JSON.parse(stdout) as { numbers: number[]; jobs: string[]; secret: string })
    const numbers = results.flatMap(result => result.numbers)
    expect(numbers.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 80 }, (_, i) => i + 1))
    const jobs = results.flatMap(result => result.jobs)
    expect([jobs.length, new Set(jobs).size]).toEqual([80, 80])
    expect(new Set(results.map(result => result.secret)).size).toBe(1)
    const store = postgresMetadata({ url })
    expect(await store.migrationStatus?.()).toEqual({ version: 1, pending: [] })
    await store.open(KINDS)
    expect(await store.count({ kind: 'file', filter: { op: 'search', terms: ['from'] } })).toEqual({ count: 80, exact: true })
    await store.close()
  },
  120_000,
)

test.skipIf(!hasServer)(
  'of three servers on one database and one folder one is killed under load: nothing acknowledged is lost, and nothing is left',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'stowage-postgres-'))
    onTestFinished(() => rm(folder, { recursive: true, force: true }))
    const servers = await openServers({ module: program('folder.ts'), options: { root: join(folder, 'objects') } }, 3)
    await servers.killOneUnderLoad()
    await servers.expectKept()
    await servers.expectClean()
  },
  600_000,
)
