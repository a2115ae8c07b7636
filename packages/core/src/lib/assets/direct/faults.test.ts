import { type Fault, failAfter, failBefore } from '@stowage/testkit'
import { describe, expect, it, vi } from 'vitest'
import { alice, type DirectWorld, expectNothingLeft, openDirect, sendAll } from '../../../../test/direct-world.ts'
import { StowageError } from '../../contracts/errors.ts'

// Other work on the machine must not make these fail.
vi.setConfig({ testTimeout: 180_000 })

const HOUR = 60 * 60 * 1000
const PDF = Buffer.concat([Buffer.from('%PDF-1.7 '), Buffer.alloc(5000, 7)])
const errors: Record<string, (error: unknown) => Fault> = { before: failBefore, after: failAfter }
const away = () => new StowageError('unavailable', 'Injected.')

type Step = (world: DirectWorld) => Promise<unknown>

const begin = (world: DirectWorld, method: 'put' | 'multipart') =>
  world.stowage.as(alice).beginUpload({ sizeBytes: PDF.byteLength, method })

async function whole(world: DirectWorld, method: 'put' | 'multipart'): Promise<unknown> {
  const assets = world.stowage.as(alice)
  const begun = await begin(world, method)
  await sendAll(world, assets, begun, PDF)
  await assets.completeUpload(begun.id)
  // A large one is made by a job.
  await world.stowage.sweep()
  return (await assets.getUpload(begun.id)).asset ?? Promise.reject(new Error('It is not there yet.'))
}

const steps: Record<string, [step: Step, options: Parameters<typeof openDirect>[1], made: number]> = {
  'upload by put': [world => whole(world, 'put'), {}, 1],
  'upload by parts': [world => whole(world, 'multipart'), {}, 1],
  'upload that a job verifies': [world => whole(world, 'multipart'), { directUploads: { verifyInJobBytes: 100 } }, 1],
  abort: [
    async world => {
      const begun = await begin(world, 'multipart')
      await sendAll(world, world.stowage.as(alice), begun, PDF)
      await world.stowage.as(alice).abortUpload(begun.id)
    },
    {},
    0,
  ],
}

/** Each call that a step makes, in their order. */
async function callsOf(step: Step, options: Parameters<typeof openDirect>[1]) {
  const world = await openDirect('memory', { ...options, rowsInMemory: true })
  const before = { storage: world.storage.calls.length, metadata: world.metadata.calls.length }
  await step(world)
  return (['storage', 'metadata'] as const).flatMap(side => {
    const counts = new Map<string, number>()
    return world[side].calls.slice(before[side]).map(({ op }) => {
      counts.set(op, (counts.get(op) ?? 0) + 1)
      return { side, op, nth: counts.get(op) ?? 0 }
    })
  })
}

describe.each(Object.entries(steps))('a direct %s', (name, [step, options, made]) => {
  it('C12, C13: that fails at any call, before or after its effect, leaves nothing but what was acknowledged', {
    timeout: 180_000,
  }, async () => {
    const calls = await callsOf(step, { ...options, quota: { count: 1 } })
    expect(calls.length).toBeGreaterThan(4)
    for (const { side, op, nth } of calls) {
      for (const [when, fault] of Object.entries(errors)) {
        const world = await openDirect('memory', { ...options, rowsInMemory: true, quota: { count: 1 } })
        world[side].inject({ on: op, nth, fault: fault(away()) })
        const outcome = await step(world).then(
          () => 'done',
          () => 'failed',
        )
        world[side].heal()
        const what = `${name}: ${side}.${op} #${nth} fails ${when}: ${outcome}`
        const kept = (await world.stowage.as(alice).list()).items.length
        if (outcome === 'done') expect(kept, what).toBe(made)
        await world.clock.advance(HOUR)
        await world.stowage.sweep()
        const later = (await world.stowage.as(alice).list()).items.length
        expect(later, what).toBeGreaterThanOrEqual(kept)
        expect(later, what).toBeLessThanOrEqual(made)
        await expectNothingLeft(world, later).catch(error => expect.fail(`${what}: ${error}`))
      }
    }
  })
})

describe('the completion of a direct upload', () => {
  it.each(['put', 'multipart'] as const)(
    'by %s that failed at any call is done when it is asked for again',
    { timeout: 180_000 },
    async method => {
      const calls = await callsOf(world => whole(world, method), {})
      let tried = 0
      for (const { side, op, nth } of calls.filter(({ op: called }) => !called.startsWith('presign'))) {
        for (const [when, fault] of Object.entries(errors)) {
          const world = await openDirect('memory', { rowsInMemory: true })
          const assets = world.stowage.as(alice)
          const begun = await begin(world, method)
          await sendAll(world, assets, begun, PDF)
          const already = world[side].calls.filter(call => call.op === op).length
          if (nth <= already) continue
          tried += 1
          world[side].inject({ on: op, nth: nth - already, fault: fault(away()) })
          await assets.completeUpload(begun.id).catch(() => undefined)
          world[side].heal()
          const { asset, state } = await assets.completeUpload(begun.id)
          const what = `${side}.${op} #${nth} fails ${when}: ${state}`
          if (state === 'verifying') continue
          expect(asset?.sizeBytes, what).toBe(PDF.byteLength)
          expect((await assets.list()).items, what).toHaveLength(1)
        }
      }
      expect(tried).toBeGreaterThan(10)
    },
  )

  it('that died on the way goes on in another process, by a job, once somebody asks', async () => {
    const world = await openDirect('disk')
    const dying = world.stowage.as(alice)
    const begun = await begin(world, 'put')
    await sendAll(world, dying, begun, PDF)
    // Nothing more of this process reaches the database.
    world.metadata.inject({ on: 'commit', nth: 2, fault: failBefore(away()) })
    world.metadata.inject({ on: 'commit', nth: 3, fault: failBefore(away()) })
    await expect(dying.completeUpload(begun.id)).rejects.toMatchObject({ code: 'unavailable' })
    const { stowage } = await world.open()
    const assets = stowage.as(alice)
    expect(await assets.completeUpload(begun.id)).toMatchObject({ state: 'verifying' })
    await world.clock.advance(HOUR)
    expect(await assets.getUpload(begun.id)).toMatchObject({ state: 'verifying' })
    await stowage.sweep()
    expect(await assets.getUpload(begun.id)).toMatchObject({ state: 'done', asset: { sizeBytes: PDF.byteLength } })
    world.metadata.heal()
    await expectNothingLeft(world, 1)
  })

  it('C2: an upload in parts whose id was never written down is found by its key', async () => {
    const world = await openDirect('disk', { quota: { count: 1 } })
    world.metadata.inject({ on: 'commit', nth: 2, fault: failBefore(away()) })
    world.metadata.inject({ on: 'getUpload', nth: 1, fault: failBefore(away()) })
    await expect(begin(world, 'multipart')).rejects.toMatchObject({ code: 'unavailable' })
    expect(await world.unfinished()).toBe(1)
    world.metadata.heal()
    await expectNothingLeft(world, 0)
  })
})
