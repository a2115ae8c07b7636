import { StowageError } from '@stowage/core/contracts'
import type { BatchStatement, Outcome } from './protocol.ts'
import type { Executor } from './thread.ts'

export type Scan = (statement: BatchStatement, signal?: AbortSignal) => Promise<Outcome>

/** Gives each of `executors` one scan at a time, the first where it is idle; a scan given up before its turn never runs. */
export function scanQueue(executors: readonly Executor[]): Scan {
  const waiting: ((executor: Executor) => void)[] = []
  const idle = executors.toReversed()

  function turn(signal: AbortSignal | undefined): Promise<Executor> {
    const free = idle.pop()
    if (free) return Promise.resolve(free)
    return new Promise((resolve, reject) => {
      const go = (executor: Executor): void => {
        signal?.removeEventListener('abort', giveUp)
        resolve(executor)
      }
      const giveUp = (): void => {
        waiting.splice(waiting.indexOf(go), 1)
        reject(aborted(signal))
      }
      signal?.addEventListener('abort', giveUp, { once: true })
      waiting.push(go)
    })
  }

  function leave(executor: Executor): void {
    const next = waiting.shift()
    if (next) next(executor)
    else idle.push(executor)
  }

  return async (statement, signal) => {
    if (signal?.aborted) throw aborted(signal)
    const executor = await turn(signal)
    const answer = executor.execute([statement]).finally(() => leave(executor))
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
