import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import type { Measurement } from './interleave.ts'
import { type ProcessUsage, processUsage } from './process-usage.ts'

/** A server of this process, and what has to be closed after it. */
export interface Served {
  readonly server: Server
  close(): Promise<void>
}

/** A server that is another program, and listens already. */
export interface ServedElsewhere {
  readonly address: Address
  close(): Promise<void>
}

interface Address {
  readonly port: number
  /** Of the processes that are measured, as one. */
  readonly pids: readonly number[]
}

/** Child side: listens on a free port of this machine, tells the parent which, and ends with it. */
export async function offerServer(served: Served | ServedElsewhere): Promise<void> {
  const ended = once(process, 'disconnect')
  process.send?.('server' in served ? await listen(served.server) : served.address)
  await ended
  if ('server' in served) {
    served.server.close()
    served.server.closeAllConnections()
  }
  await served.close()
  process.exit()
}

async function listen(server: Server): Promise<Address> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { port: (server.address() as AddressInfo).port, pids: [process.pid] }
}

/** A server in a process of its own, seen from its parent. */
export interface ServerProcess {
  readonly port: number
  /**
   * Measures what the server used while `drive` ran; memory is its peak above what it had when it began to listen.
   * @param drive puts load on the server and returns how much work that was
   */
  measure(drive: (port: number) => Promise<number>): Promise<Measurement>
  stop(): Promise<void>
}

/** Parent side: runs a script that calls {@link offerServer}. */
export async function startServer(
  script: URL,
  args: readonly string[],
  execArgv: readonly string[] = [],
): Promise<ServerProcess> {
  const child = fork(fileURLToPath(script), args, { execArgv: [...process.execArgv, ...execArgv] })
  const left = once(child, 'exit')
  const address = await addressOf(child, left)
  if (address === null) throw new Error(`${script.pathname} ${args.join(' ')} ended before it listened.`)
  const { port, pids } = address
  const idleBytes = restartPeak(pids)
  return {
    port,
    async measure(drive) {
      restartPeak(pids)
      const before = usageOf(pids)
      const started = performance.now()
      const work = await drive(port)
      const wallSeconds = (performance.now() - started) / 1000
      const after = usageOf(pids)
      const cpuSeconds = after.cpuSeconds - before.cpuSeconds
      return { work, wallSeconds, cpuSeconds, peakBytes: Math.max(0, after.peakBytes - idleBytes) }
    },
    async stop() {
      if (child.connected) child.disconnect()
      await left
    },
  }
}

async function addressOf(child: ChildProcess, left: Promise<unknown>): Promise<Address | null> {
  const first = await Promise.race([once(child, 'message'), left.then(() => null)])
  return first === null ? null : (first[0] as Address)
}

/** Makes the peak begin anew and returns it: what is resident now. See proc_pid_clear_refs(5). */
function restartPeak(pids: readonly number[]): number {
  for (const pid of pids) writeFileSync(`/proc/${pid}/clear_refs`, '5')
  return usageOf(pids).peakBytes
}

/** Of several, as if they had their peaks at one moment. */
function usageOf(pids: readonly number[]): Pick<ProcessUsage, 'cpuSeconds' | 'peakBytes'> {
  const usages = pids.map(processUsage)
  const sum = (one: (usage: ProcessUsage) => number): number => usages.reduce((total, usage) => total + one(usage), 0)
  return { cpuSeconds: sum(({ cpuSeconds }) => cpuSeconds), peakBytes: sum(({ peakBytes }) => peakBytes) }
}
