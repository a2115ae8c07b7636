import type { PictureRecipe, Scanner, StoredFile, Transformer } from '@stowage/core/contracts'
import { fakeClock, gate } from '@stowage/testkit'
import { describe, expect, it } from 'vitest'
import { openStowage, readAll } from '../../../test/open-stowage.ts'
import { processor, TEXT, text, words } from '../../../test/processors.ts'
import { isStowageError, StowageError } from '../contracts/errors.ts'
import { ownerOnly } from '../policy/ready-made.ts'

const alice = { id: 'alice' }
const SECOND = 1000
/** In two parts, so that no scanner takes this file away. */
const EICAR = `${'X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-'}${'ANTIVIRUS-TEST-FILE!$H+H*'}`

/** Finds what the test file for scanners holds. */
const scanner = (): Scanner & { scanned: number } => ({
  name: 'test-scanner',
  scanned: 0,
  async scan({ open }: StoredFile) {
    this.scanned += 1
    const found = (await readAll(await open())).toString('latin1').includes('EICAR-STANDARD')
    return found ? { clean: false, reason: 'Eicar-Test-Signature' } : { clean: true }
  },
})

/** Draws one pixel of every text. */
const transformer: Transformer = {
  name: 'pixel',
  accepts: type => type === 'text/plain',
  async transform(_file, { format }: PictureRecipe) {
    return { body: Buffer.from([1]), contentType: `image/${format}`, width: 1, height: 1 }
  },
}

const policy = ownerOnly()
const processing = { derivatives: { dot: { width: 1 } } }

async function open(options: Parameters<typeof openStowage>[0] = {}) {
  const opened = await openStowage({ policy, transformer, processing, ...options })
  const assets = opened.stowage.as(alice)
  const upload = (body = 'harmless') => assets.upload({ body: text(body), ...TEXT })
  /** What each way to its bytes answers: them, or an error's code. */
  const ways = async (id: string | number) => {
    const link = await assets.createLink(id)
    const drawn = await assets.createLink(id, { transform: { height: 1 } })
    const reads = [
      assets.content({ id }),
      opened.stowage.trusted.content({ id }),
      assets.derivative({ id }, 'dot'),
      opened.stowage.openLink(link.token),
      opened.stowage.openLink(drawn.token),
    ].map(async read => {
      try {
        return (await readAll((await (await read).open()).body)).byteLength
      } catch (error) {
        return isStowageError(error) ? error.code : error
      }
    })
    return Promise.all(reads)
  }
  return { ...opened, assets, upload, ways }
}

const all = (answer: unknown): unknown[] => [answer, answer, answer, answer, answer]
const bytes = [8, 8, 1, 8, 1]

