import type { Clock } from '../../contracts/runtime.ts'
import type { StorageAdapter } from '../../contracts/storage.ts'
import type { Telemetry } from '../../contracts/telemetry.ts'
import { type LimitOptions, limit } from './limit.ts'
import { retry } from './retry/retry.ts'
import type { RetryOptions } from './retry/tries.ts'
import { type TimeoutOptions, timeout } from './timeout.ts'
import { trace } from './trace.ts'

export interface ResilientOptions {
  readonly timeout?: Omit<TimeoutOptions, 'clock'>
  readonly limit?: LimitOptions
  readonly retry?: Omit<RetryOptions, 'clock' | 'random'>
  /** Told of calls, retries and queues. Default: nobody is. */
  readonly telemetry?: Telemetry
  /** Default: the system's. */
  readonly clock?: Clock
  /** From 0 up to 1. Default `Math.random`. */
  readonly random?: () => number
}

/**
 * The same storage behind all that keeps trouble away, in the one order that is right: each try has its own time limit and waits for its
 * own turn, and what is traced is the call as the caller sees it, `trace(retry(limit(timeout(storage))))`.
 */
export function resilient(storage: StorageAdapter, options: ResilientOptions = {}): StorageAdapter {
  const { telemetry, clock, random } = options
  const time = clock && { clock }
  const timed = timeout(storage, { ...options.timeout, ...time })
  const limited = limit(timed, {
    ...options.limit,
    onQueue(lane, waiting) {
      telemetry?.queue(`storage.${lane}`, waiting)
      options.limit?.onQueue?.(lane, waiting)
    },
  })
  const retried = retry(limited, {
    ...options.retry,
    ...time,
    ...(random && { random }),
    onRetry(event) {
      telemetry?.count('storage.retries', {
        'stowage.storage': storage.name,
        'stowage.operation': event.op,
        'error.type': event.error.code,
      })
      options.retry?.onRetry?.(event)
    },
  })
  return telemetry ? trace(retried, { telemetry }) : retried
}
