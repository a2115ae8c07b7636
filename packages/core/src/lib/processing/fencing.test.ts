import type { Change, MetadataStore, ProcessInput, Processor } from '@stowage/core/contracts'
import { fakeClock, type Gate, gate } from '@stowage/testkit'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { audit } from '../../../test/audit.ts'
import { openStowage } from '../../../test/open-stowage.ts'
import { processor, TEXT, text, words, wordsOf } from '../../../test/processors.ts'
import { isStowageError } from '../contracts/errors.ts'
import { ownerOnly } from '../policy/ready-made.ts'
import { processJob } from './job.ts'

const alice = { id: 'alice' }
const SECOND = 1000
const DAY = 86_400_000
const policy = ownerOnly()

/** A processor that waits at a door, and says afterwards what became of it. */
function heldProcessor(held: Gate, found: object = { late: true }) {
  const ends: unknown[] = []
  const made = processor(async input => {
    input.signal.addEventListener('abort', () => ends.push('told'))
    await held.wait()
    await input.report({ facts: { properties: { reported: true } } }).catch(error => ends.push(error))
    return { properties: { ...found } as Record<string, boolean> }
  })
  return { made, ends }
}

async function open(processors: readonly Processor[], more: object = {}) {
  const opened = await openStowage({ policy, processors, ...more })
  const assets = opened.stowage.as(alice)
  const upload = (body = 'one two three') => assets.upload({ body: text(body), ...TEXT })
  const get = (id: string | number) => assets.get({ id })
  return { ...opened, assets, upload, get }
}

const jobsOf = (metadata: MetadataStore) => metadata.listDueJobs(Number.MAX_SAFE_INTEGER, 100)

describe('C11: while an asset is processed', () => {
  it('a deletion wins: the result is thrown away, and nothing comes back (threat 79)', async () => {
    const held = gate()
    const { made, ends } = heldProcessor(held)
    const { stowage, assets, upload, metadata, storage, clock, events } = await open([made])
    const asset = await upload()
    const sweeping = stowage.sweep()
    await held.reached
    await assets.delete(asset.id)
    held.open()
    await sweeping
    expect(ends.some(end => isStowageError(end, 'conflict'))).toBe(true)
    await clock.advance(DAY)
    await stowage.sweep()
    await expect(assets.get({ id: asset.id })).rejects.toMatchObject({ code: 'not_found' })
    expect(await audit(storage, metadata)).toEqual([])
    expect(await jobsOf(metadata)).toEqual([])
    expect(events.map(({ type }) => type)).toEqual(['asset.ready', 'asset.deleted', 'asset.purged'])
  })

  it('a replacement wins: only the new bytes are spoken of', async () => {
    const held = gate()
    let first = true
    const made = processor(async input => {
      if (!first) return wordsOf(input)
      first = false
      await held.wait()
      return { width: 9, height: 9, properties: { words: 99, late: true } }
    })
    const { stowage, assets, upload, get, metadata, events } = await open([made])
    const asset = await upload()
    const sweeping = stowage.sweep()
    await held.reached
    const replaced = await assets.replaceContent(asset.id, { body: text('four words are here'), ...TEXT })
    expect(replaced).toMatchObject({ processing: 'pending', properties: {} })
    held.open()
    await sweeping
    await stowage.sweep()
    const done = await get(asset.id)
    expect(done).toMatchObject({ processing: 'done', properties: { words: 4 }, width: null, sizeBytes: 19 })
    expect(done.properties).not.toHaveProperty('late')
    expect(events.filter(({ type }) => type === 'asset.processed')).toHaveLength(1)
    expect((await jobsOf(metadata)).filter(({ type }) => type.startsWith('process'))).toEqual([])
  })

  it('a replacement by what nobody wants ends it', async () => {
    const { stowage, assets, upload, get } = await open([words()])
    const asset = await upload()
    const { processing } = await assets.replaceContent(asset.id, { body: Buffer.from([0, 1, 2, 255]) })
    expect(processing).toBe('none')
    await stowage.sweep()
    expect(await get(asset.id)).toMatchObject({ processing: 'none', properties: {} })
  })

  it('a failure of before is forgotten with its bytes', async () => {
    const fails = processor(async input => {
      const found = await wordsOf(input)
      if (found.properties?.words === 1) throw new Error('One word is no text.')
      return found
    })
    const { stowage, assets, upload, get, clock } = await open([fails])
    const asset = await upload('one')
    for (let i = 0; i < 9; i++) {
      await stowage.sweep()
      await clock.advance(SECOND)
    }
    expect(await get(asset.id)).toMatchObject({ processing: 'failed', processingError: expect.any(String) })
    expect(await assets.replaceContent(asset.id, { body: text('two words'), ...TEXT })).toMatchObject({
      processing: 'pending',
      processingError: null,
    })
    await stowage.sweep()
    expect(await get(asset.id)).toMatchObject({ processing: 'done', processingError: null, properties: { words: 2 } })
  })
})

