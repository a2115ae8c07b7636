import { afterAll, vi } from 'vitest'
import { parserPool } from '../src/lib/pool/parser-pool.ts'
import type { ParserPoolOptions } from '../src/lib/pool/pool-options.ts'
import type { ParserPool } from '../src/lib/pool/task.ts'

/** The package's own tasks in real processes, closed after the file's tests. The deadline is long: a busy machine is no finding. */
export function parsers(options: ParserPoolOptions = {}): ParserPool {
  const pool = parserPool({ children: 1, closeMs: 0, deadlineMs: 60_000, ...options })
  vi.setConfig({ testTimeout: 120_000 })
  afterAll(() => pool.close())
  return pool
}
