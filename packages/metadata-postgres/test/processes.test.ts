import { type ChildProcess, execFile, fork } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { fsStorage } from '@stowage/adapter-fs'
import { createStowage, ownerOnly, systemClock } from '@stowage/core'
import { expect, onTestFinished, test } from 'vitest'
import { KINDS } from '../../metadata-sql/test/records.ts'
import { postgresMetadata } from '../src/index.ts'
import { hasServer, ownDatabase, runSql } from './server.ts'

const DAY_MS = 24 * 60 * 60_000
const program = (name: string): string => join(import.meta.dirname, 'programs', name)
const NODE = ['--conditions=@stowage/source', '--disable-warning=ExperimentalWarning']

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

interface Server {
  readonly child: ChildProcess
  readonly base: string
}

async function startServer(url: string, root: string): Promise<Server> {
  const child = fork(program('serve.ts'), [url, root], { execArgv: NODE, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  const [port] = await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(([code]) => Promise.reject(new Error(`The server ended with ${code}.`))),
  ])
  return { child, base: `http://127.0.0.1:${port}/assets` }
}

const headers = { authorization: 'Bearer token' }
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** What was answered before a server died: its acknowledgements hold. */
function acknowledged() {
  const kept = new Map<string, string>()
  const deleted = new Set<string>()
  return {
    kept,
    deleted,
    async upload(base: string): Promise<string> {
      const bytes = randomBytes(1 + Math.floor(Math.random() * 60_000))
      const body = new FormData()
      body.set('file', new Blob([bytes]), 'file.bin')
      const response = await fetch(base, { method: 'POST', headers, body })
      const text = await response.text()
      expect(response.status, text).toBe(201)
      const { id } = JSON.parse(text) as { id: string }
      kept.set(id, sha256(bytes))
      return id
    },
    async remove(base: string, id: string): Promise<void> {
      // From here on nobody knows, until it is answered.
      kept.delete(id)
      const response = await fetch(`${base}/${id}`, { method: 'DELETE', headers })
      expect(response.status).toBe(204)
      deleted.add(id)
    },
  }
}

test.skipIf(!hasServer)(
  'of three servers on one database and one folder one is killed under load: nothing acknowledged is lost, and nothing is left',
  async () => {
    const url = await ownDatabase()
    const folder = await mkdtemp(join(tmpdir(), 'stowage-postgres-'))
    onTestFinished(() => rm(folder, { recursive: true, force: true }))
    const root = join(folder, 'objects')
    const first = await startServer(url, root)
    const servers = [first, ...(await Promise.all([2, 3].map(() => startServer(url, root))))]
    const [victim, ...survivors] = servers as [Server, Server, Server]
    const answers = acknowledged()

    let dead = false
    async function client(number: number): Promise<void> {
      for (let turn = 0; answers.kept.size < 80; turn++) {
        const { base, child } = servers[(number + turn) % 3] as Server
        if (child === victim.child && dead) continue
        try {
          const id = await answers.upload(base)
          if (turn % 4 === 3) await answers.remove(base, id)
        } catch (error) {
          // Only the one that was killed may fail a request.
          if (child !== victim.child || !dead) throw error
        }
        if (answers.kept.size < 30 || dead) continue
        dead = true
        victim.child.kill('SIGKILL')
      }
    }
    await Promise.all([0, 1, 2, 3, 4, 5].map(client))
    expect(dead).toBe(true)

    const { base } = survivors[0] as Server
    for (const [id, digest] of answers.kept) {
      const response = await fetch(`${base}/${id}/content`, { headers })
      expect(sha256(new Uint8Array(await response.arrayBuffer())), id).toBe(digest)
    }
    for (const id of answers.deleted) expect((await fetch(`${base}/${id}`, { headers })).status).toBe(404)
    for (const { child } of survivors) {
      child.disconnect()
      await once(child, 'exit')
    }
    await expectClean(url, root, answers.kept.size)
  },
  600_000,
)

/** Once every lease has ended, the sweeper leaves nothing, and the audit finds nothing. */
async function expectClean(url: string, root: string, atLeast: number): Promise<void> {
  const machine = systemClock()
  const clock = { now: () => machine.now() + 2 * DAY_MS, after: machine.after }
  const stowage = await createStowage({
    storage: fsStorage({ root, clock }),
    metadata: postgresMetadata({ url }),
    policy: ownerOnly(),
    quota: { bytes: 2 ** 40, count: 1_000_000 },
    clock,
    workers: false,
  })
  await stowage.sweep()
  const { findings } = await stowage.audit({ verify: 'digest', graceMs: 0, overdueMs: 0 })
  expect(findings).toEqual([])
  await stowage.close()
  const [counted] = await runSql(url, "select count(*)::int4 as assets from stowage.assets where state = 'ready'")
  // More where the one that died had made an asset, and not answered.
  expect(counted?.assets).toBeGreaterThanOrEqual(atLeast)
}
