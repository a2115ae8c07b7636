import type { Inspector, Processor } from '@stowage/core/contracts'
import { describe, expect, it } from 'vitest'
import { openStowage, readAll } from '../../../test/open-stowage.ts'
import { processor, TEXT, text, words, wordsOf } from '../../../test/processors.ts'
import { StowageError } from '../contracts/errors.ts'
import { ownerOnly } from '../policy/ready-made.ts'

const alice = { id: 'alice' }
const SECOND = 1000
const policy = ownerOnly()
const broken = (message: string, name = 'words'): Processor =>
  processor(() => Promise.reject(new StowageError('unprocessable', message)), name)

async function open(processors: readonly Processor[], more: object = {}) {
  const opened = await openStowage({ policy, processors, ...more })
  const assets = opened.stowage.as(alice)
  const upload = (body = 'one two three') => assets.upload({ body: text(body), ...TEXT, filename: 'a.txt' })
  const get = (id: string | number) => assets.get({ id })
  /** Works what is due now and later, for as long as a job is tried again. */
  const workAll = async () => {
    for (let i = 0; i < 20; i++) {
      await opened.stowage.sweep()
      await opened.clock.advance(SECOND)
    }
  }
  const told = (type: string) => opened.events.filter(event => event.type === type)
  return { ...opened, assets, upload, get, workAll, told }
}

describe('processing', () => {
  it('goes from pending to done, and what was found stands in the record', async () => {
    const { stowage, upload, get, events } = await open([words(), processor(async () => ({ width: 3, height: 4 }), 'size')])
    const asset = await upload()
    expect(asset).toMatchObject({ state: 'ready', processing: 'pending', processingError: null, properties: {} })
    expect(await stowage.sweep()).toMatchObject({ jobs: 1, failures: 0 })
    expect(await get(asset.id)).toMatchObject({
      processing: 'done',
      processingError: null,
      processingProgress: null,
      width: 3,
      height: 4,
      properties: { words: 3 },
    })
    expect(events.map(({ type, step, fraction }) => [type, step, fraction])).toEqual([
      ['asset.ready', undefined, undefined],
      ['asset.progress', 'words', 1],
      ['asset.progress', 'size', 1],
      ['asset.processed', undefined, undefined],
    ])
    expect(events.at(-1)).toMatchObject({ assetId: asset.id, version: (await get(asset.id)).version })
  })

  it('reads all of the stored bytes, or a part of them', async () => {
    const seen: string[] = []
    const reader = processor(async ({ open, asset }) => {
      seen.push((await readAll(await open())).toString(), (await readAll(await open({ start: 4, end: 6 }))).toString())
      seen.push(`${asset.filename} ${asset.contentType} ${asset.sizeBytes}`)
      return null
    })
    const { stowage, upload } = await open([reader])
    await upload()
    await stowage.sweep()
    expect(seen).toEqual(['one two three', 'two', 'a.txt text/plain 13'])
  })

  it('costs an upload nothing where nobody wants the file: no job, no other state', async () => {
    const { stowage, assets, metadata } = await open([words()])
    const asset = await assets.upload({ body: Buffer.from([0, 1, 2, 255]) })
    expect(asset).toMatchObject({ contentType: 'application/octet-stream', processing: 'none' })
    expect(await metadata.listDueJobs(Number.MAX_SAFE_INTEGER, 10)).toEqual([])
    expect(await stowage.sweep()).toMatchObject({ jobs: 0 })
  })

  it('takes as many files at once as it may', async () => {
    let now = 0
    let most = 0
    const counting = processor(async input => {
      most = Math.max(most, ++now)
      const found = await wordsOf(input)
      now -= 1
      return found
    })
    const { stowage, upload } = await open([counting], { jobsAtOnce: 1 })
    await Promise.all([upload(), upload(), upload()])
    expect(await stowage.sweep()).toMatchObject({ jobs: 3 })
    expect(most).toBe(1)
    await expect(open([], { jobsAtOnce: 0 })).rejects.toMatchObject({ code: 'invalid_request' })
  })

  it('is not for kinds that want none', async () => {
    const { upload } = await open([words()], { processing: false })
    expect(await upload()).toMatchObject({ processing: 'none' })
  })

  it('shows facts as they come, adds them to what inspectors found, and keeps them whatever fails later', async () => {
    const inspector: Inspector = { name: 'first', inspect: () => ({ properties: { first: true } }) }
    const shown: unknown[] = []
    const inSteps = processor(async ({ report, asset }) => {
      await report({ facts: { properties: { pages: 7 } } })
      shown.push((await opened.get(asset.id)).properties)
      await report({ facts: { properties: { title: 'A' } } })
      throw new StowageError('unprocessable', 'Page 3 is broken.')
    })
    const opened = await open([inSteps, words('count')], { inspectors: [inspector] })
    const asset = await opened.upload()
    await opened.stowage.sweep()
    expect(shown).toEqual([{ first: true, pages: 7 }])
    expect(await opened.get(asset.id)).toMatchObject({
      state: 'ready',
      processing: 'failed',
      processingError: 'Page 3 is broken.',
      properties: { first: true, pages: 7, title: 'A', words: 3 },
    })
    expect(opened.told('asset.processing_failed')).toMatchObject([{ assetId: asset.id, reason: 'Page 3 is broken.' }])
    expect((await readAll((await (await opened.assets.content({ id: asset.id })).open()).body)).toString()).toBe('one two three')
  })

  it('keeps what a user said meanwhile', async () => {
    const { stowage, assets, upload, get } = await open([
      processor(async input => {
        await assets.update(input.asset.id, { title: 'Mine' })
        return wordsOf(input)
      }),
    ])
    const asset = await upload()
    await stowage.sweep()
    expect(await get(asset.id)).toMatchObject({ title: 'Mine', processing: 'done', properties: { words: 3 } })
  })
})

