import { StowageError } from '@stowage/core/contracts'
import type { BatchStatement, Outcome } from './protocol.ts'

const MAX_SENT = 2

/** Sends few scans at a time, so that one given up before its turn never runs. */
export function scanQueue(execute: (statement: BatchStatement) => Promise<Outcome>) {
  const waiting: (() => void)[] = []
  let sent = 0

  function turn(signal: AbortSignal | undefined): Promise<void> {
    if (sent < MAX_SENT) {
      sent++
      return Promise.resolve()
    }
    return new Promise((resolve, reject) => {
      const go = (): void => {
        signal?.removeEventListener('abort', giveUp)
        resolve()
      }
      const giveUp = (): void => {
        waiting.splice(waiting.indexOf(go), 1)
        reject(aborted(signal))
      }
      signal?.addEventListener('abort', giveUp, { once: true })
      waiting.push(go)
    })
  }

  // The place of one that has ended is handed to the next that waits.
  function leave(): void {
    const next = waiting.shift()
    if (next) next()
    else sent--
  }

  return async (statement: BatchStatement, signal?: AbortSignal): Promise<Outcome> => {
    if (signal?.aborted) throw aborted(signal)
    await turn(signal)
    const answer = execute(statement).finally(leave)
    return signal ? orAborted(answer, signal) : answer
  }
}

function orAborted<T>(answer: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const giveUp = (): void => reject(aborted(signal))
    signal.addEventListener('abort', giveUp, { once: true })
    answer.then(resolve, reject).finally(() => signal.removeEventListener('abort', giveUp))
  })
}

const aborted = (signal: AbortSignal | undefined): StowageError =>
  new StowageError('aborted', 'The list was given up.', { cause: signal?.reason })
