import sharp from 'sharp'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openStowage, readAll } from '../../../test/open-stowage.ts'
import { alice, DERIVATIVES, held, open, rows, sweepAll, thumb, thumbOf, upload } from '../../../test/pictures.ts'
import { picture, sharpTransformer } from '../../../test/sharp-transformer.ts'
import type { StowageOptions } from '../composition/options.ts'
import type { Transformer } from '../contracts/transformer.ts'
import { systemClock } from '../runtime/system-clock.ts'

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
    const photo = await upload(world)
    const tokens = Array.from({ length: 66 }, (_, i) => world.assets.linkFor(photo, { transform: { width: i + 1 } })?.token ?? '')
    const show = (token: string) => world.stowage.openLink(token).then(() => 'made', String)
    const [first, ...rest] = tokens.map(show)
    await transformer.begun
    expect(await Promise.race(rest)).toContain('Too many pictures')
    transformer.go()
    const results = await Promise.all([first, ...rest])
    expect(results.filter(result => result === 'made')).toHaveLength(65)
    const [refused = ''] = tokens.filter((_, i) => results[i] !== 'made')
    expect(await show(refused)).toBe('made')
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
