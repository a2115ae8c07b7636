import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createConnection, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'

/** The standard test file of the antivirus industry, in two halves: so that no scanner takes this source for it. @see https://www.eicar.org */
export const EICAR = ['X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR', '-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*'].join('')

export interface Clamd {
  readonly host: string
  readonly port: number
  readonly socket: string
  readonly process: ChildProcess
  stop(): Promise<void>
}

/** Why the tests with the real daemon skip; null where it is here. */
export function clamdMissing(): string | null {
  try {
    execFileSync('clamd', ['--version'], { stdio: 'ignore' })
    return null
  } catch {
    return 'clamd is not on this machine: apt-get install --no-install-recommends clamav-daemon'
  }
}

/** Starts Debian's clamd on a loopback port and a Unix socket, with one signature: EICAR's. No database has to be downloaded. */
export async function startClamd(settings: readonly string[] = []): Promise<Clamd> {
  const folder = await mkdtemp(join(tmpdir(), 'stowage-clamd-'))
  const database = join(folder, 'db')
  await mkdir(database)
  await writeFile(join(database, 'test.ndb'), `Eicar-Test-Signature:0:*:${Buffer.from(EICAR).toString('hex')}\n`)
  // Another process may take the port that was free: then the next is tried.
  for (let attempt = 1; ; attempt++) {
    const place = { host: '127.0.0.1', port: await freePort(), socket: join(folder, 'clamd.sock') }
    const child = await spawnClamd(folder, [
      ...[`DatabaseDirectory ${database}`, `TCPSocket ${place.port}`, `TCPAddr ${place.host}`, `LocalSocket ${place.socket}`],
      ...['Foreground yes', `TemporaryDirectory ${folder}`, ...settings],
    ])
    const stop = async (): Promise<void> => {
      await end(child)
      await rm(folder, { recursive: true, force: true })
    }
    if (await answers(child, place.port)) return { ...place, process: child, stop }
    await end(child)
    if (attempt === 5) throw new Error(`clamd did not start: see ${folder}/log`)
  }
}

async function spawnClamd(folder: string, lines: readonly string[]): Promise<ChildProcess> {
  const config = join(folder, 'clamd.conf')
  await writeFile(config, `${lines.join('\n')}\nLogFile ${join(folder, 'log')}\n`)
  return spawn('clamd', ['-c', config], { stdio: 'ignore' })
}

async function answers(child: ChildProcess, port: number): Promise<boolean> {
  while (child.exitCode === null && child.signalCode === null) {
    if (await ping(port)) return true
    await setTimeout(10)
  }
  return false
}

function ping(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const socket = createConnection({ host: '127.0.0.1', port })
  socket.on('error', () => resolve(false))
  socket.on('close', () => resolve(false))
  socket.on('connect', () => socket.write('zPING\0'))
  socket.on('data', data => {
    resolve(String(data) === 'PONG\0')
    socket.destroy()
  })
  return promise
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill('SIGKILL')
  await exited
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('No port.')
  return address.port
}