describe('threat 44: with a scanner', () => {
  it('nothing is served before it has passed, and everything after that', async () => {
    const { stowage, upload, ways, assets } = await open({ scanner: scanner() })
    const { id, processing } = await upload()
    expect(processing).toBe('pending')
    expect(await ways(id)).toEqual(all('conflict'))
    await expect(assets.content({ id })).rejects.toMatchObject({
      retryable: true,
      details: { processing: 'pending', retryAfterSeconds: 1 },
    })
    await stowage.sweep()
    expect(await ways(id)).toEqual(bytes)
  })

  it('EICAR never leaves: not before the scan, not after it, not from a process without a scanner', async () => {
    const seen: string[] = []
    const processors = [processor(async () => void seen.push('read') as never)]
    const { stowage, upload, ways, assets, events, root } = await open({ scanner: scanner(), processors })
    const { id } = await upload(EICAR)
    expect(await ways(id)).toEqual(all('conflict'))
    await stowage.sweep()
    expect(await ways(id)).toEqual(all('forbidden'))
    const reason = 'Malware was found: Eicar-Test-Signature.'
    expect(await assets.get({ id })).toMatchObject({ state: 'ready', processing: 'failed', processingError: reason })
    await expect(assets.content({ id })).rejects.toMatchObject({ message: reason, retryable: false })
    expect(events.at(-1)).toMatchObject({ type: 'asset.processing_failed', reason })
    expect(seen).toEqual([])
    expect(await (await open({ at: root })).ways(id)).toEqual(all('forbidden'))
  })

  it('is asked of files of every kind and type', async () => {
    const { stowage, assets } = await open({ scanner: scanner(), processing: false })
    const { id, processing } = await assets.upload({ body: Buffer.from([0, 1, 2, 255]) })
    expect(processing).toBe('pending')
    await expect(assets.content({ id })).rejects.toMatchObject({ code: 'conflict' })
    await stowage.sweep()
    expect((await assets.content({ id })).asset).toMatchObject({ processing: 'done', sizeBytes: 4 })
  })

  it('new bytes are scanned anew, and only theirs is the verdict', async () => {
    const { stowage, assets, upload, ways } = await open({ scanner: scanner() })
    const { id } = await upload()
    await stowage.sweep()
    await assets.replaceContent(id, { body: text(EICAR), ...TEXT })
    expect(await ways(id)).toEqual(all('conflict'))
    await stowage.sweep()
    expect(await ways(id)).toEqual(all('forbidden'))
    await assets.replaceContent(id, { body: text('harmless'), ...TEXT })
    expect(await ways(id)).toEqual(all('conflict'))
    await stowage.sweep()
    expect(await ways(id)).toEqual(bytes)
  })

  it('a file that is passed is served while others still work on it, and not scanned again when they fail', async () => {
    const own = scanner()
    const held = gate()
    const processors = [
      processor(async () => {
        await held.wait()
        throw new StowageError('unavailable', 'Not today.')
      }),
    ]
    const { stowage, clock, upload, ways } = await open({ scanner: own, processors })
    const { id } = await upload()
    const sweeping = stowage.sweep()
    await held.reached
    expect(await ways(id)).toEqual(bytes)
    held.open()
    await sweeping
    for (let i = 0; i < 10; i++) {
      await clock.advance(SECOND)
      await stowage.sweep()
    }
    expect(own.scanned).toBe(1)
    expect(await ways(id)).toEqual(bytes)
  })

  it('that can not be reached nothing is served, nor learnt; whoever asks later has it scanned', async () => {
    let reachable = false
    const inner = scanner()
    const flaky: Scanner = {
      name: 'flaky',
      scan: file => (reachable ? inner.scan(file) : Promise.reject(new StowageError('unavailable', 'The scanner is away.'))),
    }
    const { stowage, clock, assets, upload, ways } = await open({ scanner: flaky, processors: [words()] })
    const { id } = await upload()
    for (let i = 0; i < 10; i++) {
      await stowage.sweep()
      await clock.advance(SECOND)
    }
    expect(await assets.get({ id })).toMatchObject({
      processing: 'failed',
      processingError: 'The scanner is away.',
      properties: {},
    })
    reachable = true
    expect(await ways(id)).toEqual(all('conflict'))
    expect(await assets.get({ id })).toMatchObject({ processing: 'pending', processingError: null })
    await stowage.sweep()
    expect(await ways(id)).toEqual(bytes)
    expect(await assets.get({ id })).toMatchObject({ processing: 'done', properties: { words: 1 } })
  })

  it('what it can never scan is never served', async () => {
    const tooLarge: Scanner = {
      name: 'small',
      scan: () => Promise.reject(new StowageError('unprocessable', 'Too large to scan.')),
    }
    const { stowage, upload, ways, assets } = await open({ scanner: tooLarge })
    const { id } = await upload()
    await stowage.sweep()
    expect(await ways(id)).toEqual(all('forbidden'))
    await expect(assets.content({ id })).rejects.toMatchObject({ message: 'Too large to scan.' })
  })

  it('what kills each worker that scans it is never served', async () => {
    const doors = [gate(), gate(), gate()]
    const clock = fakeClock()
    const sweeps: Promise<unknown>[] = []
    let root: string | undefined
    let id: string | number = ''
    for (const door of doors) {
      const deadly: Scanner = { name: 'deadly', scan: () => door.wait() as never }
      const dead = await open({ scanner: deadly, clock: fakeClock({ now: clock.now() }), ...(root ? { at: root } : {}) })
      root = dead.root
      if (id === '') id = (await dead.upload()).id
      sweeps.push(dead.stowage.sweep())
      await door.reached
      await clock.advance(60 * SECOND)
    }
    const last = await open({ scanner: scanner(), at: root as string, clock })
    await last.stowage.sweep()
    expect(await last.ways(id)).toEqual(all('forbidden'))
    for (const door of doors) door.open()
    await Promise.all(sweeps)
  })

  it('a file from before there was one is scanned when somebody asks for it, once', async () => {
    const before = await open({ processing: false })
    const { id } = await before.upload()
    const own = scanner()
    const after = await open({ scanner: own, at: before.root, clock: before.clock, processing: false })
    expect((await after.ways(id)).slice(0, 2)).toEqual(['conflict', 'conflict'])
    expect(await after.stowage.sweep()).toMatchObject({ jobs: 1 })
    expect((await after.ways(id)).slice(0, 2)).toEqual([8, 8])
    expect(own.scanned).toBe(1)
  })

  it('that answers nonsense passes nothing', async () => {
    const odd: Scanner = { name: 'odd', scan: async () => ({ clean: 'yes' }) as never }
    const { stowage, upload, ways } = await open({ scanner: odd })
    const { id } = await upload()
    await stowage.sweep()
    expect(await ways(id)).toEqual(all('forbidden'))
  })
})

