import { availableParallelism } from 'node:os'
import type { Clock } from '@stowage/core/contracts'
import { integerOption } from '../options.ts'

/** Bounds of the processes that read strangers' files. */
export interface ParserPoolOptions {
  /** Processes at the same time, 1 to 64. Default: as many as the machine runs at once. */
  readonly children?: number
  /** Files that one process reads before it is replaced, 1 to 100,000. Default 200. */
  readonly tasksPerChild?: number
  /** Time after which an idle process ends, from 0. Default 60,000. */
  readonly idleMs?: number
  /** Files that wait for a process; more are refused with `unavailable`, 1 to 100,000. Default 1,000. */
  readonly waiting?: number
  /** What one file may take, where its task says nothing else: time from 10, default 5,000. */
  readonly deadlineMs?: number
  /** Resident memory of a process, 128 to 65,536. Default 256, for pictures 512. */
  readonly memoryMiB?: number
  /** How long `close` waits for files that are being read, from 0. Default 5,000. */
  readonly closeMs?: number
  /** Default: the machine's. */
  readonly clock?: Clock
}

export type PoolLimits = Required<ParserPoolOptions>

/** @throws StowageError `invalid_request` */
export function poolLimits(options: ParserPoolOptions): PoolLimits {
  const ms = { min: 0, max: 2 ** 31 - 1 }
  return {
    children: integerOption('pool.children', options.children, {
      min: 1,
      max: 64,
      default: Math.min(64, availableParallelism()),
    }),
    tasksPerChild: integerOption('pool.tasksPerChild', options.tasksPerChild, { min: 1, max: 100_000, default: 200 }),
    idleMs: integerOption('pool.idleMs', options.idleMs, { ...ms, default: 60_000 }),
    waiting: integerOption('pool.waiting', options.waiting, { min: 1, max: 100_000, default: 1000 }),
    deadlineMs: integerOption('pool.deadlineMs', options.deadlineMs, { ...ms, min: 10, default: 5000 }),
    memoryMiB: integerOption('pool.memoryMiB', options.memoryMiB, { min: 128, max: 65_536, default: 256 }),
    closeMs: integerOption('pool.closeMs', options.closeMs, { ...ms, default: 5000 }),
    clock: options.clock ?? machineClock(),
  }
}

function machineClock(): Clock {
  return {
    now: () => Date.now(),
    after(delayMs, run) {
      const timer = setTimeout(run, delayMs)
      timer.unref()
      return () => clearTimeout(timer)
    },
  }
}
