import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { StorageAdapter } from '@stowage/core'
import { openStack, type Stack } from './stack.ts'

export interface RunningExample {
  readonly origin: string
  /** Its storage, opened a second time. */
  readonly storage: StorageAdapter
  /** Reaches what the storage signs. */
  readonly fetchSigned: typeof fetch
  /** Everything the server wrote to standard error so far. */
  errors(): string
  /** SIGTERM; resolves to the exit code. */
  stop(): Promise<number | null>
  /** Starts again on the same data. */
  restart(): Promise<RunningExample>
  /** Stops, and removes the data. */
  remove(): Promise<void>
}

/** Starts `examples/NAME` as its `npm start` does, on a free port and in a folder of its own. */
export async function startExample(name: string, env: Readonly<Record<string, string>> = {}): Promise<RunningExample> {
  const dataDir = await mkdtemp(join(tmpdir(), `stowage-${name}-`))
  const stack = await openStack(dataDir)
  try {
    return await start(name, env, { dataDir, stack })
  } catch (error) {
    await stack.close()
    await rm(dataDir, { recursive: true, force: true })
    throw error
  }
}

interface Ground {
  readonly dataDir: string
  readonly stack: Stack
}

async function start(name: string, env: Readonly<Record<string, string>>, ground: Ground): Promise<RunningExample> {
  const { dataDir, stack } = ground
  const main = fileURLToPath(new URL(`../../${name}/src/main.ts`, import.meta.url))
  const child = spawn(
    process.execPath,
    ['--conditions=@stowage/source', '--disable-warning=ExperimentalWarning', ...stack.flags, main],
    {
      env: { ...process.env, NODE_OPTIONS: '', PORT: '0', DATA_DIR: dataDir, ...stack.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  let errors = ''
  child.stderr.setEncoding('utf8').on('data', text => {
    errors += text
  })
  const origin = await listeningAt(child, name, () => errors)
  const stop = async (): Promise<number | null> => {
    if (child.exitCode === null && child.signalCode === null) {
      const exited = once(child, 'exit')
      child.kill('SIGTERM')
      await exited
    }
    return child.exitCode
  }
  return {
    origin,
    storage: stack.storage,
    fetchSigned: stack.fetch,
    errors: () => errors,
    stop,
    async restart() {
      await stop()
      return start(name, env, ground)
    },
    async remove() {
      await stop()
      await stack.close()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

async function listeningAt(child: ChildProcess, name: string, errors: () => string): Promise<string> {
  const { stdout } = child
  if (!stdout) throw new Error('The server has no standard output.')
  for await (const line of createInterface({ input: stdout })) {
    const [, origin] = new RegExp(`^${name} listening on (http://localhost:\\d+)$`).exec(line) ?? []
    if (origin) {
      stdout.resume()
      return origin
    }
  }
  throw new Error(`${name} ended before it listened:\n${errors()}`)
}
