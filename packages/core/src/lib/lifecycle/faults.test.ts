import type { AssetId, Assets } from '@stowage/core'
import { type Fault, type FaultControls, failAfter, failBefore, withFaults, withMetadataFaults } from '@stowage/testkit'
import { describe, expect, it } from 'vitest'
import { audit } from '../../../test/audit.ts'
import { chunked, openStowage, readAll } from '../../../test/open-stowage.ts'
import { StowageError } from '../contracts/errors.ts'
import { ownerOnly } from '../policy/ready-made.ts'

const alice = { id: 'alice' }
const OLD = Buffer.alloc(1000, 'old')
const NEW = Buffer.alloc(150_000, 'new')
const DAY = 86_400_000

type Step = (assets: Assets, id: AssetId) => Promise<unknown>
const steps: Record<string, Step> = {
  upload: assets => assets.upload({ body: chunked(NEW) }),
  'asset of a staged file': async assets => assets.create({ staged: (await assets.stage({ body: chunked(NEW) })).id }),
  replacement: (assets, id) => assets.replaceContent(id, { body: chunked(NEW) }),
  deletion: (assets, id) => assets.delete(id),
}

async function open() {
  let storageFaults: FaultControls | undefined
  let metadataFaults: FaultControls | undefined
  const opened = await openStowage({
    policy: ownerOnly(),
    wrapStorage: storage => {
      const wrapped = withFaults(storage)
      storageFaults = wrapped
      return wrapped
    },
    wrapMetadata: metadata => {
      const wrapped = withMetadataFaults(metadata)
      metadataFaults = wrapped
      return wrapped
    },
  })
  const controls = { storage: storageFaults as FaultControls, metadata: metadataFaults as FaultControls }
  const kept = await opened.stowage.as(alice).upload({ body: OLD })
  return { ...opened, controls, kept }
}

/** Each call that a step and the sweep behind it make, in their order. */
async function callsOf(step: Step): Promise<{ side: 'storage' | 'metadata'; op: string; nth: number }[]> {
  const { stowage, controls, kept, clock } = await open()
  const before = { storage: controls.storage.calls.length, metadata: controls.metadata.calls.length }
  await step(stowage.as(alice), kept.id)
  await clock.advance(DAY)
  await stowage.sweep()
  return (['storage', 'metadata'] as const).flatMap(side => {
    const counts = new Map<string, number>()
    return controls[side].calls.slice(before[side]).map(({ op }) => {
      counts.set(op, (counts.get(op) ?? 0) + 1)
      return { side, op, nth: counts.get(op) ?? 0 }
    })
  })
}

const errors: Record<string, (error: unknown) => Fault> = { before: failBefore, after: failAfter }

describe.each(Object.entries(steps))('an %s', (name, step) => {
  it('that fails at any call, before or after its effect, leaves rows and objects that agree', { timeout: 120_000 }, async () => {
    const calls = await callsOf(step)
    expect(calls.length).toBeGreaterThan(4)
    for (const { side, op, nth } of calls) {
      for (const [when, fault] of Object.entries(errors)) {
        const { stowage, controls, kept, clock, storage, metadata } = await open()
        controls[side].inject({ on: op, nth, fault: fault(new StowageError('unavailable', 'Injected.')) })
        const outcome = await step(stowage.as(alice), kept.id).then(
          () => 'done',
          () => 'failed',
        )
        const swept = async (): Promise<void> => {
          await clock.advance(DAY)
          await stowage.sweep().catch(() => undefined)
        }
        await swept()
        controls[side].heal()
        for (let i = 0; i < 3; i++) await swept()
        const what = `${name}: ${side}.${op} #${nth} fails ${when}: ${outcome}`
        const rows = await audit(storage, metadata)
        expect(expectedRows(name, outcome), what).toContain(rows.length)
        if (name === 'replacement') {
          const bytes = await readAll((await (await stowage.as(alice).content({ id: kept.id })).open()).body)
          const right = bytes.equals(NEW) || (outcome === 'failed' && bytes.equals(OLD))
          expect(right, what).toBe(true)
        }
      }
    }
  })
})

/** How many assets there may be: an acknowledged step took place; a failed one may have. */
function expectedRows(name: string, outcome: string): number[] {
  if (name === 'replacement') return [1]
  const done = name === 'deletion' ? 0 : 2
  return outcome === 'done' ? [done] : [1, done]
}
