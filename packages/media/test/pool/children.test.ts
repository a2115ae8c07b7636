import { spawn } from 'node:child_process'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { fakeClock } from '@stowage/testkit'
import { expect, it, onTestFinished, vi } from 'vitest'
import { fileOf } from './file-of.ts'
import { isAlive, pidOf, smallFile, testPool } from './pools.ts'

const gone = (...pids: number[]): Promise<void> =>
  vi.waitFor(() => expect(pids.filter(isAlive)).toEqual([]), { timeout: 15_000, interval: 20 })

it('one process reads fifty files', async () => {
  const pool = testPool({ children: 2 })
  const pids = new Set<number>()
  for (let index = 0; index < 50; index++) pids.add(await pidOf(pool))
  expect(pids.size).toBe(1)
})

it('files that come together are read by as many processes as may be, and no more', async () => {
  const pool = testPool({ children: 2, deadlineMs: 60_000 })
  const { promise: bytes, resolve: give } = Promise.withResolvers<void>()
  let open = 0
  const file = fileOf(new Uint8Array(1), {
    open: async () => {
      if (++open === 2) give()
      await bytes
      return (async function* () {
        yield new Uint8Array(1)
      })()
    },
  })
  const runs = Array.from({ length: 12 }, () => pool.run<{ pid: number }>('echo', file, { read: true }))
  expect(new Set((await Promise.all(runs)).map(({ pid }) => pid)).size).toBe(2)
})

it('a process is replaced after its number of files', async () => {
  const pool = testPool({ children: 1, tasksPerChild: 3 })
  const pids: number[] = []
  for (let index = 0; index < 7; index++) pids.push(await pidOf(pool))
  expect([pids.lastIndexOf(pids[0] ?? 0), pids.lastIndexOf(pids[3] ?? 0), new Set(pids).size]).toEqual([2, 5, 3])
  await gone(pids[0] ?? 0, pids[3] ?? 0)
})

it('a process whose memory stays high is replaced before the next file', async () => {
  const pool = testPool({ children: 1 })
  const { pid } = await pool.run<{ pid: number }>('keeps', smallFile(), { MiB: 200 }, { memoryMiB: 1024 })
  expect(await pidOf(pool)).not.toBe(pid)
  await gone(pid)
})

it('a bound below what a process takes by itself fails the run, and starts no endless row of processes', async () => {
  const pool = testPool({ children: 1 })
  const run = pool.run('hostile', smallFile(), { deed: 'never' }, { memoryMiB: 20 })
  await expect(run).rejects.toMatchObject({ details: { why: 'memory' } })
})

it('a system that starts no process makes the run unavailable', async () => {
  const pool = testPool({ children: 1 })
  const { execPath } = process
  onTestFinished(() => {
    process.execPath = execPath
  })
  process.execPath = '/nowhere/node'
  await expect(pidOf(pool)).rejects.toMatchObject({ code: 'unavailable', retryable: true })
  process.execPath = execPath
  expect(await pidOf(pool)).toBeGreaterThan(0)
})

it('a process that was idle for a minute ends, and work wakes the pool again', async () => {
  const clock = fakeClock()
  const pool = testPool({ children: 1, clock })
  const pid = await pidOf(pool)
  await vi.waitFor(async () => {
    await clock.advance(60_000)
    expect(isAlive(pid)).toBe(false)
  })
  expect(await pidOf(pool)).not.toBe(pid)
})

it('work that comes in time keeps an idle process', async () => {
  const clock = fakeClock()
  const pool = testPool({ children: 1, clock })
  const pid = await pidOf(pool)
  for (let index = 0; index < 3; index++) {
    await clock.advance(20_000)
    expect(await pidOf(pool)).toBe(pid)
  }
})

