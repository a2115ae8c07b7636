import { type ChildProcess, spawn } from 'node:child_process'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { PassThrough } from 'node:stream'
import { fsStorage } from '@stowage/adapter-fs'
import { createStowage, type StowageOptions } from '@stowage/core'
import { sqliteMetadata } from '@stowage/metadata-sqlite'
import { onTestFinished } from 'vitest'
import type { CommandOutput } from '../src/index.ts'
import { run } from '../src/lib/run.ts'

const BIN = join(import.meta.dirname, '../src/bin.ts')

/** A folder with a storage and a database of its own, and the command run in it. */
export async function openPlaces() {
  const folder = await mkdtemp(join(tmpdir(), 'stowage-cli-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const flags = ['--storage', 'fs:objects', '--database', 'sqlite:assets.db']
  const places = () => ({
    storage: fsStorage({ root: join(folder, 'objects') }),
    metadata: sqliteMetadata({ file: join(folder, 'assets.db') }),
  })
  const open = async (options: StowageOptions = {}) => {
    const stowage = await createStowage({ ...places(), workers: false, ...options })
    onTestFinished(() => stowage.close())
    return stowage
  }
  return {
    folder,
    flags,
    /** For config modules that import packages. */
    linkModules: () => symlink(join(import.meta.dirname, '../../../node_modules'), join(folder, 'node_modules'), 'dir'),
    /** The same command in this process. */
    async here(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
      const [stdout, stderr] = [new PassThrough(), new PassThrough()]
      const code = await run(args, { stdout, stderr, env, folder, signal: new AbortController().signal })
      return answer(code, { stdout: String(stdout.read() ?? ''), stderr: String(stderr.read() ?? '') })
    },
    places,
    open,
    /** With files in it, and closed. */
    async filled(count: number, options: StowageOptions = {}) {
      const stowage = await open(options)
      for (let i = 0; i < count; i += 1) await stowage.trusted.upload({ body: Buffer.from(`file ${i}`) })
      await stowage.close()
    },
    async write(path: string, text: string) {
      await mkdir(dirname(join(folder, path)), { recursive: true })
      await writeFile(join(folder, path), text)
    },
    run: (args: readonly string[], env: Readonly<Record<string, string>> = {}) => finished(start(args, folder, env)),
    start: (args: readonly string[], env: Readonly<Record<string, string>> = {}) => start(args, folder, env),
  }
}

function start(args: readonly string[], cwd: string, env: Readonly<Record<string, string>>): ChildProcess {
  const { STORAGE: _s, DATABASE_URL: _d, DATA_DIR: _f, ...rest } = process.env
  const child = spawn(process.execPath, ['--conditions=@stowage/source', '--disable-warning=ExperimentalWarning', BIN, ...args], {
    cwd,
    env: { ...rest, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  return child
}

export interface Finished {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
  /** What `--json` printed; null without it. */
  readonly json: CommandOutput | null
}

export function finished(child: ChildProcess): Promise<Finished> {
  const chunks: Record<'stdout' | 'stderr', string> = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (chunk: string) => {
      chunks[name] += chunk
    })
  }
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', code => resolve(answer(code, chunks)))
  })
}

const answer = (code: number | null, { stdout, stderr }: { readonly stdout: string; readonly stderr: string }): Finished => ({
  code,
  stdout,
  stderr,
  json: stdout.startsWith('{') ? JSON.parse(stdout) : null,
})
