import type { StowageError } from '@stowage/core/contracts'
import { unavailable } from './failures.ts'
import { frames } from './frames.ts'
import type { PoolLimits } from './pool-options.ts'
import type { Run, Running } from './run.ts'
import { type ChildListener, type ChildProcess, spawnChild } from './spawn.ts'

/** A child of the pool, and what it has done. */
export interface Member {
  readonly child: ChildProcess
  nextId(): number
  running: Running | null
}

interface Own extends Member {
  /** `resting`: between its answer and its word that it is ready for more. */
  state: 'starting' | 'idle' | 'working' | 'resting'
  tasks: number
  /** Tasks whose code it has loaded. */
  readonly loaded: Set<string>
  /** Resident memory while idle, by its own word. */
  idleBytes: number
  /** Its word that it is ready has come with its answer, before the answer was taken. */
  early: Uint8Array | null
  cancelTimer: () => void
}

export interface MembersOptions {
  readonly limits: PoolLimits
  readonly tasks: URL
  readonly startMs: number
  readonly heapMiB: number
  /** A member has become free, or a place. */
  readonly onFree: () => void
  /** A member could not be started. */
  readonly onLost: (error: StowageError) => void
}

export interface PoolMembers {
  /** A free member for this run, the one that knows its task first; null: none. */
  take(run: Run): Member | null
  giveBack(member: Member): void
  /** Starts as many as this much waiting work can use. */
  startFor(waiting: number): void
  /** Resolves once nothing runs. */
  quiet(): Promise<void>
  /** Ends all of them; what still runs fails with this error. */
  end(error: StowageError): Promise<void>
}

/** Of what a task may use, how much may be in use before it begins. */
const IDLE_SHARE = 3 / 4
const MiB = 1024 * 1024

export function poolMembers({ limits, tasks, startMs, heapMiB, onFree, onLost }: MembersOptions): PoolMembers {
  const { clock } = limits
  const members = new Set<Own>()
  let onQuiet: (() => void) | null = null

  const count = (...states: readonly Own['state'][]): number => [...members].filter(({ state }) => states.includes(state)).length
  /** At its last task: another one may be started beside it. */
  const leaves = (member: Own): boolean => member.tasks >= limits.tasksPerChild

  function start(): void {
    let lastId = 0
    const child = spawnChild({ tasks, heapMiB, listener: listenerOf(() => member) })
    const nextId = (): number => ++lastId
    const loaded = new Set<string>()
    const member: Own = {
      child,
      nextId,
      running: null,
      state: 'starting',
      tasks: 0,
      loaded,
      idleBytes: 0,
      early: null,
      cancelTimer: nothing,
    }
    members.add(member)
    awaitReady(member)
  }

  function listenerOf(own: () => Own): ChildListener {
    return {
      maxBytes: kind => (kind === frames.ready && own().state !== 'idle' && own().early === null ? 8 : null),
      onFrame: ({ payload }) => {
        if (payload.length !== 8) own().child.kill()
        else if (own().state === 'working') own().early = payload
        else rest(own(), payload)
      },
      onBroken: () => own().child.kill(),
      onEnded: () => remove(own()),
    }
  }

  function awaitReady(member: Own): void {
    member.cancelTimer = clock.after(startMs, () => member.child.kill())
  }

  function rest(member: Own, payload: Uint8Array): void {
    member.cancelTimer()
    member.state = 'idle'
    member.early = null
    member.idleBytes = Buffer.from(payload).readDoubleLE(0)
    member.child.hold(false)
    member.cancelTimer = clock.after(limits.idleMs, () => drop(member))
    onFree()
  }

  function drop(member: Own): void {
    member.cancelTimer()
    members.delete(member)
    member.child.kill()
  }

  function remove(member: Own): void {
    const { state } = member
    if (!members.has(member)) return
    drop(member)
    if (state === 'starting') onLost(unavailable('A parser process ended before it was ready.'))
    else onFree()
  }

  function startOne(): boolean {
    try {
      start()
      return true
    } catch (cause) {
      setImmediate(onLost, unavailable('A parser process could not be started.', cause))
      return false
    }
  }

  return {
    take({ task, limits: { memoryMiB } }) {
      const idle = [...members].filter(({ state, child }) => state === 'idle' && !child.gone)
      const fit = idle.filter(({ tasks, idleBytes }) => tasks === 0 || idleBytes <= memoryMiB * MiB * IDLE_SHARE)
      const member = fit.findLast(({ loaded }) => loaded.has(task)) ?? fit.at(-1)
      if (!member) {
        // They have grown: others take their places.
        if (members.size >= limits.children && idle[0]) drop(idle[0])
        return null
      }
      member.cancelTimer()
      member.state = 'working'
      member.tasks++
      member.loaded.add(task)
      member.child.hold(true)
      return member
    },
    giveBack(given) {
      const member = given as Own
      member.running = null
      if (member.child.gone || leaves(member)) drop(member)
      else if (member.early) rest(member, member.early)
      else {
        member.state = 'resting'
        awaitReady(member)
      }
      if (count('working') === 0) onQuiet?.()
      onFree()
    },
    startFor(waiting) {
      const staying = [...members].filter(member => !leaves(member)).length
      const wanted = Math.min(waiting - count('starting', 'resting'), limits.children - staying)
      for (let started = 0; started < wanted && startOne(); ) started++
    },
    quiet: () =>
      new Promise(resolve => {
        if (count('working') === 0) resolve()
        else onQuiet = resolve
      }),
    async end(error) {
      const ended = [...members].map(({ child }) => child.ended)
      for (const member of [...members]) {
        member.running?.stop(error)
        drop(member)
      }
      await Promise.all(ended)
    },
  }
}

function nothing(): void {
  return
}
