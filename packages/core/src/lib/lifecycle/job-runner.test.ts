import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Change, JobRecord, MetadataStore } from '@stowage/core/contracts'
import { sqliteMetadata } from '@stowage/metadata-sqlite'
import { failBefore, fakeClock, gate, withMetadataFaults } from '@stowage/testkit'
import { expect, onTestFinished, test, vi } from 'vitest'
import { StowageError } from '../contracts/errors.ts'
import { systemRandom } from '../crypto/random.ts'
import type { JobRun } from './job-run.ts'
import { createJobRunner, type JobHandler } from './job-runner.ts'

const SECOND = 1000
const MINUTE = 60 * SECOND

async function open(handlers: Record<string, JobHandler>, slots?: number) {
  const root = await mkdtemp(join(tmpdir(), 'stowage-jobs-'))
  onTestFinished(() => rm(root, { recursive: true, force: true }))
  const metadata = withMetadataFaults(sqliteMetadata({ file: join(root, 'assets.db') }))
  await metadata.open([])
  onTestFinished(() => metadata.close())
  const warnings: string[] = []
  const note = (message: string): void => void warnings.push(message)
  const logger = { debug: () => undefined, info: () => undefined, warn: note, error: note }
  const clock = fakeClock()
  /** A worker in a process of its own: where no clock is given, with one that runs as the others'. */
  const worker = (own = clock, made: Record<string, JobHandler> = handlers) => {
    const runner = createJobRunner({
      clock: own,
      logger,
      random: systemRandom(),
      metadata,
      handlers: made,
      ...(slots ? { slots } : {}),
    })
    onTestFinished(() => runner.stop())
    return runner
  }
  const enqueue = (...jobs: Partial<JobRecord>[]) =>
    metadata.commit(jobs.map((job, at): Change => ({ op: 'enqueueJob', job: jobOf(job, clock.now() + at) })))
  return { metadata, clock, warnings, worker, enqueue, runner: worker() }
}

const jobOf = (job: Partial<JobRecord>, createdAt: number): JobRecord => ({
  id: 'job',
  type: 'work',
  payload: {},
  state: 'queued',
  attempts: 0,
  maxAttempts: 3,
  runAt: 0,
  leaseToken: null,
  leaseUntil: null,
  lastError: null,
  createdAt,
  ...job,
})

/** Handles by noting its job, then waiting at the door of that name where there is one. */
function doors(...names: string[]) {
  const at = Object.fromEntries(names.map(name => [name, gate()]))
  const seen: string[] = []
  const runs: JobRun[] = []
  const handler: JobHandler = async run => {
    seen.push(run.id)
    runs.push(run)
    await at[run.id]?.wait()
  }
  return { at, seen, runs, handler }
}

const gone = async (metadata: MetadataStore, ...ids: string[]) => {
  await vi.waitFor(async () => {
    expect(await Promise.all(ids.map(id => metadata.getJob(id)))).toEqual(ids.map(() => null))
  })
}

test('a job that takes long holds up neither others of its type nor those of another', async () => {
  const { at, handler } = doors('long')
  const { metadata, runner, enqueue } = await open({ work: handler, purge: handler }, 2)
  await enqueue({ id: 'long' })
  runner.start()
  await at.long?.reached
  const others = Array.from({ length: 9 }, (_, n) => `short-${n}`)
  await enqueue(...others.map(id => ({ id })), { id: 'purge', type: 'purge' })
  runner.wake()
  await gone(metadata, ...others, 'purge')
  expect(await metadata.getJob('long')).toMatchObject({ state: 'running', attempts: 1 })
  at.long?.open()
  await gone(metadata, 'long')
})

test('no more run at once than there are slots, and whoever ends makes room', async () => {
  let now = 0
  let most = 0
  const { metadata, runner, enqueue } = await open(
    {
      work: async () => {
        most = Math.max(most, ++now)
        await new Promise(resolve => setImmediate(resolve))
        now -= 1
      },
    },
    3,
  )
  const ids = Array.from({ length: 20 }, (_, n) => `job-${n}`)
  await enqueue(...ids.map(id => ({ id })))
  runner.start()
  const drained = await runner.drain()
  await gone(metadata, ...ids)
  expect(most).toBe(3)
  expect(drained.done).toBeLessThanOrEqual(20)
})

test('a full drain beside a job that takes every slot waits for it, and works what is due', async () => {
  const { at, handler, seen } = doors('long')
  const { runner, enqueue } = await open({ work: handler }, 1)
  await enqueue({ id: 'long' })
  runner.start()
  await at.long?.reached
  await enqueue({ id: 'next' })
  const draining = runner.drain()
  at.long?.open()
  await draining
  await vi.waitFor(() => expect(seen).toEqual(['long', 'next']))
})

test('a job keeps its lease as long as it is worked on', async () => {
  const { at, handler, seen } = doors('job')
  const { metadata, clock, runner, worker, enqueue } = await open({ work: handler })
  const other = worker()
  await enqueue({})
  runner.start()
  await at.job?.reached
  for (let i = 0; i < 15; i++) {
    await clock.advance(5 * SECOND)
    // The renewal is on its way to a real database, of whose time the clock knows nothing.
    await vi.waitFor(async () => expect((await metadata.getJob('job'))?.leaseUntil).toBeGreaterThan(clock.now() + 8 * SECOND))
    expect(await other.drain()).toEqual({ done: 0, failed: 0 })
  }
  at.job?.open()
  await gone(metadata, 'job')
  expect(seen).toEqual(['job'])
})

