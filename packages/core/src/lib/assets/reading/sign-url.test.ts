import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fsStorage } from '@stowage/adapter-fs'
import { expect, it, onTestFinished } from 'vitest'
import { openStowage } from '../../../../test/open-stowage.ts'
import { picture, sharpTransformer } from '../../../../test/sharp-transformer.ts'
import { defineKind } from '../../kinds/define-kind.ts'
import { ownerOnly } from '../../policy/ready-made.ts'

const photos = defineKind({ name: 'photo', policy: ownerOnly(), processing: { derivatives: { thumb: { width: 40 } } } })

async function open(signing: boolean) {
  const folder = await mkdtemp(join(tmpdir(), 'stowage-sign-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const storage = fsStorage({
    root: join(folder, 'objects'),
    ...(signing && { signing: { secret: 's'.repeat(32), baseUrl: 'https://files.example/objects' } }),
  })
  const { stowage } = await openStowage({ kinds: [photos], transformer: sharpTransformer(), storage })
  const assets = stowage.as({ id: 'alice' })
  const photo = await assets.upload({ body: await picture(200, 100), filename: 'photo.png' })
  /** The bytes that a signed URL leads to, as they lie in storage. */
  const behind = async (url: string) => {
    const access = await storage.openSignedRequest?.({ method: 'GET', url, header: () => null })
    if (access?.does !== 'get') throw new Error('The URL is not one to read with.')
    return { ...access, info: await storage.head(access.key) }
  }
  return { stowage, assets, photo, behind }
}

it('bytes and pictures have URLs that read them from the storage itself', async () => {
  const { assets, photo, behind } = await open(true)
  for (const content of [await assets.content({ id: photo.id }), await assets.derivative({ id: photo.id }, 'thumb')]) {
    const { url, method } = await content.signUrl({ expiresInSeconds: 60, contentDisposition: 'attachment; filename="ü"' })
    expect([method, new URL(url).origin]).toEqual(['GET', 'https://files.example'])
    const { info, contentDisposition } = await behind(url)
    expect([info?.sizeBytes, contentDisposition]).toEqual([content.asset.sizeBytes, 'attachment; filename="ü"'])
  }
})

it('a storage that signs no URLs says so, and a deleted asset has none', async () => {
  const { assets, photo } = await open(false)
  const content = await assets.content({ id: photo.id })
  await expect(content.signUrl({ expiresInSeconds: 60 })).rejects.toMatchObject({ code: 'unsupported' })
  const thumb = await assets.derivative({ id: photo.id }, 'thumb')
  await expect(thumb.signUrl({ expiresInSeconds: 60 })).rejects.toMatchObject({ code: 'unsupported' })
  await assets.delete(photo.id)
  await expect(assets.content({ id: photo.id })).rejects.toMatchObject({ code: 'not_found' })
})

it('what a link opens says when the link ends', async () => {
  const { stowage, assets, photo } = await open(true)
  const hour = assets.linkFor(photo, { expiresInSeconds: 3600 })
  const forEver = assets.linkFor(photo, { transform: { width: 10 }, expiresInSeconds: null })
  expect((await stowage.openLink(hour?.token ?? '')).expiresAt).toEqual(hour?.expiresAt)
  expect((await stowage.openLink(forEver?.token ?? '')).expiresAt).toBeNull()
})
