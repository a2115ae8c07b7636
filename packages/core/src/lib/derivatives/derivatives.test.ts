import sharp from 'sharp'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openStowage, readAll } from '../../../test/open-stowage.ts'
import { picture, sharpTransformer } from '../../../test/sharp-transformer.ts'
import type { Asset } from '../assets/assets.ts'
import type { StowageOptions } from '../composition/options.ts'
import { StowageError } from '../contracts/errors.ts'
import type { MetadataStore } from '../contracts/metadata.ts'
import type { StorageAdapter } from '../contracts/storage.ts'
import type { TransformedPicture, Transformer } from '../contracts/transformer.ts'
import { ownerOnly } from '../policy/ready-made.ts'
import { systemClock } from '../runtime/system-clock.ts'

const alice = { id: 'alice' }
const thumb = { width: 40, height: 40 }
const DERIVATIVES = { policy: ownerOnly(), processing: { derivatives: { thumb, wide: { width: 80, format: 'jpeg' } } } } as const
const HOUR = 60 * 60 * 1000

type World = Awaited<ReturnType<typeof open>>

async function open(options: Parameters<typeof openStowage>[0] = {}) {
  const transformer = sharpTransformer()
  const world = await openStowage({ ...DERIVATIVES, transformer, ...options })
  return { ...world, made: transformer.made, assets: world.stowage.as(alice) }
}

const upload = async ({ assets }: Pick<World, 'assets'>, width = 200, height = 100): Promise<Asset> =>
  assets.upload({ body: await picture(width, height), filename: 'photo.png' })

const thumbOf = async ({ assets }: Pick<World, 'assets'>, { id }: Pick<Asset, 'id'>, name = 'thumb') => {
  const content = await assets.derivative({ id }, name)
  return { asset: content.asset, bytes: await readAll((await content.open()).body) }
}

/** All rows of the blobs of an asset, originals first. */
const rows = async ({ metadata }: World, { id }: Pick<Asset, 'id'>) =>
  [...(await metadata.listBlobs(String(id)))].sort((a, b) => Number(a.sourceId !== null) - Number(b.sourceId !== null))