test('a worker that stood still loses its job: its signal fires, and what it commits changes nothing', async () => {
  const { at, handler, runs } = doors('job')
  const second: JobRun[] = []
  const { metadata, clock, worker, enqueue, warnings } = await open({ work: handler })
  const stale = fakeClock({ now: clock.now() })
  const slow = worker(stale)
  await enqueue({})
  slow.start()
  await at.job?.reached
  await clock.advance(MINUTE)
  const door = gate()
  const other = worker(clock, {
    work: async run => {
      second.push(run)
      await run.commit([], { page: 7 })
      await door.wait()
    },
  })
  other.start()
  await door.reached
  const [late] = runs
  const enqueued: Change = { op: 'enqueueJob', job: jobOf({ id: 'more' }, 0) }
  await expect(late?.commit([enqueued], { page: 1 })).rejects.toMatchObject({ code: 'conflict' })
  await expect(late?.end([enqueued])).rejects.toMatchObject({ code: 'conflict' })
  expect(late?.signal.aborted).toBe(false)
  await stale.advance(15 * SECOND)
  await vi.waitFor(() => expect(late?.signal.aborted).toBe(true))
  at.job?.open()
  await vi.waitFor(() => expect(warnings).toContain('A job failed.'))
  expect(await metadata.getJob('more')).toBeNull()
  expect(await metadata.getJob('job')).toMatchObject({
    state: 'running',
    payload: { page: 7 },
    attempts: 2,
    leaseToken: second[0]?.leaseToken,
  })
  door.open()
  await gone(metadata, 'job')
})

test('a database that is away for less than a lease costs nothing; for longer, the work is given up', async () => {
  const { at, handler, runs } = doors('job')
  const { metadata, clock, runner, enqueue } = await open({ work: handler })
  await enqueue({})
  runner.start()
  await at.job?.reached
  const commits = () => metadata.calls.filter(({ op }) => op === 'commit').length
  const away = failBefore(new StowageError('unavailable', 'Away.'))
  metadata.inject({ on: 'commit', fault: away })
  let before = commits()
  await clock.advance(10 * SECOND)
  await vi.waitFor(() => expect(commits()).toBeGreaterThan(before))
  expect(runs[0]?.signal.aborted).toBe(false)
  await vi.waitFor(async () => {
    before = commits()
    await clock.advance(10 * SECOND)
    expect(runs[0]?.signal.aborted).toBe(true)
  })
  expect(before).toBeGreaterThan(1)
  metadata.heal()
  at.job?.open()
})

test('a failing job is tried again after a while, three times, and is failed with its last error then', async () => {
  const attempts: [number, string | null, number][] = []
  const { metadata, clock, runner, enqueue } = await open({
    work: async run => {
      attempts.push([run.attempt, run.lastError, clock.now() - start])
      throw new Error(`Broken ${run.attempt}.`)
    },
  })
  const start = clock.now()
  await enqueue({})
  expect(await runner.drain()).toEqual({ done: 0, failed: 1 })
  expect(await runner.drain()).toEqual({ done: 0, failed: 0 })
  for (let i = 0; i < 10; i++) {
    await clock.advance(SECOND)
    await runner.drain()
  }
  expect(attempts).toEqual([
    [1, null, 0],
    [2, 'Broken 1.', 2 * SECOND],
    [3, 'Broken 2.', 6 * SECOND],
  ])
  expect(await metadata.getJob('job')).toMatchObject({ state: 'failed', attempts: 3, lastError: 'Broken 3.', leaseToken: null })
})

test('a job whose workers all die ends as failed', async () => {
  const { handler, seen } = doors()
  const { metadata, clock, runner, enqueue } = await open({ work: handler })
  await enqueue({})
  for (let i = 1; i <= 3; i++) {
    const claim = { types: ['work'], now: clock.now(), leaseMs: SECOND, leaseToken: `dead-${i}`, limit: 1 }
    expect(await metadata.claimJobs(claim)).toHaveLength(1)
    await clock.advance(MINUTE)
  }
  expect(await runner.drain()).toEqual({ done: 0, failed: 0 })
  expect(seen).toEqual([])
  expect(await metadata.getJob('job')).toMatchObject({ state: 'failed', lastError: expect.stringMatching(/lease/) })
})

test('stopping tells running jobs so and puts them back with the try they had, to go on at once', async () => {
  const untilTold: JobHandler = async run => {
    await run.commit([], { page: 3 })
    const told = new Promise((_resolve, reject) => run.signal.addEventListener('abort', () => reject(run.signal.reason)))
    started.wait()
    await told
  }
  const started = gate()
  const { metadata, runner, worker, enqueue, clock, warnings } = await open({ work: untilTold })
  await enqueue({})
  runner.start()
  await started.reached
  await runner.stop()
  expect(await metadata.getJob('job')).toMatchObject({ state: 'queued', attempts: 0, leaseToken: null, lastError: null })
  const runs: JobRun[] = []
  expect(await worker(clock, { work: async run => void runs.push(run) }).drain()).toEqual({ done: 1, failed: 0 })
  expect(runs).toMatchObject([{ attempt: 1, payload: { page: 3 } }])
  expect(warnings).toEqual([])
})

test('two workers never have the same job', async () => {
  const seen: string[] = []
  const { worker, enqueue, clock } = await open({ work: async run => void seen.push(run.id) })
  const ids = Array.from({ length: 40 }, (_, n) => `job-${n}`)
  await enqueue(...ids.map(id => ({ id })))
  await Promise.all([worker(clock).drain(), worker(clock).drain()])
  expect(seen.sort()).toEqual(ids.sort())
})
