import { type Clock, StowageError } from '@stowage/core/contracts'

/** One thing that goes wrong, or waits. */
export type Fault =
  /** The call fails and has done nothing. */
  | { readonly kind: 'failBefore'; readonly error: unknown }
  /** The call has its effect, and its answer is lost. */
  | { readonly kind: 'failAfter'; readonly error: unknown }
  /** The bytes break off: those that a write takes, or those that a read gives. */
  | { readonly kind: 'failStream'; readonly afterBytes: number; readonly error: unknown }
  /** The bytes end early, as if that were all. */
  | { readonly kind: 'truncate'; readonly afterBytes: number }
  /** One bit of the byte at this offset is turned round. */
  | { readonly kind: 'flipBit'; readonly atByte: number }
  | { readonly kind: 'wait'; readonly when: 'before' | 'after'; readonly until: () => Promise<unknown> }

/** Which calls a fault strikes. */
export interface FaultRule {
  /** Name of the method, such as `put`, `multipart.complete` or `commit`; `*` is each of them. */
  readonly on: string
  /** Only the nth call that matches, counted from 1. Absent: each of them. */
  readonly nth?: number
  /** Only calls with such arguments. */
  readonly where?: (...args: readonly unknown[]) => boolean
  readonly fault: Fault
}

const injected = () => new StowageError('unavailable', 'An injected fault.')

/** Default error of each: `unavailable`. */
export const failBefore = (error: unknown = injected()): Fault => ({ kind: 'failBefore', error })
export const failAfter = (error: unknown = injected()): Fault => ({ kind: 'failAfter', error })
export const failStream = (afterBytes: number, error: unknown = injected()): Fault => ({ kind: 'failStream', afterBytes, error })
export const truncate = (afterBytes: number): Fault => ({ kind: 'truncate', afterBytes })
export const flipBit = (atByte: number): Fault => ({ kind: 'flipBit', atByte })

/** Holds the call for `ms` on a clock. */
export function delay(clock: Clock, ms: number, when: 'before' | 'after' = 'before'): Fault {
  return { kind: 'wait', when, until: () => new Promise<void>(resolve => clock.after(ms, resolve)) }
}

/** A door that calls wait at until it is opened. */
export interface Gate {
  /** Resolves when the first call has come to the door. */
  readonly reached: Promise<void>
  open(): void
  wait(): Promise<void>
}

export function gate(): Gate {
  const reached = Promise.withResolvers<void>()
  const opened = Promise.withResolvers<void>()
  return {
    reached: reached.promise,
    open: opened.resolve,
    wait() {
      reached.resolve()
      return opened.promise
    },
  }
}

/** Holds the call at a gate: `before` it does anything, or `after` its effect and before its answer. */
export const holdAt = (door: Gate, when: 'before' | 'after' = 'before'): Fault => ({
  kind: 'wait',
  when,
  until: () => door.wait(),
})
