import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Measurement } from './interleave.ts'
import { processUsage } from './process-usage.ts'

/**
 * Child side: warms up, waits for its turn, works, and says how much it did.
 * @param work does its work for about `seconds` and returns how much that was
 */
export async function offerTask(seconds: number, work: (seconds: number) => Promise<number>): Promise<void> {
  await work(Math.min(seconds, 0.5))
  const turn = once(process, 'message')
  process.send?.('ready')
  await turn
  process.send?.(await work(seconds))
}

/** Parent side: runs a script that calls {@link offerTask} in a process of its own and measures it from outside. */
export async function runTask(script: URL, args: readonly string[]): Promise<Measurement> {
  const child = fork(fileURLToPath(script), args, { execArgv: process.execArgv })
  const { pid } = child
  const left = once(child, 'exit')
  const answer = async (): Promise<unknown> => {
    const first = await Promise.race([once(child, 'message'), left.then(() => null)])
    if (first === null) throw new Error(`${script.pathname} ${args.join(' ')} ended before it was measured.`)
    return first[0]
  }
  await answer()
  if (pid === undefined) throw new Error(`${script.pathname} could not be started.`)
  const before = processUsage(pid)
  const started = performance.now()
  child.send('go')
  const work = Number(await answer())
  const wallSeconds = (performance.now() - started) / 1000
  const after = processUsage(pid)
  child.disconnect()
  await left
  return { work, wallSeconds, cpuSeconds: after.cpuSeconds - before.cpuSeconds, peakBytes: after.peakBytes }
}
