import type { StowageError } from '@stowage/core/contracts'
import { afterAll, expect, it, vi } from 'vitest'
import { parserPool } from '../../src/lib/pool/parser-pool.ts'
import type { TaskLimits } from '../../src/lib/pool/task.ts'
import { fileOf } from './file-of.ts'
import { isAlive, pidOf, smallFile, tasks, testPool } from './pools.ts'
import type { Deed } from './tasks/hostile.ts'

const failed = 'The file could not be read:'

/** What it says, and whether another try is worth it. */
const outcomes: [Deed, TaskLimits, string, boolean][] = [
  ['loop', { deadlineMs: 200 }, `${failed} its parser took longer than 0.2 s.`, true],
  ['never', { deadlineMs: 200 }, `${failed} its parser took longer than 0.2 s.`, true],
  ['bufferBomb', { memoryMiB: 160 }, `${failed} its parser took more than 160 MiB of memory.`, true],
  ['heapBomb', { memoryMiB: 160 }, `${failed} its parser took more than 160 MiB of memory.`, true],
  ['abort', {}, `${failed} its parser crashed (SIGABRT).`, true],
  ['segv', {}, `${failed} its parser crashed (SIGSEGV).`, true],
  ['exit', {}, `${failed} its parser crashed (exit code 3).`, true],
  ['strayRejection', {}, `${failed} its parser crashed (exit code 1).`, true],
  ['throws', {}, `${failed} its parser gave up.`, true],
  ['unreadable', {}, 'The file is damaged at its end.', false],
  ['notJson', {}, `${failed} what its parser found is not what it says it is.`, true],
  ['notSmall', {}, `${failed} what its parser found is not what it says it is.`, true],
  ['nothing', {}, `${failed} what its parser found is not what it says it is.`, true],
  ['noise', {}, `${failed} its parser broke its protocol.`, true],
  ['floodOfReads', {}, `${failed} its parser broke its protocol.`, true],
  ['floodOfWords', {}, `${failed} its parser asked for more than 64 MiB of it, again and again.`, true],
  ['floodOfErrors', {}, `${failed} its parser gave up.`, true],
  ['hugeResult', {}, `${failed} its parser broke its protocol.`, true],
  ['brokenResult', {}, `${failed} what its parser found is not what it says it is.`, true],
  ['wrongResult', {}, `${failed} what its parser found is not what it says it is.`, true],
  ['beyondTheEnd', {}, `${failed} its parser broke its protocol.`, true],
  ['beyondTheCap', {}, `${failed} its parser broke its protocol.`, true],
  ['readsForEver', {}, `${failed} its parser asked for more than 64 MiB of it, again and again.`, true],
]

const pool = parserPool({ children: 1, deadlineMs: 20_000, closeMs: 0 }, { tasks })
afterAll(() => pool.close())

it.each(outcomes)('a task that does "%s" costs its own run and nothing else', async (deed, limits, message, retryable) => {
  const file = fileOf(new Uint8Array(100_000))
  const error = await pool.run('hostile', file, { deed }, limits).then(
    () => null,
    (thrown: StowageError) => thrown,
  )
  expect({ code: error?.code, message: error?.message, retryable: error?.retryable }).toEqual({
    code: 'unprocessable',
    message,
    retryable,
  })
  expect(await pidOf(pool)).toBeGreaterThan(0)
})

it('what a task threw stays out of the message, and in its cause', async () => {
  const error: StowageError = await pool.run('hostile', smallFile(), { deed: 'throws' }).then(null, thrown => thrown)
  expect(error.cause).toMatchObject({ message: 'TypeError: cannot read properties of the file' })
})

it("V8's bound of its heap is a second line, with the same words", async () => {
  const pool = testPool({ children: 1, deadlineMs: 20_000 }, { heapMiB: 48 })
  const run = pool.run('hostile', smallFile(), { deed: 'heapBomb' }, { memoryMiB: 2048 })
  await expect(run).rejects.toMatchObject({ details: { why: 'memory' }, retryable: true })
})

it('where the system has no /proc, memory is asked of ps', async () => {
  const pool = testPool({ children: 1, deadlineMs: 20_000 }, { platform: 'darwin' })
  const run = pool.run('hostile', smallFile(), { deed: 'bufferBomb' })
  await expect(run).rejects.toMatchObject({ details: { why: 'memory' } })
})

it('a task that wants more than 8 MiB at once is told so', async () => {
  const run = pool.run('hostile', fileOf(new Uint8Array(9 * 1024 * 1024)), { deed: 'readsTooMuchAtOnce' })
  await expect(run).rejects.toMatchObject({ cause: { message: 'RangeError: At most 8 MiB can be read at once' } })
})

it.each(['speaksLater', 'fakesReady'])('a child that goes on after its answer is ended: %s', async deed => {
  const { pid } = await pool.run<{ pid: number }>('hostile', smallFile(), { deed })
  await vi.waitFor(() => expect(isAlive(pid)).toBe(false), { timeout: 10_000 })
  expect(await pidOf(pool)).not.toBe(pid)
})

it("a task whose code can't be loaded in time is unavailable", async () => {
  const pool = testPool({ children: 1 }, { startMs: 3000 })
  const run = pool.run('stuck-at-load', smallFile(), {})
  await expect(run).rejects.toMatchObject({ code: 'unavailable', retryable: true })
})

it('a task that is not there is a crash, not a silence', async () => {
  await expect(pool.run('no-such-task', smallFile(), {})).rejects.toMatchObject({ details: { why: 'crash' } })
})

it("the file's signal ends the child in the middle of a loop", async () => {
  const pid = await pidOf(pool)
  const abort = new AbortController()
  const file = fileOf(Buffer.from('x'), { signal: abort.signal, onChunk: () => abort.abort() })
  await expect(pool.run('hostile', file, { deed: 'loop' })).rejects.toMatchObject({ code: 'aborted' })
  await vi.waitFor(() => expect(isAlive(pid)).toBe(false), { timeout: 10_000 })
})
