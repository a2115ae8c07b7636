import type { ServerResponse } from 'node:http'
import type { MetadataStore, StorageAdapter } from '@stowage/core/contracts'
import { type Fault, type FaultControls, withFaults, withMetadataFaults } from '@stowage/testkit'
import type { Phase } from './crash-point.ts'
import { crashPoint } from './crash-points.ts'
import { die, dieAfter, dyingBody } from './die.ts'
import { strikeDisk } from './strike-disk.ts'

/** Which point strikes, at which of its calls. */
export interface CrashPlan {
  readonly point: string
  /** Counted from 1, once the plan is armed. */
  readonly nth: number
  /** Bytes that pass before a body is broken off. */
  readonly afterBytes: number
  /** How long after a call the process dies where the point says `during`. */
  readonly delayMs: number
}

/** What may kill this process: stands between the server and its places. */
export interface Crash {
  readonly storage: StorageAdapter
  readonly metadata: MetadataStore
  /** To be called for each answer to a write. */
  answer(response: ServerResponse): void
  /** From now on the plan's point strikes. */
  arm(plan: CrashPlan): Promise<void>
}

type Counted = 'body' | 'answer' | 'some deleted'

/** Wraps the places. `held` is called where a point waits for the parent instead of dying by itself. */
export function createCrash(places: { storage: StorageAdapter; metadata: MetadataStore }, held: () => void): Crash {
  let armed: CrashPlan | null = null
  let seen = 0
  const due = (what: Counted): Phase | null => {
    const strike = armed && crashPoint(armed.point).strike
    if (!armed || strike?.on !== what) return null
    seen += 1
    return seen === armed.nth ? strike.phase : null
  }
  const storage = withFaults(places.storage)
  const metadata = withMetadataFaults(places.metadata)
  return {
    metadata,
    storage: {
      ...storage,
      put(key, body, options) {
        const phase = body instanceof Uint8Array ? null : due('body')
        if (phase === null || body instanceof Uint8Array) return storage.put(key, body, options)
        return storage.put(key, dyingBody(body, armed?.afterBytes ?? 0, phase), options)
      },
      async delete(keys, options) {
        if (keys.length < 2 || due('some deleted') === null) return storage.delete(keys, options)
        await storage.delete(keys.slice(0, 1), options)
        return die()
      },
    },
    answer(response) {
      const phase = due('answer')
      if (phase === 'after') response.on('finish', die)
      else if (phase !== null) response.writeHead = () => die() as never
    },
    async arm(plan) {
      armed = plan
      await inject(plan, { storage, metadata, held })
    },
  }
}

interface Targets {
  readonly storage: FaultControls
  readonly metadata: FaultControls
  readonly held: () => void
}

async function inject(plan: CrashPlan, { storage, metadata, held }: Targets): Promise<void> {
  const { strike } = crashPoint(plan.point)
  const { nth } = plan
  const when = strike.phase === 'after' ? 'after' : 'before'
  const until = strike.phase === 'during' ? async () => dieAfter(plan.delayMs) : die
  const fault: Fault = { kind: 'wait', when, until }
  if (strike.on === 'commit') {
    const where = (changes: unknown): boolean => strike.holds(changes as Parameters<typeof strike.holds>[0])
    metadata.inject({ on: 'commit', nth, fault, where })
  } else if (strike.on === 'metadata') {
    metadata.inject({ on: strike.op, nth, fault })
  } else if (strike.on === 'storage') {
    storage.inject({ on: strike.op, nth, fault })
  } else if (strike.on === 'held delete') {
    storage.inject({ on: 'delete', nth, fault: { kind: 'wait', when, until: () => waitForParent(held) } })
  } else if (strike.on === 'disk') {
    strikeDisk(strike.call, when, nth)
  }
}

function waitForParent(held: () => void): Promise<never> {
  held()
  return new Promise(() => undefined)
}
