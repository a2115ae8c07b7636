import { execFile } from 'node:child_process'
import { mkdtemp, readFile, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Mark } from './marks.ts'
import type { MarkOperation, Operation } from './operations.ts'
import { operationsOf } from './read-operations.ts'
import { systemCallsOf } from './system-calls.ts'

const TRACED = 'openat,close,write,pwrite64,writev,pwritev,fsync,fdatasync,ftruncate,rename,link,unlink,mkdir,rmdir,utimensat'
const LONGEST_STRING = 4 * 1024 * 1024
const MAX_OUTPUT = 16 * 1024 * 1024

/** What a program did to its disk, and what it said meanwhile. */
export interface Recording {
  readonly operations: readonly Operation[]
  readonly marks: readonly (MarkOperation & { readonly mark: Mark })[]
  /** Places in the log at which the power may fail. */
  readonly length: number
}

/** Runs the program of uploads, replacements and deletions under strace. @see strace(1) */
export async function record(seed: number, steps: number): Promise<Recording> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'stowage-power-')))
  try {
    const log = join(folder, 'log')
    const base = join(folder, 'disk')
    const program = fileURLToPath(new URL('./programs/record.ts', import.meta.url))
    const node = [process.execPath, '--conditions=@stowage/source', '--disable-warning=ExperimentalWarning', program]
    const strace = ['-f', '-o', log, '-s', String(LONGEST_STRING), '-xx', '-e', `trace=${TRACED}`, '-e', 'signal=none']
    await promisify(execFile)('mkdir', [base])
    await promisify(execFile)('strace', [...strace, ...node, base, String(seed), String(steps)], { maxBuffer: MAX_OUTPUT })
    const text = await readFile(log, 'latin1')
    const operations = operationsOf(systemCallsOf(text), base)
    const marks = operations.flatMap(operation =>
      operation.does === 'mark' ? [{ ...operation, mark: JSON.parse(operation.text) as Mark }] : [],
    )
    return { operations, marks, length: text.split('\n').length }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
