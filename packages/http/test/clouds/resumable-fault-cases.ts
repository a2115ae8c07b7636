import { StowageError } from '@stowage/core/contracts'
import { type Fault, failAfter, failBefore } from '@stowage/testkit'
import { expect, it } from 'vitest'
import { type Cloud, type CloudWorld, HOUR, MIB, openCloudWorld, pdf, sha256 } from './world.ts'

const PART = 5 * MIB
const FILE = pdf(2 * PART + 300_000)
const FIRST_END = PART + 200_000
const faults: Record<string, (error: unknown) => Fault> = { before: failBefore, after: failAfter }

async function* chunks(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.byteLength; at += 65_536) yield bytes.subarray(at, at + 65_536)
}

/** What a client does: it sends in two requests, and goes on from where it is told to, whatever fails. */
async function persistent({ stowage, clock }: CloudWorld) {
  const assets = stowage.as({ id: 'alice' })
  let id: string | null = null
  for (let tries = 0; tries < 12; tries += 1) {
    try {
      id ??= (await assets.createResumable({ sizeBytes: FILE.byteLength })).id
      const { state, offsetBytes } = await assets.resumableOffset(id)
      if (state === 'done') return await assets.getResumable(id)
      if (state === 'verifying') {
        await clock.advance(HOUR)
        await stowage.sweep()
        continue
      }
      const end = offsetBytes < FIRST_END ? FIRST_END : FILE.byteLength
      await assets.appendResumable(id, { offsetBytes, body: chunks(FILE.subarray(offsetBytes, end)) })
    } catch (error) {
      if (!(error instanceof StowageError) || !['unavailable', 'conflict'].includes(error.code)) throw error
    }
  }
  throw new Error('It does not come to an end.')
}

const open = (cloud: Cloud) => openCloudWorld(cloud, { resumable: { partBytes: PART }, quota: { count: 2 } })

/** Every call to the storage that a resumable upload makes, failing. */
export function resumableFaultCases(cloudOf: () => Cloud): void {
  it('C12, C13: lose no byte that was told, and become one asset, whichever call of the storage fails', async () => {
    const usual = await open(cloudOf())
    const from = usual.storage.calls.length
    await persistent(usual)
    const counts = new Map<string, number>()
    const calls = usual.storage.calls.slice(from).map(({ op }) => {
      counts.set(op, (counts.get(op) ?? 0) + 1)
      return { op, nth: counts.get(op) ?? 0 }
    })
    expect([counts.get('multipart.putPart'), counts.get('put')]).toEqual([3, 1])
    for (const { op, nth } of calls) {
      for (const [when, fault] of Object.entries(faults)) {
        const world = await open(cloudOf())
        world.storage.inject({ on: op, nth, fault: fault(new StowageError('unavailable', 'Injected.')) })
        const what = `${op} #${nth} fails ${when}`
        const done = await persistent(world).catch((error: unknown) => expect.fail(`${what}: ${error}`))
        world.storage.heal()
        expect(done.asset, what).toMatchObject({ sha256: sha256(FILE), sizeBytes: FILE.byteLength })
        await world.expectNothingLeft(1).catch(error => expect.fail(`${what}: ${error}`))
      }
    }
  })
}
