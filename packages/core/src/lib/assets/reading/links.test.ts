import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { openStowage, readAll } from '../../../../test/open-stowage.ts'
import { picture, sharpTransformer } from '../../../../test/sharp-transformer.ts'
import { defineKind } from '../../kinds/define-kind.ts'
import { prefixedId } from '../../kinds/ids.ts'
import { ownerOnly } from '../../policy/ready-made.ts'
import type { Asset } from '../interface/asset.ts'
import type { LinkOptions, OpenLinkOptions } from '../interface/reading.ts'

const alice = { id: 'alice' }
const YEAR = 365 * 24 * 60 * 60 * 1000
const photos = defineKind({
  name: 'photo',
  ids: prefixedId('photo'),
  policy: ownerOnly(),
  processing: { derivatives: { thumb: { width: 40 }, small: { width: 20, format: 'jpeg' } } },
})
const notes = defineKind({ name: 'note', policy: ownerOnly() })

async function open() {
  const transformer = sharpTransformer()
  const world = await openStowage({ kinds: [photos, notes], transformer })
  const assets = world.stowage.as(alice)
  const photo = await assets.upload({ body: await picture(200, 100), filename: 'photo.png' })
  const opened = async (token: string, options?: OpenLinkOptions) => {
    const content = await world.stowage.openLink(token, options)
    const bytes = await readAll((await content.open()).body)
    return { ...content, bytes, seen: await sharp(bytes).metadata() }
  }
  const linked = (options: LinkOptions, asset: Asset = photo) => assets.linkFor(asset, options)?.token ?? ''
  return { ...world, assets, photo, opened, linked, made: transformer.made }
}

describe('a link to a derivative', () => {
  it('shows that derivative and nothing else', async () => {
    const { assets, photo, opened, linked } = await open()
    const { seen, asset, variesByAccept } = await opened(linked({ derivative: 'thumb' }))
    expect(seen).toMatchObject({ format: 'webp', width: 40, height: 20 })
    expect(asset.contentEtag).toBe((await assets.derivative({ id: photo.id }, 'thumb')).asset.contentEtag)
    expect(variesByAccept).toBe(false)
    const { token } = await assets.createLink(photo.id, { derivative: 'small' })
    expect((await opened(token)).seen).toMatchObject({ format: 'jpeg', width: 20 })
  })

  it.each(['nope', '', '__proto__', 'constructor'])('that the kind does not declare (%j) is not made', async derivative => {
    const { assets, photo } = await open()
    const refused = { code: 'unprocessable', details: { issues: [{ pointer: '/derivative' }] } }
    await expect(assets.createLink(photo.id, { derivative })).rejects.toMatchObject(refused)
    expect(() => assets.linkFor(photo, { derivative })).toThrow(expect.objectContaining({ code: 'unprocessable' }))
  })

  it('of a name that is declared no more is not found', async () => {
    const { linked, root } = await open()
    const token = linked({ derivative: 'thumb' })
    const other = await openStowage({
      kinds: [{ ...photos, processing: false }, notes],
      at: root,
      transformer: sharpTransformer(),
    })
    await expect(other.stowage.openLink(token)).rejects.toMatchObject({ code: 'not_found' })
  })
})

describe('a link to a transform', () => {
  it('shows a picture of these measures, made once for all who ask', async () => {
    const { opened, linked, made } = await open()
    const token = linked({ transform: { width: 30, height: 30, fit: 'cover', format: 'png' } })
    const all = await Promise.all(Array.from({ length: 20 }, () => opened(token)))
    for (const { seen, bytes } of all) {
      expect(seen).toMatchObject({ format: 'png', width: 30, height: 30 })
      expect(bytes.equals(all[0]?.bytes as Buffer)).toBe(true)
    }
    // Another link to the same picture, and a derivative by the same recipe, share it.
    await opened(linked({ transform: { height: 30, width: 30, format: 'png', quality: 3, fit: 'cover' }, expiresInSeconds: 5 }))
    expect(made).toHaveLength(1)
    await opened(linked({ derivative: 'thumb' }))
    await opened(linked({ transform: { width: 40 } }))
    expect(made).toHaveLength(2)
  })

  it('follows Accept where its format is auto, and says so', async () => {
    const { opened, linked, made } = await open()
    const token = linked({ transform: { width: 30, format: 'auto' } })
    const formats: string[] = []
    for (const accept of ['image/avif,image/webp,*/*', 'image/webp', '*/*', null, 'image/avif']) {
      const { asset, variesByAccept } = await opened(token, { accept })
      formats.push(asset.contentType)
      expect(variesByAccept).toBe(true)
    }
    expect(formats).toEqual(['image/avif', 'image/webp', 'image/jpeg', 'image/jpeg', 'image/avif'])
    expect(made).toHaveLength(3)
  })

  it.each([
    [{ transform: {} }, 'unprocessable'],
    [{ transform: { width: 5000 } }, 'unprocessable'],
    [{ transform: { width: 10, format: 'gif' } }, 'unprocessable'],
    [{ transform: { width: 10 }, derivative: 'thumb' }, 'invalid_request'],
    [{ transform: { width: 10 }, expiresInSeconds: 0 }, 'invalid_request'],
  ])('is refused for %j', async (options, code) => {
    const { assets, photo } = await open()
    await expect(assets.createLink(photo.id, options as LinkOptions)).rejects.toMatchObject({ code })
    expect(() => assets.linkFor(photo, options as LinkOptions)).toThrow(expect.objectContaining({ code }))
  })
})