describe('a failing step', () => {
  it('is tried three times with growing pauses, then fails with a reason that a user can read', async () => {
    const at: number[] = []
    const { stowage, clock, upload, get, workAll } = await open([
      processor(async () => {
        at.push(clock.now() - start)
        throw new Error('ECONNREFUSED 10.0.0.7:3310 /var/secret')
      }),
    ])
    const start = clock.now()
    const asset = await upload()
    await stowage.sweep()
    expect(await get(asset.id)).toMatchObject({ processing: 'pending', processingError: null })
    await workAll()
    expect(at).toEqual([0, 2 * SECOND, 6 * SECOND])
    const failed = await get(asset.id)
    expect(failed).toMatchObject({ state: 'ready', processing: 'failed', processingProgress: null })
    expect(failed.processingError).toBe('The file could not be processed (words).')
  })

  it('that can never succeed fails at once, and keeps no later one from its work', async () => {
    const { stowage, upload, get, told } = await open([broken('No text in here.'), words('count'), broken('Later.', 'third')])
    const asset = await upload()
    expect(await stowage.sweep()).toMatchObject({ jobs: 1, failures: 0 })
    expect(await get(asset.id)).toMatchObject({
      processing: 'failed',
      processingError: 'No text in here.',
      properties: { words: 3 },
    })
    expect(told('asset.processing_failed')).toHaveLength(1)
  })

  it('is tried again alone: what has ended is not done twice', async () => {
    const calls: string[] = []
    const noted = (name: string, failures: number) =>
      processor(async () => {
        calls.push(name)
        if (calls.filter(call => call === name).length <= failures) throw new StowageError('unavailable', 'Not now.')
        return { properties: { [name]: true } }
      }, name)
    const { upload, get, workAll } = await open([noted('a', 0), noted('b', 2), noted('c', 0), noted('d', 1)])
    const asset = await upload()
    await workAll()
    expect(calls).toEqual(['a', 'b', 'c', 'd', 'b', 'd', 'b'])
    expect(await get(asset.id)).toMatchObject({ processing: 'done', properties: { a: true, b: true, c: true, d: true } })
  })

  it.each([
    ['dimensions that are none', { width: -1 }],
    ['more properties than are kept', { properties: { long: 'x'.repeat(20_000) } }],
    ['a text that no database takes', { properties: { bad: '\0' } }],
  ])('that finds %s costs only its own facts', async (_what, found) => {
    const { upload, get, workAll } = await open([processor(async () => found, 'bad'), words()])
    const asset = await upload()
    await workAll()
    expect(await get(asset.id)).toMatchObject({ processing: 'failed', width: null, properties: { words: 3 } })
  })

  it('that never ends is given up at its deadline, and told so', async () => {
    const told: unknown[] = []
    const hangs = processor(({ signal }) => {
      signal.addEventListener('abort', () => told.push((signal.reason as StowageError).code))
      begun()
      return new Promise(() => undefined)
    })
    let begun = (): void => undefined
    const { stowage, clock, upload, get } = await open([hangs], { timing: { processStepMs: 60 * SECOND } })
    const asset = await upload()
    for (let i = 1; i <= 3; i++) {
      const started = new Promise<void>(resolve => {
        begun = resolve
      })
      const sweeping = stowage.sweep()
      await started
      await clock.advance(61 * SECOND)
      await sweeping
      expect(told).toHaveLength(i)
      await clock.advance(10 * SECOND)
    }
    expect(told).toEqual(['timeout', 'timeout', 'timeout'])
    expect(await get(asset.id)).toMatchObject({ processing: 'failed', processingError: 'Step words took over 60 seconds.' })
  })
})

