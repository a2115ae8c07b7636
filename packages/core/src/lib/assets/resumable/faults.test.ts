import { createHash } from 'node:crypto'
import { type Fault, failAfter, failBefore } from '@stowage/testkit'
import { describe, expect, it, vi } from 'vitest'
import { alice, type DirectWorld, expectNothingLeft, openDirect } from '../../../../test/direct-world.ts'
import { chunked } from '../../../../test/open-stowage.ts'
import { StowageError } from '../../contracts/errors.ts'
import type { ResumableUpload } from '../interface/resumable-uploads.ts'

// Other work on the machine must not make these fail.
vi.setConfig({ testTimeout: 180_000 })

const HOUR = 60 * 60 * 1000
const PDF = Buffer.concat([Buffer.from('%PDF-1.7 '), Buffer.from(Array.from({ length: 5000 }, (_, i) => i % 251))])
const sha256 = createHash('sha256').update(PDF).digest('hex')
const faults: Record<string, (error: unknown) => Fault> = { before: failBefore, after: failAfter }
const away = () => new StowageError('unavailable', 'Injected.')
const options = { rowsInMemory: true, quota: { count: 2 }, resumable: { streamPartBytes: 2000, partBytes: 2000 } } as const
const PLACES = ['memory', 'memory in least parts'] as const

/** What a client of tus does: begins, sends in two requests, and goes on from where it is told to, whatever fails. */
async function persistent(world: DirectWorld): Promise<ResumableUpload> {
  const assets = world.stowage.as(alice)
  let id: string | null = null
  for (let tries = 0; tries < 12; tries += 1) {
    try {
      id ??= (await assets.createResumable({ sizeBytes: PDF.byteLength })).id
      const { state, offsetBytes } = await assets.resumableOffset(id)
      if (state === 'done') return await assets.getResumable(id)
      if (state === 'verifying') {
        await world.clock.advance(HOUR)
        await world.stowage.sweep()
      } else {
        const end = offsetBytes < 3000 ? 3000 : PDF.byteLength
        await assets.appendResumable(id, { offsetBytes, body: chunked(PDF.subarray(offsetBytes, end), 700) })
      }
    } catch (error) {
      if (!(error instanceof StowageError) || !['unavailable', 'conflict'].includes(error.code)) throw error
    }
  }
  throw new Error('It does not come to an end.')
}

async function callsOf(place: (typeof PLACES)[number]) {
  const world = await openDirect(place, options)
  const before = { storage: world.storage.calls.length, metadata: world.metadata.calls.length }
  await persistent(world)
  return (['storage', 'metadata'] as const).flatMap(side => {
    const counts = new Map<string, number>()
    return world[side].calls.slice(before[side]).map(({ op }) => {
      counts.set(op, (counts.get(op) ?? 0) + 1)
      return { side, op, nth: counts.get(op) ?? 0 }
    })
  })
}

describe.each(PLACES)('a resumable upload on %s', place => {
  it('C12, C13: of which any call fails, before or after its effect, loses no byte that was told, and is one asset', async () => {
    const calls = await callsOf(place)
    expect(calls.length).toBeGreaterThan(15)
    for (const { side, op, nth } of calls) {
      for (const [when, fault] of Object.entries(faults)) {
        const world = await openDirect(place, options)
        world[side].inject({ on: op, nth, fault: fault(away()) })
        const what = `${side}.${op} #${nth} fails ${when}`
        const done = await persistent(world).catch((error: unknown) => expect.fail(`${what}: ${error}`))
        world[side].heal()
        expect(done.asset, what).toMatchObject({ sha256, sizeBytes: PDF.byteLength })
        expect((await world.stowage.as(alice).list()).items, what).toHaveLength(1)
        await expectNothingLeft(world, 1).catch(error => expect.fail(`${what}: ${error}`))
      }
    }
  })
})

describe.each(['disk', 'memory in least parts'] as const)('a resumable upload on %s', place => {
  it('whose server dies in the middle of a part goes on from the last one that was acknowledged', async () => {
    const world = await openDirect(place, { resumable: { streamPartBytes: 2000, partBytes: 2000 } })
    const dying = world.stowage.as(alice)
    const { id } = await dying.createResumable({ sizeBytes: PDF.byteLength })
    // Nothing more of this process reaches the database: the row says that it is still writing.
    for (const nth of [3, 4]) world.metadata.inject({ on: 'commit', nth, fault: failBefore(away()) })
    await expect(dying.appendResumable(id, { offsetBytes: 0, body: chunked(PDF, 500) })).rejects.toMatchObject({
      code: 'unavailable',
    })
    world.metadata.heal()
    const later = (await world.open()).stowage.as(alice)
    const { offsetBytes } = await later.resumableOffset(id)
    expect(offsetBytes).toBe(2000)
    const done = await later.appendResumable(id, { offsetBytes, body: chunked(PDF.subarray(offsetBytes)) })
    expect(done.asset?.sha256).toBe(sha256)
    await expectNothingLeft(world, 1)
  })
})
