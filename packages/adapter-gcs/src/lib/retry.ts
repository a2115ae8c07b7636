import { setTimeout as sleep } from 'node:timers/promises'
import { abortError } from './errors.ts'

const FIRST_MS = 100
const LONGEST_MS = 8000

/** Waits twice as long each time, give or take. @see https://cloud.google.com/storage/docs/retry-strategy */
export async function pause(tries: number, signal: AbortSignal | undefined): Promise<void> {
  const ms = Math.min(LONGEST_MS, FIRST_MS * 2 ** (tries - 1)) * (0.5 + Math.random())
  try {
    await sleep(ms, undefined, signal ? { signal } : {})
  } catch (error) {
    throw signal?.aborted ? abortError(signal) : error
  }
}