describe('a kind with a gate', () => {
  const gated = { processing: { ...processing, gate: true } }

  it('serves nothing until all is done', async () => {
    const { stowage, upload, ways, assets } = await open({ ...gated, processors: [words()] })
    const { id } = await upload()
    expect(await ways(id)).toEqual(all('conflict'))
    expect(await assets.get({ id })).toMatchObject({ state: 'ready', processing: 'pending' })
    await stowage.sweep()
    expect(await ways(id)).toEqual(bytes)
  })

  it('serves what only its facts could not be found of', async () => {
    const failing = processor(() => Promise.reject(new StowageError('unprocessable', 'No words.')))
    const { stowage, upload, ways } = await open({ ...gated, processors: [failing] })
    const { id } = await upload()
    await stowage.sweep()
    expect(await ways(id)).toEqual(bytes)
  })

  it('is no gate for files that nothing is done with', async () => {
    const { assets } = await open(gated)
    const { id } = await assets.upload({ body: Buffer.from([0, 1, 2, 255]) })
    expect((await assets.content({ id })).asset).toMatchObject({ processing: 'none', sizeBytes: 4 })
  })
})

describe('declared derivatives', () => {
  it('are made ahead, so that whoever asks gets them at once', async () => {
    const { stowage, upload, metadata, events } = await open()
    const { id } = await upload()
    await stowage.sweep()
    const blobs = await metadata.listBlobs(String(id))
    expect(blobs.map(({ role, state }) => [role, state]).sort()).toEqual([
      ['original', 'stored'],
      ['w1-inside-webp-q80', 'stored'],
    ])
    expect(events.map(({ type, step }) => [type, step])).toEqual([
      ['asset.ready', undefined],
      ['asset.progress', 'derivative:dot'],
      ['asset.processed', undefined],
    ])
    expect(await metadata.getUsage('asset', '')).toEqual({ bytes: 8, count: 1 })
  })

  it('that can not be drawn fail the processing, not the file', async () => {
    const blind: Transformer = {
      ...transformer,
      transform: () => Promise.reject(new StowageError('unprocessable', 'This is no picture.')),
    }
    const { stowage, upload, assets, ways } = await open({ transformer: blind, processors: [words()] })
    const { id } = await upload()
    await stowage.sweep()
    expect(await assets.get({ id })).toMatchObject({
      processing: 'failed',
      processingError: 'This is no picture.',
      properties: { words: 1 },
    })
    expect(await ways(id)).toEqual([8, 8, 'unprocessable', 8, 'unprocessable'])
  })
})
