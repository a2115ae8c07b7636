import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { assetsOf, type Client, FIRST, start, type VaultAsset } from './client.ts'

const UPLOADS = `${assetsOf(FIRST)}/uploads/resumable`
const bytes = await readFile(new URL('../../page-assets/photo.jpg', import.meta.url))
const said = {
  filename: 'photo.jpg',
  filetype: 'image/jpeg',
  partition: 'marketing',
  collection: 'blog',
  channel: 'hero-images',
  tags: '["hero"]',
}

// Where parts may have any size.
const { STOWAGE_EXAMPLES_ON: on = 'fs+sqlite' } = process.env
const onDisk = it.skipIf(on !== 'fs+sqlite')

let client: Client
beforeAll(async () => {
  client = await start()
})
afterAll(() => client.server.remove())

const tus = (as: string, method: string, path: string, headers: Record<string, string> = {}, body?: Uint8Array<ArrayBuffer>) =>
  fetch(new URL(path, client.server.origin), {
    method,
    headers: { authorization: `Bearer ${as}`, 'tus-resumable': '1.0.0', ...headers },
    ...(body && { body }),
  })
const begin = (as: string, fields: Record<string, string> = said, size = bytes.byteLength) =>
  tus(as, 'POST', UPLOADS, {
    'upload-length': String(size),
    'upload-metadata': Object.entries(fields)
      .map(([name, value]) => `${name} ${Buffer.from(value).toString('base64')}`)
      .join(','),
  })
const patch = (as: string, at: string, from: number, to = bytes.byteLength) =>
  tus(
    as,
    'PATCH',
    at,
    { 'content-type': 'application/offset+octet-stream', 'upload-offset': String(from) },
    Uint8Array.from(bytes.subarray(from, to)),
  )

onDisk('comes in pieces, and ends as an asset like any other, under its readable key', { timeout: 60_000 }, async () => {
  const begun = await begin('vt_noah')
  expect(begun.status).toBe(201)
  const at = begun.headers.get('location') ?? ''
  expect((await patch('vt_noah', at, 0, 10_000)).headers.get('upload-offset')).toBe('10000')
  expect((await client.list('vt_olga'))[1].data).toEqual([])
  const done = await patch('vt_noah', at, 10_000)
  const id = done.headers.get('stowage-asset') ?? ''
  expect([done.status, new URL(done.headers.get('content-location') ?? '', client.server.origin).pathname]).toEqual([
    204,
    `${assetsOf(FIRST)}/${id}`,
  ])
  const [status, asset] = await client.get('vt_olga', id)
  expect(status).toBe(200)
  expect(asset).toMatchObject({
    vault_id: FIRST,
    partition: 'marketing',
    r2_key: `${FIRST}/marketing/blog/hero-images/${id}_photo.jpg`,
    size: bytes.byteLength,
    mime_type: 'image/jpeg',
    width: 1200,
    tags: '["hero"]',
  })
  expect((await client.content('vt_olga', id)).equals(bytes)).toBe(true)
  const [, told] = await client.answer<{ state: string; asset: VaultAsset }>(new URL(at, client.server.origin).pathname, {
    as: 'vt_noah',
  })
  expect(told).toMatchObject({ state: 'done', asset: { id, r2_key: asset.r2_key } })
})

onDisk('is for editors, and its own only; what is missing or too large is refused', { timeout: 60_000 }, async () => {
  expect((await begin('vt_olga')).status).toBe(403)
  expect((await begin('vt_noah', { ...said, channel: 'Not a segment' })).status).toBe(422)
  expect((await begin('vt_noah', said, 100 * 1024 * 1024 + 1)).status).toBe(413)
  const at = (await begin('vt_noah')).headers.get('location') ?? ''
  expect((await patch('vt_noah', at, 10)).status).toBe(409)
  expect((await patch('vt_mia', at, 0)).status).toBe(404)
})
