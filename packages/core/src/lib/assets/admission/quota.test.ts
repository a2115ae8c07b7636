import { describe, expect, it } from 'vitest'
import { audit } from '../../../../test/audit.ts'
import { chunked, openStowage } from '../../../../test/open-stowage.ts'
import type { Change, MetadataStore } from '../../contracts/metadata.ts'
import { defineKind } from '../../kinds/define-kind.ts'
import type { KindOptions, Quota } from '../../kinds/kind.ts'
import { ownerOnly } from '../../policy/ready-made.ts'
import type { Assets } from '../interface/assets.ts'

const MINUTE = 60_000
const KiB = 1024
const MiB = 1024 * KiB
const alice = { id: 'alice' }
const FULL = { code: 'quota_exceeded' }
const NONE = { bytes: 0, count: 0 }

const kindWith = (quota: NonNullable<KindOptions['quota']>) => defineKind({ name: 'asset', policy: ownerOnly(), quota })
const put = (assets: Assets, bytes: number, more: object = {}) =>
  assets.upload({ body: Buffer.alloc(bytes), filename: 'a', ...more })
/** Of a size that nobody was told. */
const pour = (assets: Assets, bytes: number, more: object = {}) =>
  assets.upload({ body: chunked(Buffer.alloc(bytes)), filename: 'a', ...more })

async function openWith(quota: NonNullable<KindOptions['quota']>, options: Parameters<typeof openStowage>[0] = {}) {
  const opened = await openStowage({ kinds: [kindWith(quota)], ...options })
  return { ...opened, assets: opened.stowage.as(alice) }
}

/** Which changes were committed, and what was read of usage. */
function watching(calls: string[]) {
  return (store: MetadataStore): MetadataStore =>
    new Proxy(store, {
      get: (target, name) => {
        const member = Reflect.get(target, name)
        if (typeof member !== 'function') return member
        return (...args: unknown[]) => {
          if (name === 'commit') calls.push((args[0] as readonly Change[]).map(({ op }) => op).join('+'))
          if (name === 'getUsage' || name === 'getReserved') calls.push(name)
          return member.apply(target, args)
        }
      },
    })
}

