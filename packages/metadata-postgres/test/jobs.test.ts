import type { MetadataStore } from '@stowage/core/contracts'
import { isStowageError } from '@stowage/core/contracts'
import { expect, onTestFinished, test, vi } from 'vitest'
import { insert, job, KINDS } from '../../metadata-sql/test/records.ts'
import { postgresMetadata } from '../src/index.ts'
import { hasServer, ownDatabase, runSql } from './server.ts'

vi.setConfig({ testTimeout: 120_000 })
const waitFor = <T>(check: () => T | Promise<T>) => vi.waitFor(check, { timeout: 60_000, interval: 5 })

async function opened(url: string): Promise<MetadataStore> {
  const store = postgresMetadata({ url, connections: 4 })
  onTestFinished(() => store.close())
  await store.open(KINDS)
  return store
}

/** Counts what a store is told. */
function ears(store: MetadataStore) {
  const heard = { times: 0 }
  const unwatch = store.watchJobs?.(() => {
    heard.times += 1
  })
  return { heard, unwatch }
}

const enqueue = (id: string) => ({ op: 'enqueueJob', job: job(id) }) as const

test.skipIf(!hasServer)('a job committed by one process wakes another at once, and many commits are told together', async () => {
  const url = await ownDatabase()
  const [here, there] = [await opened(url), await opened(url)]
  const { heard, unwatch } = ears(there)
  // The first call says that it listens.
  await waitFor(() => expect(heard.times).toBe(1))
  await here.commit([enqueue('j0')])
  await waitFor(() => expect(heard.times).toBe(2))
  await expect(here.commit([enqueue('j1'), enqueue('j0')])).rejects.toMatchObject({ code: 'already_exists' })
  await here.commit([insert('a')])
  await Promise.all(Array.from({ length: 100 }, (_, i) => here.commit([enqueue(`k${i}`)])))
  await waitFor(() => expect(heard.times).toBeGreaterThan(2))
  expect(heard.times).toBeLessThan(100)
  unwatch?.()
  const before = heard.times
  const others = ears(there)
  await here.commit([enqueue('last')])
  await waitFor(() => expect(others.heard.times).toBeGreaterThan(0))
  expect(heard.times).toBe(before)
})

test.skipIf(!hasServer)('whoever listens comes back after its connection is cut, and looks at what it missed', async () => {
  const url = await ownDatabase()
  const [here, there] = [await opened(url), await opened(url)]
  const { heard } = ears(there)
  await waitFor(() => expect(heard.times).toBe(1))
  const cut = await runSql(
    url,
    `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and query like 'listen%'`,
  )
  expect(cut).toHaveLength(1)
  await here.commit([enqueue('j0')])
  await waitFor(() => expect(heard.times).toBeGreaterThan(1))
  const before = heard.times
  await waitFor(async () => {
    await here.commit([enqueue(`j${Math.random()}`)])
    expect(heard.times).toBeGreaterThan(before)
  })
})

/** Works jobs as a process does: each makes an asset, in the commit that ends the job. Times are its own. */
function worker(store: MetadataStore, name: string, now: () => number) {
  const counts = { done: 0, refused: 0 }
  let token = 0
  return {
    counts,
    /** Claims now, and ends what it has claimed after `before` has had its turn. */
    async wake(before: () => Promise<void> = async () => undefined): Promise<void> {
      const leaseToken = `${name}-${token++}`
      const jobs = await store.claimJobs({ types: ['purge'], now: now(), leaseMs: 1000, leaseToken, limit: 3 })
      await before()
      for (const { id } of jobs) {
        const changes = [{ op: 'deleteJob', id, guard: { leaseToken } } as const, insert(`made-${id}`)]
        await store.commit(changes).then(
          () => {
            counts.done += 1
          },
          (error: unknown) => {
            if (!isStowageError(error, 'conflict')) throw error
            counts.refused += 1
          },
        )
      }
    },
  }
}

test.skipIf(!hasServer)('doubled, late and reordered deliveries change nothing: each job is done once', async () => {
  const url = await ownDatabase()
  const stores = await Promise.all(['a', 'b', 'c'].map(() => opened(url)))
  const clock = { now: 10 }
  const workers = stores.map((store, i) => worker(store, `w${i}`, () => clock.now))
  const ids = Array.from({ length: 60 }, (_, i) => `job${i}`)
  const [producer] = stores
  for (const id of ids) await producer?.commit([{ op: 'enqueueJob', job: job(id, { maxAttempts: 20 }) }])

  // Late: one claims, stalls until its lease is long over and others have done its work, then goes on.
  let go = (): void => undefined
  const stalled = new Promise<void>(resolve => {
    go = resolve
  })
  const late = workers[0]?.wake(() => stalled)
  await waitFor(async () => expect((await producer?.listDueJobs(10, 100))?.length).toBe(57))
  clock.now = 5000
  // Doubled and reordered: every delivery goes to all, twice, in no order of the jobs.
  for (let round = 0; round < 20; round++) await Promise.all([...workers, ...workers].map(each => each.wake()))
  go()
  await late

  const counts = workers.map(({ counts }) => counts)
  expect(counts.reduce((sum, { done }) => sum + done, 0)).toBe(60)
  expect(workers[0]?.counts.refused).toBe(3)
  expect(await producer?.count({ kind: 'file', filter: { op: 'all' } })).toEqual({ count: 60, exact: true })
  for (const id of ids) expect(await producer?.getJob(id)).toBeNull()
})
