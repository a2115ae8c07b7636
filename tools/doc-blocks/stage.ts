import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import type { Step } from './document.ts'
import { checkInstall, checkRunByCi, checkScripts, PRELUDE, stowageFrom, withoutInstall } from './shell.ts'

const NODE = ['--conditions=@stowage/source', '--disable-warning=ExperimentalWarning']
const RUN_LIMIT_MS = 55_000
const STOP_LIMIT_MS = 5000

/** Does the steps of one document, in a folder of its own; a server that it starts stays up until the next one, or `stop`. */
export interface Stage {
  run(step: Step, file: string): Promise<void>
  stop(): Promise<void>
}

/** @param databaseUrl of a PostgreSQL for blocks that ask for one */
export function createStage(folder: string, port: number, root: string, databaseUrl = ''): Stage {
  let server: Child | null = null
  const environment = {
    ...process.env,
    PORT: String(port),
    DATA_DIR: join(folder, 'data'),
    NO_COLOR: '1',
    ...(databaseUrl && { DATABASE_URL: databaseUrl }),
  }

  // A new server takes the place of the one before, on the same port.
  async function serve(begin: () => Child): Promise<void> {
    if (server) await stopServer(server)
    const child = begin()
    server = child
    while (!(await accepts(port))) {
      if (child.ended) throw new Error(`the server ended before it listened\n${child.output()}`)
      if (child.age() > RUN_LIMIT_MS) throw new Error(`nothing listened on the port that stands for 3000\n${child.output()}`)
      await new Promise(resolve => setTimeout(resolve, 50))
    }
  }
  async function finish(child: Child): Promise<void> {
    const timer = setTimeout(() => child.signal('SIGKILL'), RUN_LIMIT_MS)
    const code = await child.exit
    clearTimeout(timer)
    if (code !== 0) throw new Error(`ended with ${code ?? `a signal, perhaps after ${RUN_LIMIT_MS / 1000} s`}\n${child.output()}`)
  }
  const node = (file: string) => start(process.execPath, [...NODE, file], { cwd: folder, env: environment })
  const shell = (code: string, cwd: string) =>
    start('bash', ['-c', PRELUDE + stowageFrom(root) + code], { cwd, env: environment })

  const actions: Record<string, (step: Step, file: string) => Promise<void>> = {
    'ts run': (_, file) => finish(node(file)),
    'js run': (_, file) => finish(node(file)),
    'js check': (_, file) => finish(start(process.execPath, ['--check', file], { cwd: folder, env: environment })),
    'ts serve': (_, file) => serve(() => node(file)),
    'sh run': ({ code }) => finish(shell(code, folder)),
    'sh serve': ({ code }) => serve(() => shell(withoutInstall(code), root)),
    'sh install': async ({ code }) => checkInstall(code, root),
    'sh script': ({ code }) => checkScripts(code, root),
    'sh ci': ({ code }) => checkRunByCi(code, root),
  }
  return {
    async run(step, file) {
      const action = actions[`${step.language} ${step.mode}`]
      if (!action) throw new Error(`nothing is known to do for \`${step.language} ${step.mode}\``)
      await action(step, file)
    },
    async stop() {
      if (server) await stopServer(server)
    },
  }
}

async function stopServer(child: Child): Promise<void> {
  if (child.ended) return
  child.signal('SIGTERM')
  const timer = setTimeout(() => child.signal('SIGKILL'), STOP_LIMIT_MS)
  await child.exit
  clearTimeout(timer)
}

/** A port that was free a moment ago; 0 can't be written into a document's URLs. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0)
  await once(server, 'listening')
  const address = server.address()
  server.close()
  if (!address || typeof address === 'string') throw new Error('no port was given')
  return address.port
}

interface Child {
  readonly exit: Promise<number | null>
  readonly ended: boolean
  age(): number
  output(): string
  signal(name: NodeJS.Signals): void
}

/** In a process group of its own, so that a signal also reaches what npm and bash start. */
function start(command: string, args: readonly string[], options: { cwd: string; env: NodeJS.ProcessEnv }): Child {
  const process_: ChildProcess = spawn(command, args, { ...options, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
  const started = Date.now()
  let output = ''
  let ended = false
  for (const stream of [process_.stdout, process_.stderr]) stream?.setEncoding('utf8').on('data', text => (output += text))
  const exit = new Promise<number | null>((resolve, reject) => {
    process_.once('error', reject).once('close', code => {
      ended = true
      resolve(code)
    })
  })
  return {
    exit,
    get ended() {
      return ended
    },
    age: () => Date.now() - started,
    output: () => output,
    signal(name) {
      if (process_.pid && !ended) process.kill(-process_.pid, name)
    },
  }
}

async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, 'localhost')
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}
