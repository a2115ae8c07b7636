import { createHash, randomBytes } from 'node:crypto'
import { rm, truncate, writeFile } from 'node:fs/promises'
import { StowageError } from '@stowage/core/contracts'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { parserPool } from '../../src/lib/pool/parser-pool.ts'
import type { TaskLimits } from '../../src/lib/pool/task.ts'
import { type StoredLocally, storedLocally } from './local-file.ts'
import { pidOf, tasks } from './pools.ts'
import type { Deed } from './tasks/hostile.ts'

const MiB = 1024 * 1024
type Digest = { sha256: string; sizes: number[] }

const pool = parserPool({ children: 1, deadlineMs: 20_000, closeMs: 0 }, { tasks })
afterAll(() => pool.close())

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
const closed = ({ heldBy }: StoredLocally, pid = process.pid): Promise<void> =>
  vi.waitFor(() => expect(heldBy(pid)).toBe(0), { timeout: 10_000 })

describe.skipIf(process.platform !== 'linux')('a file on a local disk', () => {
  it('is read by the child itself: its ranges, its stream, and its stream from an offset', async () => {
    const bytes = randomBytes(9 * MiB + 5)
    const { file, opens } = await storedLocally(bytes)
    const ranges = [
      [0, 8 * MiB],
      [8 * MiB, 10 * MiB],
    ]
    expect(await pool.run<Digest>('digest', file, { ranges })).toEqual({ sha256: sha256(bytes), sizes: [8 * MiB, MiB + 5] })
    expect((await pool.run<Digest>('digest', file, {})).sha256).toBe(sha256(bytes))
    expect((await pool.run<Digest>('digest', file, { from: 9 * MiB })).sizes).toEqual([5])
    expect(opens()).toBe(0)
  })

  it('is no longer open when the run has ended, here and in the child', async () => {
    const stored = await storedLocally(randomBytes(1000))
    expect((await pool.run<Digest>('digest', stored.file, {})).sizes).toEqual([1000])
    await closed(stored)
    await closed(stored, await pidOf(pool))
  })

  const ends: [Deed, TaskLimits, object][] = [
    ['unreadable', {}, { details: { why: 'unreadable' } }],
    ['throws', {}, { details: { why: 'error' } }],
    ['segv', {}, { details: { why: 'crash' } }],
    ['loop', { deadlineMs: 200 }, { details: { why: 'time' } }],
    ['bufferBomb', { memoryMiB: 160 }, { details: { why: 'memory' } }],
    ['readsForEver', {}, { details: { why: 'reading' } }],
    ['takesForEver', {}, { details: { why: 'reading' } }],
    ['takesNothing', {}, { details: { why: 'reading' } }],
    ['takesTooMuch', {}, { details: { why: 'protocol' } }],
  ]
  it.each(ends)('is no longer open after a task that does "%s"', async (deed, limits, error) => {
    const stored = await storedLocally(randomBytes(100_000))
    await expect(pool.run('hostile', stored.file, { deed }, limits)).rejects.toMatchObject(error)
    expect(stored.opens()).toBe(0)
    await closed(stored)
  })

  it('is no longer open after a run that was given up while it was opened', async () => {
    const abort = new AbortController()
    const stored = await storedLocally(randomBytes(10), {
      signal: abort.signal,
      lent: opened => {
        abort.abort()
        return opened
      },
    })
    await expect(pool.run('digest', stored.file, {})).rejects.toMatchObject({ code: 'aborted' })
    await closed(stored)
  })

  it('is read as it was when it was opened, though another lies in its place by now, or none', async () => {
    const bytes = randomBytes(3 * MiB)
    for (const replace of [false, true]) {
      const stored: StoredLocally = await storedLocally(bytes, {
        lent: async opened => {
          await rm(stored.path)
          if (replace) await writeFile(stored.path, randomBytes(3 * MiB))
          return opened
        },
      })
      expect((await pool.run<Digest>('digest', stored.file, {})).sha256).toBe(sha256(bytes))
      expect(stored.opens()).toBe(0)
      await closed(stored)
    }
  })

  it('is asked of the storage where it can’t be opened in the child', async () => {
    const bytes = randomBytes(3 * MiB)
    const { file, opens } = await storedLocally(bytes, {
      lent: async opened => {
        await opened.handle.close()
        return opened
      },
    })
    expect((await pool.run<Digest>('digest', file, {})).sha256).toBe(sha256(bytes))
    expect(opens()).toBe(1)
  })

  it('of another size than its record is asked of the storage, which tells', async () => {
    const stored = await storedLocally(randomBytes(1000), {
      lent: async opened => {
        await truncate(stored.path, 900)
        return opened
      },
    })
    await expect(pool.run('digest', stored.file, {})).rejects.toMatchObject({ code: 'unavailable' })
    await closed(stored)
  })
})

it('what has no local file, or fails to open it, is asked of the storage', async () => {
  const bytes = randomBytes(MiB)
  const fail = (): never => {
    throw new StowageError('unavailable', 'The disk is away.')
  }
  const none = async (opened: { handle: { close(): Promise<void> } }): Promise<null> => {
    await opened.handle.close()
    return null
  }
  const { file, opens } = await storedLocally(bytes, { lent: none })
  const { localFile: _, ...without } = file
  for (const one of [file, without, { ...file, localFile: fail }]) {
    expect((await pool.run<Digest>('digest', one, {})).sha256).toBe(sha256(bytes))
  }
  expect(opens()).toBe(3)
})