describe('a worker that was thought dead', () => {
  it('changes nothing: not the facts, not the state, not what the other goes on from', async () => {
    const held = gate()
    const { made, ends } = heldProcessor(held)
    const slowClock = fakeClock()
    const slow = await open([made], { clock: slowClock })
    const asset = await slow.upload()
    const sweeping = slow.stowage.sweep()
    await held.reached
    const other = await open([words()], { at: slow.root })
    await other.clock.advance(60 * SECOND)
    expect(await other.stowage.sweep()).toMatchObject({ jobs: 1 })
    const done = await other.get(asset.id)
    expect(done).toMatchObject({ processing: 'done', properties: { words: 3 } })
    held.open()
    expect(await sweeping).toMatchObject({ jobs: 0 })
    expect(ends.some(end => isStowageError(end, 'conflict'))).toBe(true)
    expect(await other.get(asset.id)).toEqual(done)
    expect(slow.events.map(({ type }) => type)).toEqual(['asset.ready'])
  })
})

describe('C10: two workers', () => {
  it('share the work, and each file is worked on once', async () => {
    const seen: string[] = []
    const noted = (who: string) =>
      processor(async input => {
        seen.push(input.asset.id)
        return { properties: { by: who } }
      })
    const one = await open([noted('one')])
    const other = await open([noted('other')], { at: one.root, clock: one.clock })
    const ids = await Promise.all(Array.from({ length: 20 }, async () => (await one.upload()).id))
    await Promise.all([one.stowage.sweep(), other.stowage.sweep()])
    expect(seen.sort()).toEqual(ids.sort())
    for (const id of ids) expect(await one.get(id)).toMatchObject({ processing: 'done' })
  })
})

describe('deliveries', () => {
  it.each([1, 2, 3, 4, 5])('of the same work, %i times at once, late and in any order give the same result', async times => {
    const order: ProcessInput[] = []
    const doors = Array.from({ length: times }, () => gate())
    const made = processor(async input => {
      const door = doors[order.length]
      order.push(input)
      await door?.wait()
      return wordsOf(input)
    })
    const { stowage, upload, get, metadata, clock } = await open([made])
    const asset = await upload()
    const row = await metadata.getAsset({ kind: 'asset', id: String(asset.id) })
    if (!row) throw new Error('The asset is gone.')
    const deps = { clock, random: (bytes: number) => crypto.getRandomValues(new Uint8Array(bytes)) }
    const again = Array.from({ length: times - 1 }, (): Change => ({ op: 'enqueueJob', job: processJob(deps, row) }))
    if (again.length > 0) await metadata.commit(again)
    const sweeping = stowage.sweep()
    await Promise.all(doors.slice(0, 4).map(door => door.reached))
    // The last that came is the first to finish.
    for (const door of doors.toReversed()) door.open()
    await sweeping
    await clock.advance(60 * SECOND)
    await stowage.sweep()
    expect(await get(asset.id)).toMatchObject({ processing: 'done', processingError: null, properties: { words: 3 } })
    expect(await jobsOf(metadata)).toEqual([])
  })
})

