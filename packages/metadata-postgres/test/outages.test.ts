import { execFileSync } from 'node:child_process'
import { chmod, chown, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type MetadataStore, StowageError } from '@stowage/core/contracts'
import { databaseUrl, type OwnPostgres, startPostgres } from '@stowage/servers'
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import { insert, job, KINDS } from '../../metadata-sql/test/records.ts'
import { postgresMetadata } from '../src/index.ts'
import { hasServer, runSql } from './server.ts'

vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 })
const waitFor = <T>(check: () => T | Promise<T>) => vi.waitFor(check, { timeout: 120_000, interval: 20 })
const unavailable = { code: 'unavailable', retryable: true }

// A server of its own, which waits for its disk as it does in production.
let folder: string
let server: OwnPostgres
beforeAll(async () => {
  if (!hasServer) return
  folder = await mkdtemp(join(tmpdir(), 'stowage-outages-'))
  // The server runs as somebody else where this process is root.
  await chmod(folder, 0o711)
  server = (await startPostgres({ folder: join(folder, 'cluster') })) as OwnPostgres
})
afterAll(async () => {
  await server?.stop()
  if (folder) await rm(folder, { recursive: true, force: true })
})

async function newDatabase(more = ''): Promise<string> {
  const { url, name } = databaseUrl(server)
  await runSql(server.url, `create database ${name} ${more}`)
  return url
}

async function opened(url: string): Promise<MetadataStore> {
  const store = postgresMetadata({ url, connections: 4 })
  onTestFinished(() => store.close())
  await store.open(KINDS)
  return store
}

const stopped = () => server.stop()
/** Without a word to anyone, and with a log to be replayed. */
async function killed(): Promise<void> {
  const [pid] = (await readFile(join(folder, 'cluster/data/postmaster.pid'), 'utf8')).split('\n')
  process.kill(Number(pid), 'SIGQUIT')
  await server.stop()
}

/** Writes pairs until it is told to end. */
function writer(store: MetadataStore, name: string) {
  const acknowledged: string[] = []
  const refusals: unknown[] = []
  let ended = false
  async function write(): Promise<void> {
    for (let i = 0; !ended; i++) {
      const pair = `${name}-${i}`
      await store.commit([insert(`${pair}-a`, { tags: ['t'] }), insert(`${pair}-b`)]).then(
        () => acknowledged.push(pair),
        (error: unknown) => refusals.push(error),
      )
    }
  }
  const running = write()
  const end = (): Promise<void> => {
    ended = true
    return running
  }
  return { acknowledged, refusals, end }
}