it('what waits is bounded, and given up with its signal', async () => {
  const pool = testPool({ children: 1, waiting: 1, deadlineMs: 60_000 })
  const [first, second] = [new AbortController(), new AbortController()]
  const begun = Promise.withResolvers<void>()
  const busy = fileOf(Buffer.from('x'), { signal: first.signal, onChunk: () => begun.resolve() })
  const running = expect(pool.run('hostile', busy, { deed: 'loop' })).rejects.toMatchObject({ code: 'aborted' })
  await begun.promise
  const waiting = expect(pidOf(pool, fileOf(Buffer.from('x'), { signal: second.signal }))).rejects.toMatchObject({
    code: 'aborted',
  })
  await expect(pidOf(pool)).rejects.toMatchObject({ code: 'unavailable', retryable: true })
  second.abort()
  await waiting
  first.abort()
  await running
  expect(await pidOf(pool)).toBeGreaterThan(0)
})

it('closing waits for what runs, refuses what waits and what comes, and ends all processes', async () => {
  const pool = testPool({ children: 1, closeMs: 20_000 })
  const pid = await pidOf(pool)
  const asked = Promise.withResolvers<void>()
  const { promise: bytes, resolve: give } = Promise.withResolvers<void>()
  const slow = fileOf(new Uint8Array(10), {
    open: async () => {
      asked.resolve()
      await bytes
      return (async function* () {
        yield new Uint8Array(10)
      })()
    },
  })
  const running = pool.run('digest', slow, {})
  await asked.promise
  const waiting = expect(pidOf(pool)).rejects.toMatchObject({ code: 'unavailable' })
  const closed = pool.close()
  await waiting
  await expect(pidOf(pool)).rejects.toMatchObject({ code: 'unavailable' })
  give()
  await expect(running).resolves.toMatchObject({ sizes: [10] })
  await closed
  expect(isAlive(pid)).toBe(false)
})

it('closing ends what takes too long', async () => {
  const pool = testPool({ children: 1, closeMs: 50, deadlineMs: 60_000 })
  const pid = await pidOf(pool)
  const begun = Promise.withResolvers<void>()
  const file = fileOf(Buffer.from('x'), { onChunk: () => begun.resolve() })
  const running = expect(pool.run('hostile', file, { deed: 'loop' })).rejects.toMatchObject({
    code: 'unavailable',
    retryable: true,
  })
  await begun.promise
  await pool.close()
  await running
  expect(isAlive(pid)).toBe(false)
})

/** A program of its own that has a pool; its lines. */
function program(mode: string): { pid: number; line(): Promise<string>; exit: Promise<number | null> } {
  const file = fileURLToPath(new URL('./programs/parent.ts', import.meta.url))
  const child = spawn(process.execPath, ['--conditions=@stowage/source', '--no-warnings', file, mode], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  const exit = new Promise<number | null>(resolve => child.once('exit', resolve))
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  return { pid: child.pid ?? 0, line: async () => String((await lines.next()).value), exit }
}

it('when the parent dies, its processes end: the idle one and the one in a loop', async () => {
  const parent = program('loop')
  const pids = (JSON.parse(await parent.line()) as number[]).filter(pid => pid > 0)
  expect(pids).toHaveLength(2)
  expect(pids.every(isAlive)).toBe(true)
  process.kill(parent.pid, 'SIGKILL')
  await gone(...pids)
})

it('an idle pool keeps no process alive, and leaves none behind', async () => {
  const parent = program('idle')
  const [pid = 0] = JSON.parse(await parent.line()) as number[]
  expect(await parent.exit).toBe(0)
  await gone(pid)
})

it("the parent's loop goes on while children are busy", async () => {
  const pool = testPool({ children: 2, deadlineMs: 1500 })
  await Promise.all([pidOf(pool), pidOf(pool)])
  const delay = monitorEventLoopDelay({ resolution: 5 })
  delay.enable()
  const runs = Array.from({ length: 2 }, () => pool.run('hostile', smallFile(), { deed: 'loop' }))
  await Promise.allSettled(runs)
  delay.disable()
  // No bound in time, on machines that others use too: that it went on at all is what can be told here.
  expect(delay.count).toBeGreaterThan(20)
})
