import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { assetsOf, type Client, error, FIRST, start, type VaultAsset } from './client.ts'

interface Upload {
  readonly id: string
  readonly state: string
  readonly request: { readonly method: string; readonly url: string; readonly headers: Record<string, string> } | null
}

const UPLOADS = `${assetsOf(FIRST)}/uploads`
const bytes = await readFile(new URL('../../page-assets/photo.jpg', import.meta.url))
const wanted = {
  filename: 'photo.jpg',
  contentType: 'image/jpeg',
  sizeBytes: bytes.byteLength,
  partition: 'marketing',
  collection: 'blog',
  channel: 'hero-images',
  tags: ['hero'],
}

let client: Client
beforeAll(async () => {
  client = await start()
})
afterAll(() => client.server.remove())

const begin = (as: string, json: unknown = wanted) => client.answer<Upload>(UPLOADS, { as, method: 'POST', json })
const complete = (as: string, id: string) =>
  client.answer<VaultAsset>(`${UPLOADS}/${id}/complete`, { as, method: 'POST', json: {} })
const send = ({ request }: Upload) =>
  client.server.fetchSigned(request?.url ?? '', { method: request?.method ?? '', headers: request?.headers ?? {}, body: bytes })

it('goes straight to the storage, and ends as an asset like any other, under its readable key', { timeout: 60_000 }, async () => {
  const [status, upload] = await begin('vt_noah')
  expect([status, upload.state]).toEqual([201, 'open'])
  expect((await client.list('vt_olga'))[1].data).toEqual([])
  expect((await send(upload)).ok).toBe(true)
  const [made, asset] = await complete('vt_noah', upload.id)
  expect(made).toBe(201)
  expect(asset).toMatchObject({
    vault_id: FIRST,
    partition: 'marketing',
    r2_key: `${FIRST}/marketing/blog/hero-images/${asset.id}_photo.jpg`,
    size: bytes.byteLength,
    mime_type: 'image/jpeg',
    width: 1200,
    height: 800,
    tags: '["hero"]',
  })
  expect((await client.content('vt_olga', asset.id)).equals(bytes)).toBe(true)
  expect((await client.server.storage.list()).objects.map(({ key }) => key)).toContain(asset.r2_key)
})

it('is for editors, and its own only; what is missing or too large is refused', { timeout: 60_000 }, async () => {
  expect(await begin('vt_olga')).toEqual([403, error])
  expect((await begin('vt_noah', { ...wanted, channel: 'Not a segment' }))[0]).toBe(422)
  expect(await begin('vt_noah', { ...wanted, sizeBytes: 100 * 1024 * 1024 + 1 })).toEqual([413, error])
  const [, upload] = await begin('vt_noah')
  expect(await complete('vt_noah', upload.id)).toEqual([409, error])
  expect(await complete('vt_mia', upload.id)).toEqual([404, error])
})
