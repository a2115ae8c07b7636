import { fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { processUsage } from '../harness/process-usage.ts'

/** What one start took. */
export interface Start {
  /** From before the process is made to its word that it has started. */
  readonly seconds: number
  readonly cpuSeconds: number
  /** Resident memory once it has been idle. */
  readonly idleBytes: number
}

const IDLE_MS = 1000

/** Starts a program in a process of its own, with the packages as they are published, and ends it. */
export async function startProgram(name: string, folder: string): Promise<Start> {
  const script = fileURLToPath(new URL(`./programs/${name}.mjs`, import.meta.url))
  const before = performance.now()
  // No `--conditions`: what was built is what starts.
  const child = fork(script, [folder], { execArgv: ['--disable-warning=ExperimentalWarning'] })
  const left = once(child, 'exit')
  const started = await Promise.race([once(child, 'message'), left.then(() => null)])
  const seconds = (performance.now() - before) / 1000
  if (started === null || child.pid === undefined) throw new Error(`${name} ended before it had started: is everything built?`)
  const { cpuSeconds } = processUsage(child.pid)
  await wait(IDLE_MS)
  const { residentBytes } = processUsage(child.pid)
  child.disconnect()
  await left
  return { seconds, cpuSeconds, idleBytes: residentBytes }
}
