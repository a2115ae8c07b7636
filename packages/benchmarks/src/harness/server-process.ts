import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import type { Measurement } from './interleave.ts'
import { processUsage } from './process-usage.ts'

/** A server and what has to be closed after it. */
export interface Served {
  readonly server: Server
  close(): Promise<void>
}

/** Child side: listens on a free port of this machine, tells the parent which, and ends with it. */
export async function offerServer({ server, close }: Served): Promise<void> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  process.send?.((server.address() as AddressInfo).port)
  await once(process, 'disconnect')
  server.close()
  server.closeAllConnections()
  await close()
  process.exit()
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
  const { pid } = child
  const port = await portOf(child, left)
  if (pid === undefined || port === null) throw new Error(`${script.pathname} ${args.join(' ')} ended before it listened.`)
  const idleBytes = restartPeak(pid)
  return {
    port,
    async measure(drive) {
      restartPeak(pid)
      const before = processUsage(pid)
      const started = performance.now()
      const work = await drive(port)
      const wallSeconds = (performance.now() - started) / 1000
      const after = processUsage(pid)
      const cpuSeconds = after.cpuSeconds - before.cpuSeconds
      return { work, wallSeconds, cpuSeconds, peakBytes: Math.max(0, after.peakBytes - idleBytes) }
    },
    async stop() {
      if (child.connected) child.disconnect()
      await left
    },
  }
}

async function portOf(child: ChildProcess, left: Promise<unknown>): Promise<number | null> {
  const first = await Promise.race([once(child, 'message'), left.then(() => null)])
  return first === null ? null : Number(first[0])
}

/** Makes the peak begin anew and returns it: what is resident now. See proc_pid_clear_refs(5). */
function restartPeak(pid: number): number {
  writeFileSync(`/proc/${pid}/clear_refs`, '5')
  return processUsage(pid).peakBytes
}
