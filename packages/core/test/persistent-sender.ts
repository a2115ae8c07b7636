import { createHash } from 'node:crypto'
import { type Fault, failAfter, failBefore } from '@stowage/testkit'
import { expect } from 'vitest'
import type { AppendInput, ResumableUpload } from '../src/lib/assets/interface/resumable-uploads.ts'
import { StowageError } from '../src/lib/contracts/errors.ts'
import { alice, type DirectWorld, expectNothingLeft, openDirect, type Place } from './direct-world.ts'
import { chunked } from './open-stowage.ts'

const HOUR = 60 * 60 * 1000
/** How often a client goes on, besides as often as it has to. */
const TRIES = 12

export const FILE = Buffer.concat([Buffer.from('%PDF-1.7 '), Buffer.from(Array.from({ length: 5000 }, (_, i) => i % 251))])
export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
const options = { rowsInMemory: true, quota: { count: 2 }, resumable: { streamPartBytes: 2000, partBytes: 2000 } } as const
const faults: Record<string, (error: unknown) => Fault> = { before: failBefore, after: failAfter }

export interface Sending {
  /** Where its requests end, besides the last one. */
  readonly ends: readonly number[]
  /** Whether each has one. Default: none has. */
  readonly checksum?: boolean
  /** When the length of the file is told. Default: at the beginning. */
  readonly length?: 'with the last byte' | 'after the last byte'
}

/** What a client of tus does: begins, sends, and goes on from where it is told to, whatever fails. */
async function persistent(world: DirectWorld, sending: Sending): Promise<ResumableUpload> {
  const assets = world.stowage.as(alice)
  let id: string | null = null
  for (let tries = 0; tries < TRIES + sending.ends.length; tries += 1) {
    try {
      id ??= (await assets.createResumable(sending.length ? {} : { sizeBytes: FILE.byteLength })).id
      const { state, offsetBytes } = await assets.resumableOffset(id)
      if (state === 'done') return await assets.getResumable(id)
      if (state === 'verifying') {
        await world.clock.advance(HOUR)
        await world.stowage.sweep()
      } else await assets.appendResumable(id, requestFrom(offsetBytes, sending))
    } catch (error) {
      if (!(error instanceof StowageError) || !['unavailable', 'conflict'].includes(error.code)) throw error
    }
  }
  throw new Error('It does not come to an end.')
}

function requestFrom(offsetBytes: number, { ends, checksum, length }: Sending): AppendInput {
  const end = ends.find(one => one > offsetBytes) ?? FILE.byteLength
  const bytes = FILE.subarray(offsetBytes, end)
  const tells = length === 'after the last byte' ? offsetBytes === FILE.byteLength : length && end === FILE.byteLength
  return {
    offsetBytes,
    body: chunked(bytes, 700),
    ...(checksum && { checksum: { algorithm: 'sha256', value: sha256(bytes) } }),
    ...(tells && { declareBytes: FILE.byteLength }),
  }
}

type Side = 'storage' | 'metadata'

/** Lets each call of an upload fail, before and after its effect. @returns how many there are */
export async function withEachCallFailing(
  place: Place,
  sending: Sending,
  sides: readonly Side[] = ['storage', 'metadata'],
): Promise<number> {
  const calls = await callsOf(place, sending, sides)
  for (const { side, op, nth } of calls) {
    for (const [when, fault] of Object.entries(faults)) {
      const world = await openDirect(place, options)
      world[side].inject({ on: op, nth, fault: fault(new StowageError('unavailable', 'Injected.')) })
      const what = `${side}.${op} #${nth} fails ${when}`
      const done = await persistent(world, sending).catch((error: unknown) => expect.fail(`${what}: ${error}`))
      world[side].heal()
      expect(done.asset, what).toMatchObject({ sha256: sha256(FILE), sizeBytes: FILE.byteLength })
      expect((await world.stowage.as(alice).list()).items, what).toHaveLength(1)
      await expectNothingLeft(world, 1).catch(error => expect.fail(`${what}: ${error}`))
    }
  }
  return calls.length
}

async function callsOf(place: Place, sending: Sending, sides: readonly Side[]) {
  const world = await openDirect(place, options)
  const before = { storage: world.storage.calls.length, metadata: world.metadata.calls.length }
  await persistent(world, sending)
  return sides.flatMap(side => {
    const counts = new Map<string, number>()
    return world[side].calls.slice(before[side]).map(({ op }) => {
      counts.set(op, (counts.get(op) ?? 0) + 1)
      return { side, op, nth: counts.get(op) ?? 0 }
    })
  })
}