describe('C9: after a worker', () => {
  /** Ten pages, each told with where to go on; `dies` is asked before each. */
  const pages = (seen: number[], dies: (page: number, input: ProcessInput) => Promise<void>): Processor =>
    processor(async input => {
      for (let page = Number(input.resume?.page ?? 0); page < 10; page++) {
        await dies(page, input)
        seen.push(page)
        await input.report({ facts: { properties: { pages: page + 1 } }, state: { page: page + 1 } })
      }
      return null
    })

  it('died, another goes on where it was', async () => {
    const seen: number[] = []
    const held = gate()
    // The clock of one that is dead stands still.
    const dead = await open([pages(seen, page => (page === 4 ? held.wait() : Promise.resolve()))])
    const asset = await dead.upload()
    const sweeping = dead.stowage.sweep()
    await held.reached
    const next = await open([pages(seen, async () => undefined)], { at: dead.root })
    await next.clock.advance(60 * SECOND)
    await next.stowage.sweep()
    expect(seen).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    expect(await next.get(asset.id)).toMatchObject({ processing: 'done', properties: { pages: 10 } })
    held.open()
    await sweeping
  })

  it('was stopped, the next goes on at once, with all its tries', async () => {
    const seen: number[] = []
    const held = gate()
    const untilTold = pages(seen, async (page, { signal }) => {
      if (page !== 4) return
      held.wait()
      await new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
    })
    const stopped = await open([untilTold], { workers: true })
    const asset = await stopped.upload()
    await held.reached
    await stopped.stowage.close()
    const next = await open([pages(seen, async () => undefined)], { at: stopped.root })
    const [job] = await jobsOf(next.metadata)
    expect(job).toMatchObject({ state: 'queued', attempts: 0 })
    expect(await next.stowage.sweep()).toMatchObject({ jobs: 1 })
    expect(seen).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    expect(await next.get(asset.id)).toMatchObject({ processing: 'done' })
  })

  it('was stopped, closing waits for no processor that does not listen', async () => {
    const held = gate()
    const deaf = await open([heldProcessor(held).made], { workers: true })
    await deaf.upload()
    await held.reached
    await deaf.stowage.close()
    const next = await open([words()], { at: deaf.root })
    expect(await next.stowage.sweep()).toMatchObject({ jobs: 1 })
    held.open()
  })

  it('died three times on the same file, its processing has failed', async () => {
    const doors = [gate(), gate(), gate()]
    const clock = fakeClock()
    let root: string | undefined
    let id: string | number = ''
    const sweeps: Promise<unknown>[] = []
    onTestFinished(async () => {
      for (const door of doors) door.open()
      await Promise.all(sweeps)
    })
    for (const door of doors) {
      const dead = await open([heldProcessor(door).made], {
        clock: fakeClock({ now: clock.now() }),
        ...(root ? { at: root } : {}),
      })
      root = dead.root
      if (id === '') id = (await dead.upload()).id
      sweeps.push(dead.stowage.sweep())
      await door.reached
      await clock.advance(60 * SECOND)
    }
    const last = await open([words()], { at: root, clock })
    expect(await last.stowage.sweep()).toMatchObject({ jobs: 1, failures: 0 })
    expect(await last.get(id)).toMatchObject({
      state: 'ready',
      processing: 'failed',
      processingError: expect.stringMatching(/3 times/),
      properties: {},
    })
    expect(last.events.map(({ type }) => type)).toEqual(['asset.processing_failed'])
    expect(await jobsOf(last.metadata)).toEqual([])
  })
})

describe('workers in the background', () => {
  it('begin as soon as a file is stored', async () => {
    const { upload, get } = await open([words()], { workers: true })
    const { id } = await upload()
    await vi.waitFor(async () => expect(await get(id)).toMatchObject({ processing: 'done' }), { timeout: 15_000 })
  })

  it('leave the work of kinds that they do not know to others', async () => {
    const one = await open([words()], { name: 'photo' })
    const { id } = await one.upload()
    const other = await open([words()], { name: 'song', at: one.root })
    expect(await other.stowage.sweep()).toMatchObject({ jobs: 0, failures: 0 })
    expect(await one.get(id)).toMatchObject({ processing: 'pending' })
    expect(await one.stowage.sweep()).toMatchObject({ jobs: 1 })
  })
})