describe('a quota', () => {
  it('lets in what fits to the byte, and refuses one byte more, whatever was said of the size', async () => {
    const { assets, storage, metadata, stowage } = await openWith({ bytes: 300_000 })
    const told = { sizeBytes: 200_001 }
    await put(assets, 100_000)
    await expect(put(assets, 200_001)).rejects.toMatchObject({ ...FULL, details: { quota: { bytes: 300_000 } } })
    await expect(pour(assets, 200_001)).rejects.toMatchObject(FULL)
    await expect(pour(assets, 200_001, told)).rejects.toMatchObject(FULL)
    await expect(pour(assets, 200_001, { atMostBytes: 250_000 })).rejects.toMatchObject(FULL)
    expect(await assets.usage()).toEqual({ used: { bytes: 100_000, count: 1 }, reserved: NONE, quota: { bytes: 300_000 } })
    await pour(assets, 100_000, { atMostBytes: 400_000 })
    await pour(assets, 99_999)
    await expect(put(assets, 2)).rejects.toMatchObject(FULL)
    await pour(assets, 1, { atMostBytes: 250 })
    await assets.create({ externalUrl: 'https://example.com/' })
    expect(await stowage.as(alice).usage()).toMatchObject({ used: { bytes: 300_000, count: 5 }, reserved: NONE })
    expect((await storage.list()).objects).toHaveLength(4)
    expect(await metadata.getReserved('asset', '', 0)).toEqual(NONE)
  })

  it('of a number counts assets of every sort', async () => {
    const { assets } = await openWith({ count: 3 })
    await put(assets, 10)
    await assets.create({ title: 'a record' })
    const link = await assets.create({ externalUrl: 'https://example.com/' })
    const more = [
      () => put(assets, 1),
      () => pour(assets, 100_000),
      () => assets.create({ title: 'x' }),
      () => assets.stage({ body: Buffer.alloc(1) }),
    ]
    for (const one of more) {
      await expect(one()).rejects.toMatchObject(FULL)
    }
    await assets.delete(link.id)
    await pour(assets, 3 * MiB)
    expect(await assets.usage()).toEqual({ used: { bytes: 3 * MiB + 10, count: 3 }, reserved: NONE, quota: { count: 3 } })
  })

  it('refuses an announced size before a byte is read, and another as soon as the room is used up', async () => {
    const { assets, keys } = await openWith({ bytes: 500_000 })
    let read = 0
    const body = (bytes: number) =>
      (async function* () {
        for (; read < bytes; read += 10_000) yield Buffer.alloc(10_000)
      })()
    await expect(assets.upload({ body: body(600_000), filename: 'a', sizeBytes: 600_000 })).rejects.toMatchObject(FULL)
    expect(read).toBe(0)
    await expect(assets.upload({ body: body(5_000_000), filename: 'a' })).rejects.toMatchObject(FULL)
    expect(read).toBeLessThanOrEqual(510_000)
    expect(await keys()).toEqual([])
    expect(await assets.usage()).toMatchObject({ used: NONE, reserved: NONE })
  })

  it('of a space is its own, as the application says for it', async () => {
    const owners: unknown[] = []
    const kind = kindWith(async owner => {
      owners.push([owner.space?.id ?? null, owner.actor?.id ?? null])
      const quotas: Readonly<Record<string, Quota | null>> = { small: { bytes: 10 }, free: null, '': { count: 1 } }
      return quotas[owner.space?.id ?? '']
    })
    const { stowage } = await openStowage({ kinds: [kind] })
    const [small, free, none] = ['small', 'free', null].map(id => stowage.as(alice).in(id === null ? {} : { space: { id } })) as [
      Assets,
      Assets,
      Assets,
    ]
    await put(small, 10)
    await expect(put(small, 1)).rejects.toMatchObject(FULL)
    await put(free, 1000)
    await put(none, 1000)
    await expect(put(none, 1)).rejects.toMatchObject(FULL)
    expect(owners).toEqual([...Array(2).fill(['small', 'alice']), ['free', 'alice'], ...Array(2).fill([null, 'alice'])])
    expect(await free.usage()).toEqual({ used: { bytes: 1000, count: 1 }, reserved: NONE, quota: null })
  })

  it('that was lowered refuses what grows, and nothing else', async () => {
    let quota: Quota = { bytes: 1000 }
    const { assets } = await openWith(() => quota)
    const asset = await put(assets, 1000)
    quota = { bytes: 100, count: 0 }
    await assets.update(asset.id, { title: 'x' })
    await assets.replaceContent(asset.id, { body: Buffer.alloc(900) })
    await assets.replaceContent(asset.id, { body: chunked(Buffer.alloc(900, 1)) })
    await expect(assets.replaceContent(asset.id, { body: Buffer.alloc(901) })).rejects.toMatchObject(FULL)
    await assets.delete(asset.id)
    expect(await assets.usage()).toMatchObject({ used: NONE, reserved: NONE })
  })

  it.each([{ bytes: -1 }, { count: Number.NaN }, { byte: 5 }] as Quota[])('of %j is a mistake of the server', async quota => {
    expect(() => kindWith(quota)).toThrow(TypeError)
    const { assets, storage, metadata } = await openWith(() => quota)
    await expect(put(assets, 1)).rejects.toThrow(TypeError)
    expect(await audit(storage, metadata)).toEqual([])
  })
})