/** A transformer that stands until it is told to go on. */
function held(): Transformer & { readonly begun: Promise<void>; go(): void } {
  const inner = sharpTransformer()
  const [begun, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  return {
    ...inner,
    begun: begun.promise,
    go: released.resolve,
    async transform(...args) {
      begun.resolve()
      await released.promise
      return inner.transform(...args)
    },
  }
}

/** Takes away the jobs that would make what the kind declares: here, pictures are made when somebody asks for them. */
async function leaveToReaders({ metadata, clock }: World): Promise<void> {
  const claim = { types: ['process:asset'], now: clock.now(), leaseMs: HOUR, leaseToken: 'taken', limit: 1000 }
  const jobs = await metadata.claimJobs(claim)
  if (jobs.length === 0) return
  await metadata.commit(jobs.map(({ id }) => ({ op: 'deleteJob', id, guard: { leaseToken: 'taken' } })))
}

/** What was condemned is removed, however often that takes. */
async function sweepAll(world: World): Promise<void> {
  const { stowage, clock } = world
  await leaveToReaders(world)
  for (let hours = 0; hours < 3; hours++) {
    await clock.advance(2 * HOUR)
    await stowage.sweep()
  }
}

describe('a derivative', () => {
  it('is made by its recipe when it is first asked for, and kept beside the original', async () => {
    const world = await open()
    const { assets, metadata, keys, made } = world
    const asset = await upload(world)
    const before = await metadata.getUsage('asset', '')
    const first = await thumbOf(world, asset)
    expect(await sharp(first.bytes).metadata()).toMatchObject({ format: 'webp', width: 40, height: 20 })
    expect(first.asset).toMatchObject({
      id: asset.id,
      filename: 'photo.webp',
      contentType: 'image/webp',
      sizeBytes: first.bytes.byteLength,
      contentEtag: expect.not.stringMatching(asset.contentEtag ?? ''),
    })
    expect(await thumbOf(world, asset)).toEqual(first)
    expect(made).toHaveLength(1)
    const [original, derived] = await rows(world, asset)
    expect([original?.role, original?.sourceId]).toEqual(['original', null])
    expect(derived).toMatchObject({ role: 'w40-h40-inside-webp-q80', sourceId: original?.id, state: 'stored', leaseToken: null })
    expect(await keys()).toHaveLength(2)
    expect(derived?.key).not.toContain(String(asset.id))
    // It costs nobody's quota, and is no asset.
    expect(await metadata.getUsage('asset', '')).toEqual(before)
    expect((await assets.list()).items).toHaveLength(1)
    expect(await assets.get({ id: asset.id })).toEqual(asset)
  })

  it('is read by whoever may read the asset, and nobody else', async () => {
    const world = await open()
    const { id } = await upload(world)
    await thumbOf(world, { id })
    for (const actor of [{ id: 'bob' }, null]) {
      await expect(world.stowage.as(actor).derivative({ id }, 'thumb')).rejects.toMatchObject({
        code: actor ? 'not_found' : 'unauthenticated',
      })
    }
  })

  it('is known by the names that the kind declares, and no others', async () => {
    const world = await open()
    const { id } = await upload(world)
    for (const name of ['', 'nope', 'constructor', '__proto__', 'w40-h40-inside-webp-q80'])
      await expect(world.assets.derivative({ id }, name)).rejects.toMatchObject({ code: 'not_found' })
  })

  it('is not there for files of which no picture can be made, nor without a transformer', async () => {
    const world = await open()
    const note = await world.assets.upload({ body: Buffer.from('a note'), contentType: 'text/plain' })
    await expect(thumbOf(world, note)).rejects.toMatchObject({ code: 'not_found' })
    const without = await openStowage(DERIVATIVES)
    const assets = without.stowage.as(alice)
    await expect(thumbOf({ assets }, await upload({ assets }))).rejects.toMatchObject({ code: 'not_found' })
  })

  it('of bytes that were there before reads as it was, also where recipes now make another', async () => {
    const world = await open()
    const asset = await upload(world)
    await thumbOf(world, asset)
    const other = await open({ at: world.root, processing: { derivatives: { thumb: { width: 10 } } } })
    expect(await sharp((await thumbOf(other, asset)).bytes).metadata()).toMatchObject({ width: 10 })
    expect(await rows(world, asset)).toHaveLength(3)
  })
})

describe('many who ask for one derivative at once', () => {
  it('get the same, made once', async () => {
    const world = await open()
    const asset = await upload(world)
    const all = await Promise.all(Array.from({ length: 50 }, () => thumbOf(world, asset)))
    expect(new Set(all.map(({ asset: { sha256 } }) => sha256)).size).toBe(1)
    expect(world.made).toHaveLength(1)
    expect(await world.keys()).toHaveLength(2)
  })

  it('get the same from two servers over one database', async () => {
    const clock = systemClock()
    const one = await open({ clock })
    const two = await open({ clock, at: one.root })
    const asset = await upload(one)
    const all = await Promise.all([one, two, one, two].flatMap(world => [thumbOf(world, asset), thumbOf(world, asset, 'wide')]))
    expect(new Set(all.map(({ asset: { sha256 } }) => sha256)).size).toBe(2)
    expect([...one.made, ...two.made]).toHaveLength(2)
    expect(await one.keys()).toHaveLength(3)
  })

  it('get it although the server that began it has died', async () => {
    const world = await open()
    const asset = await upload(world)
    const [original] = await rows(world, asset)
    if (!original) throw new Error('no blob')
    const now = world.clock.now()
    const dead = { ...original, id: 'dead', key: 'dead/object', role: 'w40-h40-inside-webp-q80', sourceId: original.id }
    const leased = { state: 'writing', leaseToken: 'of the dead', dueAt: now + 20_000, purgesLeft: 2 } as const
    await world.metadata.commit([{ op: 'insertBlob', blob: { ...dead, ...leased } }])
    let seen = false
    const asked = thumbOf(world, asset).finally(() => {
      seen = true
    })
    await world.clock.advance(19_000)
    expect(seen).toBe(false)
    await world.clock.advance(2_000)
    expect((await asked).bytes.byteLength).toBeGreaterThan(0)
    await sweepAll(world)
    expect((await rows(world, asset)).map(({ state }) => state)).toEqual(['stored', 'stored'])
  })

  it('wait for their turn, and too many are told to come back', async () => {
    const transformer = held()
    const world = await open({ transformer, picturesAtOnce: 1 })
    const all = await Promise.all(Array.from({ length: 66 }, (_, i) => upload(world, 50 + i, 50)))
    const [first, ...rest] = all.map(asset => thumbOf(world, asset).then(() => 'made', String))
    await transformer.begun
    const refused = await Promise.race(rest)
    expect(refused).toContain('Too many pictures')
    transformer.go()
    const results = await Promise.all([first, ...rest])
    expect(results.filter(result => result === 'made')).toHaveLength(65)
    const [last] = all.filter((_, i) => results[i] !== 'made')
    expect((await thumbOf(world, last as Asset)).asset.contentType).toBe('image/webp')
  })
})

describe('when its source', () => {
  it('is deleted, a derivative is out of sight at once and removed with it', async () => {
    const world = await open()
    const asset = await upload(world)
    await thumbOf(world, asset)
    await world.assets.delete(asset.id)
    await expect(thumbOf(world, asset)).rejects.toMatchObject({ code: 'not_found' })
    await sweepAll(world)
    expect([await rows(world, asset), await world.keys()]).toEqual([[], []])
  })

  it('is replaced, the next one is of the new bytes and the old one goes after the grace', async () => {
    const world = await open()
    const asset = await upload(world)
    const old = await world.assets.derivative({ id: asset.id }, 'thumb')
    await world.assets.replaceContent(asset.id, { body: await picture(100, 200, '#ff0000') })
    // Who was about to read still may.
    expect((await readAll((await old.open()).body)).byteLength).toBe(old.asset.sizeBytes)
    expect(await sharp((await thumbOf(world, asset)).bytes).metadata()).toMatchObject({ width: 20, height: 40 })
    await sweepAll(world)
    expect((await rows(world, asset)).map(({ role, state }) => [role, state])).toEqual([
      ['original', 'stored'],
      ['w40-h40-inside-webp-q80', 'stored'],
    ])
    expect(await world.keys()).toHaveLength(2)
    await expect(old.open()).rejects.toMatchObject({ code: 'not_found' })
    expect(await world.stowage.audit({ verify: 'digest' })).toMatchObject({ counts: {}, findings: [] })
  })

  it.each(['deleted', 'replaced'])('is %s while it is being made, nothing of it stays', async how => {
    const transformer = held()
    const world = await open({ transformer })
    const asset = await upload(world)
    const asked = expect(thumbOf(world, asset)).rejects.toMatchObject({ code: 'not_found' })
    await transformer.begun
    if (how === 'deleted') await world.assets.delete(asset.id)
    else await world.assets.replaceContent(asset.id, { body: Buffer.from('no picture'), contentType: 'text/plain' })
    transformer.go()
    await asked
    await sweepAll(world)
    const left = how === 'deleted' ? 0 : 1
    expect([(await rows(world, asset)).length, (await world.keys()).length]).toEqual([left, left])
    expect(await world.stowage.audit()).toMatchObject({ counts: {} })
  })

  it('is gone, work on it is told to stop', async () => {
    let signal: AbortSignal | undefined
    const hung: Transformer = {
      ...sharpTransformer(),
      transform: file => {
        signal = file.signal
        return new Promise(() => undefined)
      },
    }
    const world = await open({ transformer: hung })
    const asset = await upload(world)
    const asked = expect(thumbOf(world, asset)).rejects.toMatchObject({ code: 'not_found' })
    await expect.poll(() => signal).toBeDefined()
    await world.assets.delete(asset.id)
    await world.clock.advance(11_000)
    await asked
    expect(signal?.aborted).toBe(true)
  })
})

describe('a derivative that can not be made', () => {
  const failing = (error: () => Error | TransformedPicture): Transformer & { tries: number } => ({
    ...sharpTransformer(),
    tries: 0,
    async transform() {
      this.tries += 1
      const outcome = error()
      if (outcome instanceof Error) throw outcome
      return outcome
    },
  })
  const big = { body: new Uint8Array(33 * 1024 * 1024), contentType: 'image/webp', width: 1, height: 1 }

  it.each([
    ['a file that can not be read', () => new StowageError('unprocessable', 'no picture'), 'unprocessable'],
    ['a pool that is away', () => new StowageError('unavailable', 'no child'), 'unavailable'],
    ['an error of its own', () => new TypeError('oops'), undefined],
    ['another format than was asked for', () => ({ ...big, body: new Uint8Array(1), contentType: 'text/html' }), 'internal'],
    ['too large a picture', () => big, 'internal'],
    ['an empty picture', () => ({ ...big, body: new Uint8Array(0) }), 'invalid_request'],
  ])('because of %s leaves nothing', async (_what, error, code) => {
    const world = await open({ transformer: failing(error) })
    const asset = await upload(world)
    const refused = expect(thumbOf(world, asset)).rejects
    await (code === undefined ? refused.toThrow('oops') : refused.toMatchObject({ code }))
    expect([(await rows(world, asset)).length, (await world.keys()).length]).toEqual([1, 1])
  })

  it('is not tried again for a while, unless waiting can help', async () => {
    const transformer = failing(() => new StowageError('unprocessable', 'no picture'))
    const world = await open({ transformer })
    const asset = await upload(world)
    for (let i = 0; i < 5; i++) await expect(thumbOf(world, asset)).rejects.toMatchObject({ message: 'no picture' })
    expect(transformer.tries).toBe(1)
    await world.clock.advance(HOUR)
    await expect(thumbOf(world, asset)).rejects.toMatchObject({ message: 'no picture' })
    expect(transformer.tries).toBe(2)
  })

  it('within a minute is given up', async () => {
    const world = await open({ transformer: { ...sharpTransformer(), transform: () => new Promise(() => undefined) } })
    const asset = await upload(world)
    const asked = expect(thumbOf(world, asset)).rejects.toMatchObject({ code: 'timeout', retryable: true })
    await expect.poll(async () => (await rows(world, asset)).length).toBe(2)
    await world.clock.advance(61_000)
    await asked
    expect(await rows(world, asset)).toHaveLength(1)
  })

  it('because the server ends leaves nothing', async () => {
    const transformer = held()
    const world = await open({ transformer })
    const asset = await upload(world)
    const asked = expect(thumbOf(world, asset)).rejects.toMatchObject({ code: 'unavailable' })
    await transformer.begun
    await world.stowage.close()
    await asked
    const again = await open({ at: world.root })
    expect(await rows(again, asset)).toHaveLength(1)
    expect(await again.keys()).toHaveLength(1)
  })

  it.each(['before', 'after'] as const)(
    'because storage fails %s it is written leaves nothing, and the next try succeeds',
    async when => {
      const faults = { on: false }
      const wrapStorage = (storage: StorageAdapter): StorageAdapter =>
        Object.assign(Object.create(storage) as StorageAdapter, {
          put: async (...args: Parameters<StorageAdapter['put']>) => {
            if (faults.on && when === 'before') throw new StowageError('unavailable', 'no storage')
            const info = await storage.put(...args)
            if (faults.on) throw new StowageError('unavailable', 'no answer')
            return info
          },
        })
      const world = await open({ wrapStorage })
      const asset = await upload(world)
      faults.on = true
      await expect(thumbOf(world, asset)).rejects.toMatchObject({ code: 'unavailable' })
      faults.on = false
      expect((await thumbOf(world, asset)).bytes.byteLength).toBeGreaterThan(0)
      await sweepAll(world)
      expect([(await rows(world, asset)).length, (await world.keys()).length]).toEqual([2, 2])
      expect(await world.stowage.audit()).toMatchObject({ counts: {} })
    },
  )

  it.each(['before', 'after'] as const)('because the database fails %s the last commit is whole or not there', async when => {
    const faults = { on: false }
    const wrapMetadata = (metadata: MetadataStore): MetadataStore =>
      Object.assign(Object.create(metadata) as MetadataStore, {
        commit: async (changes: Parameters<MetadataStore['commit']>[0]) => {
          const last = faults.on && changes.some(change => change.op === 'updateBlob' && change.set.state === 'stored')
          if (last) faults.on = false
          if (last && when === 'before') throw new StowageError('unavailable', 'no database')
          await metadata.commit(changes)
          if (last) throw new StowageError('unavailable', 'no answer')
        },
      })
    const world = await open({ wrapMetadata: bound(wrapMetadata) })
    const asset = await upload(world)
    faults.on = true
    if (when === 'before') await expect(thumbOf(world, asset)).rejects.toMatchObject({ code: 'unavailable' })
    expect((await thumbOf(world, asset)).bytes.byteLength).toBeGreaterThan(0)
    await sweepAll(world)
    expect([(await rows(world, asset)).length, (await world.keys()).length]).toEqual([2, 2])
    expect(world.made).toHaveLength(when === 'before' ? 2 : 1)
  })
})

/** Lets a wrapper inherit from an object whose methods need their own `this`. */
function bound<T extends object>(wrap: (inner: T) => T): (inner: T) => T {
  return inner =>
    wrap(
      new Proxy(inner, {
        get(of, name) {
          const member: unknown = Reflect.get(of, name)
          return typeof member === 'function' ? member.bind(of) : member
        },
      }),
    )
}

describe('the audit', () => {
  it('finds a derivative whose source is no longer the asset’s', async () => {
    const world = await open()
    const asset = await upload(world)
    await thumbOf(world, asset)
    const [, derived] = await rows(world, asset)
    await world.metadata.commit([
      { op: 'updateBlob', id: derived?.id ?? '', guard: { states: ['stored'] }, set: { role: 'other' } },
    ])
    expect(await world.stowage.audit({ graceMs: 0 })).toMatchObject({ counts: {} })
    const stale = { ...derived, id: 'stale', key: 'sta/le', sourceId: 'nobody' } as never
    await world.storage.put('sta/le', await readAll((await world.storage.get(derived?.key ?? '')).body), {})
    await world.metadata.commit([{ op: 'insertBlob', blob: stale }])
    expect(await world.stowage.audit({ graceMs: 0 })).toMatchObject({ counts: { blob_unreferenced: 1 } })
  })
})

describe('createStowage', () => {
  it.each([0, -1, 1.5, Number.NaN])('refuses to make %d pictures at once', async picturesAtOnce => {
    await expect(openStowage({ picturesAtOnce })).rejects.toMatchObject({ code: 'invalid_request' })
  })

  it('refuses recipes that can not be meant', async () => {
    const options: StowageOptions = { processing: { derivatives: { thumb: { width: 0 } } } }
    await expect(openStowage(options)).rejects.toThrow('processing.derivatives.thumb: /width must be a whole number')
    await expect(openStowage({ processing: { derivatives: { 'a/b': thumb } } })).rejects.toThrow('derivative "a/b"')
  })

  it('closes its transformer', async () => {
    let closed = 0
    const close = async (): Promise<void> => void closed++
    const { stowage } = await openStowage({ transformer: { ...sharpTransformer(), close } })
    onTestFinished(() => expect(closed).toBe(1))
    await stowage.close()
    expect(closed).toBe(1)
  })
})