test.skipIf(!hasServer).for([
  ['is stopped', stopped],
  ['dies', killed],
] as const)(
  'a server that %s under load is unavailable; once it is back, the same store works on and nothing is half done',
  async ([, down]) => {
    const url = await newDatabase()
    const [store, listener] = [await opened(url), await opened(url)]
    let heard = 0
    listener.watchJobs?.(() => {
      heard += 1
    })
    await waitFor(() => expect(heard).toBe(1))
    const writers = ['w', 'x', 'y', 'z'].map(name => writer(store, name))
    await waitFor(() => expect(writers.every(({ acknowledged }) => acknowledged.length > 2)).toBe(true))

    await down()
    await waitFor(() => expect(writers.every(({ refusals }) => refusals.length > 0)).toBe(true))
    const query = { kind: 'file', filter: { op: 'all' }, sort: { column: 'id', direction: 'asc' }, limit: 10 } as const
    const calls = [
      () => store.getAsset({ kind: 'file', id: 'w-0-a' }),
      () => store.list(query),
      () => store.count(query),
      () => store.nextInSequence('n'),
      () => store.settingOnce('s', 'v'),
      () => store.claimJobs({ types: ['purge'], now: 10, leaseMs: 1000, leaseToken: 't', limit: 1 }),
      () => store.commit([{ op: 'enqueueJob', job: job('never') }]),
    ]
    for (const call of calls) await expect(call()).rejects.toMatchObject(unavailable)
    const known = writers.map(({ acknowledged }) => acknowledged.length)

    server = (await startPostgres({ folder: join(folder, 'cluster'), port: Number(new URL(server.url).port) })) as OwnPostgres
    await waitFor(() => expect(writers.every(({ acknowledged }, i) => acknowledged.length > (known[i] ?? 0))).toBe(true))
    await Promise.all(writers.map(({ end }) => end()))
    for (const error of writers.flatMap(({ refusals }) => refusals)) {
      expect(error).toBeInstanceOf(StowageError)
      expect(error).toMatchObject(unavailable)
    }

    const rows = await runSql(url, 'select id from stowage.assets')
    const ids = new Set(rows.map(({ id }) => String(id)))
    const missing = writers.flatMap(({ acknowledged }) => acknowledged).filter(pair => !ids.has(`${pair}-a`))
    expect(missing).toEqual([])
    const halves = [...ids].filter(id => !ids.has(id.endsWith('-a') ? id.replace(/a$/, 'b') : id.replace(/b$/, 'a')))
    expect(halves).toEqual([])
    expect(await runSql(url, 'select count(*)::int4 as count from stowage.asset_tags')).toEqual([{ count: ids.size / 2 }])
    expect(await store.getJob('never')).toBeNull()
    const before = heard
    await waitFor(async () => {
      await store.commit([{ op: 'enqueueJob', job: job(`j${heard}-${Math.random()}`) }])
      expect(heard).toBeGreaterThan(before)
    })
  },
)

/** A disk of a few megabytes; null where this user may mount none. */
async function smallDisk(): Promise<{ path: string; grow(): void } | null> {
  const path = join(folder, 'disk')
  await mkdir(path)
  const mount = (...options: string[]) => execFileSync('mount', ['-t', 'tmpfs', ...options, 'tmpfs', path], { stdio: 'ignore' })
  try {
    mount('-o', 'size=24m')
  } catch {
    return null
  }
  onTestFinished(() => void execFileSync('umount', ['-l', path]))
  const data = join(path, 'data')
  await mkdir(data)
  // Who the server runs as, where root may not.
  const nobody = Number(execFileSync('id', ['-u', 'nobody'], { encoding: 'utf8' }))
  if (process.getuid?.() === 0) await chown(data, nobody, -1)
  return { path: data, grow: () => mount('-o', 'remount,size=128m') }
}

test.skipIf(!hasServer)(
  'a full disk is said to be one, in the midst of a batch too; with room again the same batch is done',
  async ({ skip }) => {
    const disk = await smallDisk()
    if (!disk) return skip('only root may mount a small disk')
    await runSql(server.url, `create tablespace small location '${disk.path}'`)
    const url = await newDatabase('tablespace small')
    const store = await opened(url)
    const filler = (i: number) => ({
      text: Array.from({ length: 2000 }, (_, k) => ((i + 1) * (k + 7919)).toString(36)).join(' '),
    })
    const batch = (i: number) => ['a', 'b', 'c'].map(part => insert(`${i}-${part}`, { metadata: filler(i), tags: ['t'] }))
    let refused: unknown
    let last = 0
    for (; refused === undefined && last < 3000; last++) {
      refused = await store.commit(batch(last)).then(
        () => undefined,
        (error: unknown) => error,
      )
    }
    expect(refused).toMatchObject({ code: 'insufficient_storage' })
    const full = last - 1
    expect(full).toBeGreaterThan(1)
    expect(await store.getAsset({ kind: 'file', id: '0-a' })).not.toBeNull()
    for (const part of ['a', 'b', 'c']) expect(await store.getAsset({ kind: 'file', id: `${full}-${part}` })).toBeNull()
    disk.grow()
    await store.commit(batch(full))
    const all = { kind: 'file', filter: { op: 'tags', match: 'any', tags: ['t'] } } as const
    expect(await store.count(all)).toEqual({ count: 3 * (full + 1), exact: true })
  },
)