describe('a processor', () => {
  it('of a user takes a few lines', async () => {
    const lines: Processor = {
      name: 'lines',
      accepts: type => type === 'text/plain',
      async process({ open }) {
        let lines = 1
        for await (const chunk of await open()) lines += chunk.filter(byte => byte === 10).length
        return { properties: { lines } }
      },
    }
    const { stowage, upload, get } = await open([lines])
    const { id } = await upload('a\nb\nc')
    await stowage.sweep()
    expect((await get(id)).properties).toEqual({ lines: 3 })
  })

  it('tells how far it is: as events at once, in the record now and then', async () => {
    const shown: unknown[] = []
    const { stowage, clock, upload, get, told } = await open([
      processor(async ({ report, asset }) => {
        for (const fraction of [0, 0.1, 0.11, 0.5, 0.51, 0.99]) {
          await report({ fraction })
          shown.push((await get(asset.id)).processingProgress)
          if (fraction !== 0.11) await clock.advance(SECOND)
        }
        return null
      }),
      words('count'),
    ])
    const { id } = await upload()
    await stowage.sweep()
    expect(shown).toEqual([null, 5, 5, 25, 25, 49])
    expect(told('asset.progress').map(({ step, fraction }) => [step, fraction])).toEqual([
      ...[0, 0.1, 0.11, 0.5, 0.51, 0.99, 1].map(fraction => ['words', fraction]),
      ['count', 1],
    ])
    expect(await get(id)).toMatchObject({ processing: 'done', processingProgress: null })
  })

  it('that can not say what it accepts gets nothing, and costs nobody an upload', async () => {
    const throws: Processor = {
      ...words(),
      accepts: () => {
        throw new Error('no idea')
      },
    }
    const { upload, logged } = await open([throws])
    expect(await upload()).toMatchObject({ processing: 'none' })
    expect(logged.map(([message]) => message)).toEqual([expect.stringMatching(/could not say/)])
  })

  it.each([['scan'], ['derivative:x'], ['']])('can not be named "%s"', async name => {
    await expect(open([words(name)])).rejects.toMatchObject({
      code: 'invalid_request',
      message: expect.stringMatching(/processor/),
    })
  })

  it('has a name of its own, and is closed with Stowage', async () => {
    await expect(open([words(), words()])).rejects.toMatchObject({ code: 'invalid_request' })
    const closed: string[] = []
    const closing = (name: string): Processor => ({
      ...words(name),
      close: async () => {
        closed.push(name)
        if (name === 'a') throw new Error('stuck')
      },
    })
    const { stowage, logged } = await open([closing('a'), closing('b')])
    await stowage.close()
    expect(closed).toEqual(['a', 'b'])
    expect(logged).toHaveLength(1)
  })
})