describe('a link without end', () => {
  it('follows the bytes when they are replaced, and ends with the asset', async () => {
    const { stowage, assets, photo, opened, linked, clock } = await open()
    const all = [{}, { derivative: 'thumb' }, { transform: { width: 30 } }].map(what =>
      linked({ ...what, expiresInSeconds: null }),
    )
    const ending = linked({ derivative: 'thumb', expiresInSeconds: 604_800 })
    const before = await Promise.all(all.map(token => opened(token)))
    await assets.replaceContent(photo.id, { body: await picture(60, 60, '#ff0000') })
    const after = await Promise.all(all.map(token => opened(token)))
    expect(after.map(({ seen }) => [seen.width, seen.height])).toEqual([
      [60, 60],
      [40, 40],
      [30, 30],
    ])
    for (const [i, { bytes }] of after.entries()) expect(bytes.equals(before[i]?.bytes as Buffer)).toBe(false)
    await expect(opened(ending)).rejects.toMatchObject({ code: 'not_found' })
    await clock.advance(10 * YEAR)
    await Promise.all(all.map(token => opened(token)))
    await assets.replaceContent(photo.id, { body: Buffer.from('no picture'), contentType: 'text/plain' })
    const [whole = '', ...pictures] = all
    expect((await readAll((await (await stowage.openLink(whole)).open()).body)).toString()).toBe('no picture')
    for (const token of pictures) await expect(opened(token)).rejects.toMatchObject({ code: 'not_found' })
    await assets.delete(photo.id)
    for (const token of all) await expect(opened(token)).rejects.toMatchObject({ code: 'not_found' })
  })

  it('says that it has none', async () => {
    const { assets, photo } = await open()
    expect((await assets.createLink(photo.id, { expiresInSeconds: null })).expiresAt).toBeNull()
    expect((await assets.createLink(photo.id)).expiresAt).toBeInstanceOf(Date)
  })
})

describe('a link made at once', () => {
  it('is the one that would be made after a look-up', async () => {
    const { assets, photo } = await open()
    for (const options of [{}, { derivative: 'thumb' }, { transform: { width: 9 }, expiresInSeconds: null }])
      expect(assets.linkFor(photo, options)).toEqual(await assets.createLink(photo.id, options))
  })

  it('is null where there is nothing to link, and refused for an asset of another kind', async () => {
    const { assets, photo } = await open()
    const note = await assets.upload({ body: Buffer.from('words'), contentType: 'text/plain' })
    expect(assets.linkFor(note)).toMatchObject({ token: expect.any(String) })
    for (const options of [{ derivative: 'thumb' }, { transform: { width: 9 } }]) {
      expect(assets.linkFor(note, options)).toBeNull()
      await expect(assets.createLink(note.id, options)).rejects.toMatchObject({ code: 'not_found' })
    }
    expect(() => assets.in({ kind: notes }).linkFor(photo)).toThrow(expect.objectContaining({ code: 'invalid_request' }))
  })

  it('holds nothing that could be guessed, and nothing secret', async () => {
    const { photo, linked } = await open()
    const token = linked({ derivative: 'thumb', expiresInSeconds: null })
    const [body = '', signature = ''] = token.split('.')
    expect(Buffer.from(signature, 'base64url')).toHaveLength(32)
    expect(Buffer.from(body, 'base64url').toString()).not.toContain(photo.sha256)
  })
})
