import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { mkdtemp, readdir, readlink, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { AuditReport } from '../fuzz/server/messages.ts'
import type { MemoryState, Order, Report, ServerOptions } from './messages.ts'

/** A server in a process and a folder of its own. */
export interface MeasuredServer {
  readonly port: number
  /** What must never happen, and did; a crash is one too. */
  readonly faults: readonly string[]
  /** Memory in use, after a collection. */
  memory(): Promise<MemoryState>
  /** Sweeps to the end, then holds database, storage and folders against each other. */
  audit(): Promise<AuditReport>
  /** Lets the peak begin anew. @returns what is resident now, in bytes */
  restartPeak(): number
  /** Most that was resident since the peak began anew, in bytes. */
  peakBytes(): number
  residentBytes(): number
  /** Sockets that are nobody's connection. */
  readonly ownSockets: number
  /** What its descriptors point at. */
  descriptors(): Promise<readonly string[]>
  /** Files below the storage's folder. */
  files(): Promise<readonly string[]>
  /** Ends it, and removes its folder. */
  remove(): Promise<void>
}

export async function startMeasured(options: Omit<ServerOptions, 'folder'> = {}): Promise<MeasuredServer> {
  const folder = await mkdtemp(join(tmpdir(), 'stowage-measured-'))
  const program = fileURLToPath(new URL('./programs/server.ts', import.meta.url))
  const child = fork(program, [JSON.stringify({ ...options, folder } satisfies ServerOptions)], {
    execArgv: ['--conditions=@stowage/source', '--disable-warning=ExperimentalWarning', '--expose-gc'],
    env: { ...process.env, NODE_OPTIONS: '' },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  const talk = converse(child)
  const remove = async () => {
    await talk.stop()
    await rm(folder, { recursive: true, force: true })
  }
  try {
    const port = await talk.listening
    const outside = seen(child.pid as number, folder)
    const ownSockets = (await outside.descriptors()).filter(link => link.startsWith('socket:')).length
    return { ...outside, ...orders(talk), port, ownSockets, faults: talk.faults, remove }
  } catch (error) {
    await remove()
    throw error
  }
}

interface Talk {
  readonly listening: Promise<number>
  readonly faults: string[]
  ask(order: Order): Promise<Report>
  stop(): Promise<void>
}

function converse(child: ChildProcess): Talk {
  const faults: string[] = []
  const waiting = new Map<number, PromiseWithResolvers<Report>>()
  const listening = Promise.withResolvers<number>()
  const ended = once(child, 'exit')
  let [orders, stopping] = [0, false]
  child.stderr?.setEncoding('utf8').on('data', text => faults.push(`wrote to standard error: ${text}`))
  child.on('message', (message: Report) => {
    if (message.said === 'listening') listening.resolve(message.port)
    else if (message.said === 'fault') faults.push(message.what)
    else waiting.get(message.order)?.resolve(message)
  })
  child.on('exit', (code, signal) => {
    if (!stopping) faults.push(`the server ended, with code ${code} and signal ${signal}`)
    const gone = new Error(`The server has ended.\n${faults.join('\n')}`)
    for (const { reject } of [listening, ...waiting.values()]) reject(gone)
  })
  const send = (order: number, what: Order) => void child.send({ order, ...what }, () => undefined)
  return {
    listening: listening.promise,
    faults,
    ask(what) {
      const answer = Promise.withResolvers<Report>()
      waiting.set(++orders, answer)
      if (child.connected) send(orders, what)
      else answer.reject(new Error(`The server has ended.\n${faults.join('\n')}`))
      return answer.promise
    },
    async stop() {
      stopping = true
      if (child.exitCode !== null || child.signalCode !== null) return
      const timer = setTimeout(() => child.kill('SIGKILL'), 20_000)
      if (child.connected) send(0, { do: 'stop' })
      await ended
      clearTimeout(timer)
    },
  }
}

function orders(talk: Talk): Pick<MeasuredServer, 'memory' | 'audit'> {
  return {
    async memory() {
      const report = await talk.ask({ do: 'state' })
      if (report.said !== 'state') throw new Error(`The server answered with ${report.said}.`)
      return report.memory
    },
    async audit() {
      const report = await talk.ask({ do: 'audit' })
      if (report.said !== 'audited') throw new Error(`The server answered with ${report.said}.`)
      return report.report
    },
  }
}

type Seen = Pick<MeasuredServer, 'restartPeak' | 'peakBytes' | 'residentBytes' | 'descriptors' | 'files'>

function seen(pid: number, folder: string): Seen {
  const status = (name: string): number => {
    const line = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
    return Number(line?.[1] ?? Number.NaN) * 1024
  }
  return {
    restartPeak() {
      // See proc_pid_clear_refs(5).
      writeFileSync(`/proc/${pid}/clear_refs`, '5')
      return status('VmHWM')
    },
    peakBytes: () => status('VmHWM'),
    residentBytes: () => status('VmRSS'),
    async descriptors() {
      const names = await readdir(`/proc/${pid}/fd`)
      // Some are closed since they were listed.
      const links = await Promise.all(names.map(name => readlink(`/proc/${pid}/fd/${name}`).catch(() => null)))
      return links.filter(link => link !== null)
    },
    files: () => filesBelow(join(folder, 'objects')),
  }
}

async function filesBelow(root: string): Promise<readonly string[]> {
  for (;;) {
    try {
      const entries = await readdir(root, { recursive: true, withFileTypes: true })
      return entries.filter(entry => !entry.isDirectory()).map(entry => join(entry.parentPath, entry.name))
    } catch (error) {
      // The server has removed a folder that had become empty: look again.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    }
  }
}