describe('a replacement', () => {
  it('needs room for what it is more', async () => {
    const { assets, storage, metadata } = await openWith({ bytes: 3 * MiB, count: 1 })
    const { id } = await put(assets, MiB)
    for (const body of [() => Buffer.alloc(3 * MiB + 1), () => chunked(Buffer.alloc(3 * MiB + 1))]) {
      await expect(assets.replaceContent(id, { body: body() })).rejects.toMatchObject(FULL)
    }
    await assets.replaceContent(id, { body: chunked(Buffer.alloc(3 * MiB)) })
    await assets.replaceContent(id, { body: Buffer.alloc(10) })
    await assets.replaceContent(id, { body: Buffer.alloc(3 * MiB) })
    expect(await assets.usage()).toMatchObject({ used: { bytes: 3 * MiB, count: 1 }, reserved: NONE })
    expect(await metadata.getReserved('asset', '', 0)).toEqual(NONE)
    expect((await storage.list()).objects).toHaveLength(4)
  })
})

describe('threat 77: many at once', () => {
  it.each([
    ['of an announced size', 100, (assets: Assets) => put(assets, 100)],
    ['of a size that shows soon', 70, (assets: Assets) => pour(assets, 70)],
    ['of which nobody knows the size', 80 * KiB, (assets: Assets) => pour(assets, 80 * KiB, { atMostBytes: 80 * KiB + 300 })],
  ])('%s, in two processes, win exactly as much as there is room for', async (_name, size, send) => {
    const kinds = [kindWith({ bytes: 2 * size + (size - 1) })]
    const one = await openStowage({ kinds })
    const two = await openStowage({ kinds, at: one.root, clock: one.clock })
    await send(one.stowage.as(alice))
    const racers = Array.from({ length: 50 }, (_, at) => send((at % 2 ? one : two).stowage.as(alice)))
    const outcomes = await Promise.allSettled(racers)
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    for (const outcome of outcomes) if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject(FULL)
    expect(await one.stowage.as(alice).usage()).toMatchObject({ used: { bytes: 2 * size, count: 2 }, reserved: NONE })
    expect((await one.storage.list()).objects).toHaveLength(2)
    expect(await one.metadata.getReserved('asset', '', 0)).toEqual(NONE)
  })

  it('by number, files and links, win exactly as many places as there are', async () => {
    const { assets, metadata } = await openWith({ count: 10 })
    for (let at = 0; at < 7; at += 1) await assets.create({ title: 'x' })
    const racers = Array.from({ length: 50 }, (_, at) => (at % 2 ? put(assets, 5) : assets.create({ title: 'y' })))
    const outcomes = await Promise.allSettled(racers)
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(3)
    expect((await metadata.getUsage('asset', '')).count).toBe(10)
    expect(await metadata.getReserved('asset', '', 0)).toEqual(NONE)
  })
})

