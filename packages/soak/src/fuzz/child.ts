import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readlink, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { fastFolder } from '../lib/fast-folder.ts'
import type { AuditReport, FromServer, ToServer } from './server/messages.ts'

/** What requests are sent to. */
export interface FuzzTarget {
  readonly ports: readonly [express: number, node: number]
  /** What must never happen, and did; a crash is one too. */
  readonly faults: readonly string[]
  readonly alive: boolean
}

export interface FuzzedServer extends FuzzTarget {
  state(): Promise<{ readonly rssBytes: number; readonly heapBytes: number }>
  audit(): Promise<AuditReport>
  /** Lets so much time pass, by the server's clock. */
  forward(ms: number): Promise<void>
  /** What its descriptors point at. */
  descriptors(): Promise<readonly string[]>
  /** Ends it, and removes its folder. */
  remove(): Promise<void>
}

/** Starts the fuzzed server in a process and a folder of its own. */
export async function startServer(): Promise<FuzzedServer> {
  const folder = await mkdtemp(join(fastFolder(), 'stowage-fuzz-'))
  const child = fork(fileURLToPath(new URL('./server/main.ts', import.meta.url)), [folder], {
    execArgv: ['--conditions=@stowage/source', '--disable-warning=ExperimentalWarning', '--expose-gc'],
    env: { ...process.env, NODE_OPTIONS: '' },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  const conversation = converse(child)
  const next = <T extends FromServer['type']>(type: T) => answerOf(child, conversation, type)
  const ask = (message: ToServer) => void child.send(message)
  const remove = async () => {
    await stop(child, conversation, ask)
    await rm(folder, { recursive: true, force: true })
  }
  try {
    const { ports } = await next('listening')
    return serverOf(ports, { child, conversation, next, ask, remove })
  } catch (error) {
    await remove()
    throw error
  }
}

interface Parts {
  readonly child: ChildProcess
  readonly conversation: Conversation
  readonly next: <T extends FromServer['type']>(type: T) => Promise<Extract<FromServer, { type: T }>>
  readonly ask: (message: ToServer) => void
  readonly remove: () => Promise<void>
}

function serverOf(ports: FuzzTarget['ports'], { child, conversation, next, ask, remove }: Parts): FuzzedServer {
  return {
    ports,
    faults: conversation.faults,
    get alive() {
      return !conversation.ended
    },
    state() {
      const answer = next('state')
      ask({ type: 'state' })
      return answer
    },
    async audit() {
      const answer = next('audited')
      ask({ type: 'audit' })
      return (await answer).report
    },
    async forward(ms) {
      const answer = next('forwarded')
      ask({ type: 'forward', ms })
      await answer
    },
    descriptors: () => descriptorsOf(child.pid as number),
    remove,
  }
}

/** What the server says by itself, and who waits for what it is asked. */
interface Conversation {
  readonly asked: Map<FromServer['type'], (message: FromServer) => void>
  readonly faults: string[]
  ended: boolean
  /** It is meant to end. */
  stopping: boolean
}

function converse(child: ChildProcess): Conversation {
  const conversation: Conversation = { asked: new Map(), faults: [], ended: false, stopping: false }
  const { asked, faults } = conversation
  child.stderr?.setEncoding('utf8').on('data', text => faults.push(`wrote to standard error: ${text}`))
  child.on('message', message => {
    const told = message as FromServer
    if (told.type === 'fault') faults.push(`${told.what}: ${told.details}`)
    else asked.get(told.type)?.(told)
  })
  child.on('exit', (code, signal) => {
    conversation.ended = true
    if (!conversation.stopping) faults.push(`the server ended, with code ${code} and signal ${signal}`)
  })
  return conversation
}

function answerOf<T extends FromServer['type']>(
  child: ChildProcess,
  { asked, faults }: Conversation,
  type: T,
): Promise<Extract<FromServer, { type: T }>> {
  return new Promise((resolve, reject) => {
    const onExit = () => reject(new Error(`The server ended before it told "${type}".\n${faults.join('\n')}`))
    child.once('exit', onExit)
    asked.set(type, message => {
      child.off('exit', onExit)
      resolve(message as Extract<FromServer, { type: T }>)
    })
  })
}

async function descriptorsOf(pid: number): Promise<string[]> {
  const folder = `/proc/${pid}/fd`
  const names = await readdir(folder)
  // One may close between the listing and the look.
  const links = await Promise.all(names.map(name => readlink(join(folder, name)).catch(() => null)))
  return links.filter(link => link !== null)
}

async function stop(child: ChildProcess, conversation: Conversation, ask: Parts['ask']): Promise<void> {
  conversation.stopping = true
  if (conversation.ended) return
  const exited = once(child, 'exit')
  const timer = setTimeout(() => child.kill('SIGKILL'), 30_000)
  if (child.connected) ask({ type: 'stop' })
  else child.kill('SIGKILL')
  await exited
  clearTimeout(timer)
}
