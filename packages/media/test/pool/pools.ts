import type { StoredFile } from '@stowage/core/contracts'
import { afterEach, vi } from 'vitest'
import { type ParserPoolParts, parserPool } from '../../src/lib/pool/parser-pool.ts'
import type { ParserPoolOptions } from '../../src/lib/pool/pool-options.ts'
import type { ParserPool } from '../../src/lib/pool/task.ts'
import { fileOf } from './file-of.ts'

// Most of what these tests wait for are processes that start, on a machine that others use too.
vi.setConfig({ testTimeout: 60_000 })

const open: ParserPool[] = []

afterEach(async () => {
  await Promise.all(open.splice(0).map(pool => pool.close()))
})

export const tasks = new URL('./tasks/', import.meta.url)

/** A pool over the tasks of these tests; closed after the test. */
export function testPool(options: ParserPoolOptions = {}, parts: ParserPoolParts = {}): ParserPool {
  const pool = parserPool({ closeMs: 0, ...options }, { tasks, ...parts })
  open.push(pool)
  return pool
}

export const smallFile = (): StoredFile => fileOf(Buffer.from('a small file'))

/** The process that answers. */
export async function pidOf(pool: ParserPool, file: StoredFile = smallFile()): Promise<number> {
  return (await pool.run<{ pid: number }>('echo', file, {})).pid
}

export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