describe('room that is kept', () => {
  it('shows while an upload is under way, is there for as long as it takes, and keeps others out', async () => {
    const { assets, clock } = await openWith({ bytes: 1000 })
    const gates = Array.from({ length: 3 }, () => Promise.withResolvers<void>())
    let at = 0
    const body = (async function* () {
      yield Buffer.alloc(100)
      for (const { promise } of gates) {
        await promise
        yield Buffer.alloc(100)
      }
    })()
    const slow = assets.upload({ body, filename: 'a', sizeBytes: 400 })
    const reserved = async () => (await assets.usage()).reserved
    await expect.poll(reserved, { timeout: 20_000 }).toEqual({ bytes: 400, count: 1 })
    for (const { resolve } of gates) {
      await expect(put(assets, 601)).rejects.toMatchObject(FULL)
      await clock.advance(at++ === 0 ? 0 : 10 * MINUTE)
      resolve()
    }
    await slow
    expect(await assets.usage()).toMatchObject({ used: { bytes: 400, count: 1 }, reserved: NONE })
    await put(assets, 600)
  })

  it('by a process that died is free once its lease has ended, and gone when the sweeper came by', async () => {
    const { assets, clock, stowage, metadata } = await openWith({ bytes: 1000 })
    let finish = (): void => undefined
    const never = new Promise<void>(resolve => {
      finish = resolve
    })
    const body = (async function* () {
      yield Buffer.alloc(100)
      await never
    })()
    const dead = assets.upload({ body, filename: 'a', sizeBytes: 900 })
    dead.catch(() => undefined)
    await expect.poll(async () => (await assets.usage()).reserved, { timeout: 20_000 }).toEqual({ bytes: 900, count: 1 })
    await expect(put(assets, 101)).rejects.toMatchObject(FULL)
    await clock.advance(15 * MINUTE)
    await put(assets, 1000)
    expect(await metadata.getReserved('asset', '', 0)).toEqual({ bytes: 900, count: 1 })
    expect((await stowage.audit({ overdueMs: 0 })).counts).toMatchObject({ overdue: 1 })
    await stowage.sweep()
    expect(await metadata.getReserved('asset', '', 0)).toEqual(NONE)
    expect((await stowage.audit({ overdueMs: 0, graceMs: 0 })).counts).not.toHaveProperty('overdue')
    finish()
    await expect(dead).rejects.toThrow()
    expect(await assets.usage()).toMatchObject({ used: { bytes: 1000, count: 1 }, reserved: NONE })
  })

  it('for a staged file stays kept until it is used, or for a day', async () => {
    const { assets, clock, stowage } = await openWith({ bytes: 1000, count: 2 })
    const [used, left] = [
      await assets.stage({ body: chunked(Buffer.alloc(400)) }),
      await assets.stage({ body: Buffer.alloc(500), sizeBytes: 500 }),
    ]
    expect(await assets.usage()).toMatchObject({ used: NONE, reserved: { bytes: 900, count: 2 } })
    await expect(put(assets, 1)).rejects.toMatchObject(FULL)
    await assets.create({ staged: used.id })
    expect(await assets.usage()).toMatchObject({ used: { bytes: 400, count: 1 }, reserved: { bytes: 500, count: 1 } })
    await clock.advance(24 * 60 * MINUTE)
    await stowage.sweep()
    await expect(assets.create({ staged: left.id })).rejects.toMatchObject({ code: 'invalid_request' })
    expect(await assets.usage()).toMatchObject({ used: { bytes: 400, count: 1 }, reserved: NONE })
  })

  it('is not asked for where a picture or a file elsewhere would have none: neither is made nor fetched', async () => {
    const asked: string[] = []
    const generator = { name: 'g', generate: () => Promise.reject(new Error(`made ${asked.push('made')}`)) }
    const importer = { name: 'i', open: () => Promise.reject(new Error(`fetched ${asked.push('fetched')}`)) }
    const { assets } = await openWith({ bytes: 10 }, { generator, importer })
    await put(assets, 10)
    await expect(assets.generate({ prompt: 'x' })).rejects.toMatchObject(FULL)
    await expect(assets.import({ url: 'https://example.com/' })).rejects.toMatchObject(FULL)
    expect(asked).toEqual([])
  })

  it('takes few commits, however large a file is, also close to the edge', async () => {
    const calls: string[] = []
    const { assets } = await openWith({ bytes: 20 * MiB }, { wrapMetadata: watching(calls) })
    const reservations = () => calls.splice(0).filter(call => call === 'reserveUsage').length
    await put(assets, 8 * MiB)
    expect(reservations()).toBe(1)
    await pour(assets, 6 * MiB)
    expect(reservations()).toBeLessThanOrEqual(5)
    await pour(assets, 6 * MiB)
    expect(reservations()).toBeLessThanOrEqual(8)
    expect(await assets.usage()).toMatchObject({ used: { bytes: 20 * MiB, count: 3 }, reserved: NONE })
  })
})

describe('a kind without a quota', () => {
  it('pays nothing for those that have one', async () => {
    const calls: string[] = []
    const { stowage } = await openStowage({ policy: ownerOnly(), wrapMetadata: watching(calls) })
    calls.length = 0
    const { id } = await pour(stowage.as(alice), 300_000)
    await stowage.as(alice).replaceContent(id, { body: chunked(Buffer.alloc(10)) })
    expect(calls).toEqual([
      'insertBlob',
      'insertAsset+updateBlob+addUsage',
      'insertBlob',
      'updateAsset+updateBlob+updateBlob+updateBlobsOf+updateBlobsOf+enqueueJob+addUsage',
    ])
  })
})
