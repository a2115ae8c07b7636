import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import type { SweepReport } from '@stowage/core'
import { everyThread } from './build-server.ts'
import type { CrashPlan } from './crash.ts'
import type { Order, Report, ServerOptions } from './protocol.ts'

const MAX_ERROR_CHARS = 20_000

/** How a server process ended: by the signal it sent itself, by the parent's, or otherwise, which is an error. */
export type Ending = 'crashed' | 'killed' | 'stopped' | 'failed'

export interface ServerProcess {
  readonly port: number
  readonly pid: number
  readonly ended: Promise<Ending>
  /** Resolves when the point that waits has been reached. */
  readonly held: Promise<void>
  arm(plan: CrashPlan): Promise<void>
  sweep(advanceMs: number): Promise<SweepReport>
  /** What Stowage's own audit finds, with digests. */
  audit(): Promise<readonly string[]>
  storeMultipart(filename: string, seed: number, sizeBytes: number): Promise<string>
  kill(): Promise<Ending>
  stop(): Promise<Ending>
  /** What it wrote to standard error, the last of it. */
  errors(): string
  /** Paths of its open files, sockets and pipes left out. */
  openFiles(): readonly string[]
  residentBytes(): number
}

/** Why an order was not answered: the process died of it, as it should, or the order failed. */
export class ServerGone extends Error {}

/**
 * Starts a server and waits until it listens.
 * @param program from `buildServer`
 * @returns `crashed` where its plan struck before that
 */
export async function startServer(options: ServerOptions, program: string): Promise<ServerProcess | 'crashed'> {
  const child = fork(program, [JSON.stringify(options)], {
    execArgv: ['--disable-warning=ExperimentalWarning', '--import', everyThread(program)],
    env: { ...process.env, NODE_COMPILE_CACHE: join(program, '../../cache') },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  let errors = ''
  child.stderr?.setEncoding('utf8').on('data', text => {
    errors = (errors + text).slice(-MAX_ERROR_CHARS)
  })
  const life = watch(child)
  const port = await Promise.race([life.listening, life.ended])
  if (typeof port === 'number') return { ...life, ...commands(child, life), port, pid: child.pid ?? 0, errors: () => errors }
  if (port === 'crashed') return port
  throw new Error(`The server did not start:\n${errors}`)
}

interface Life {
  readonly ended: Promise<Ending>
  readonly held: Promise<void>
  readonly listening: Promise<number>
  readonly waiting: Map<number, PromiseWithResolvers<Report>>
  expect(ending: Ending): void
}

function watch(child: ChildProcess): Life {
  const waiting: Life['waiting'] = new Map()
  const listening = Promise.withResolvers<number>()
  const held = Promise.withResolvers<void>()
  let expected: Ending | null = null
  child.on('message', (message: Report) => {
    if (message.said === 'listening') listening.resolve(message.port)
    else if (message.said === 'held') held.resolve()
    else waiting.get(message.order)?.resolve(message)
  })
  const ended = once(child, 'exit').then(([code, signal]): Ending => {
    const gone = new ServerGone('The server process ended.')
    for (const { reject } of waiting.values()) reject(gone)
    waiting.clear()
    if (signal === 'SIGKILL') return expected ?? 'crashed'
    return code === 0 && expected === 'stopped' ? 'stopped' : 'failed'
  })
  return {
    ended,
    held: held.promise,
    listening: listening.promise,
    waiting,
    expect(ending) {
      expected ??= ending
    },
  }
}

function commands(child: ChildProcess, life: Life) {
  let orders = 0
  const order = async (what: Order): Promise<Report> => {
    const answer = Promise.withResolvers<Report>()
    const number = ++orders
    if (!child.connected) throw new ServerGone('The server process has ended.')
    life.waiting.set(number, answer)
    // A channel that breaks under way means that the process has ended, and that is reported.
    child.send({ order: number, ...what }, () => undefined)
    const report = await answer.promise
    life.waiting.delete(number)
    if (report.said === 'failed') throw new Error(`The server failed to ${what.do}: ${report.message}`)
    return report
  }
  const end = (ending: Ending, how: () => void): Promise<Ending> => {
    life.expect(ending)
    how()
    return life.ended
  }
  return {
    arm: async (plan: CrashPlan) => void (await order({ do: 'arm', plan })),
    async sweep(advanceMs: number) {
      const report = await order({ do: 'sweep', advanceMs })
      if (report.said !== 'swept') throw new Error(`The server answered a sweep with ${report.said}.`)
      return report.report
    },
    async audit() {
      const report = await order({ do: 'audit' })
      if (report.said !== 'audited') throw new Error(`The server answered an audit with ${report.said}.`)
      return report.findings
    },
    async storeMultipart(filename: string, seed: number, sizeBytes: number) {
      const report = await order({ do: 'multipart', filename, seed, sizeBytes })
      if (report.said !== 'stored') throw new Error(`The server answered an upload with ${report.said}.`)
      return report.id
    },
    kill: () => end('killed', () => child.kill('SIGKILL')),
    stop: () => end('stopped', () => child.send({ order: 0, do: 'stop' }, () => undefined)),
    openFiles: () => openFiles(child.pid ?? 0),
    residentBytes: () => Number(readFileSync(`/proc/${child.pid}/statm`, 'utf8').split(' ')[1]) * 4096,
  }
}

function openFiles(pid: number): readonly string[] {
  const folder = `/proc/${pid}/fd`
  return readdirSync(folder).flatMap(name => {
    try {
      const path = readlinkSync(join(folder, name))
      return path.startsWith('/') ? [path] : []
    } catch {
      return [] // Closed since it was listed.
    }
  })
}
