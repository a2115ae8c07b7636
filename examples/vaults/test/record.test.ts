import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  assetsOf,
  type Client,
  error,
  errorAt,
  FIRST,
  instant,
  PLACE,
  SECOND,
  start,
  textFile,
  type VaultAsset,
} from './client.ts'

let client: Client
let asset: VaultAsset
beforeAll(async () => {
  client = await start()
})
beforeEach(async () => {
  const fields = [
    ...PLACE,
    ['metadata', '{"alt":"A hero","size":{"w":1,"h":2}}'],
    ['tags', '["old"]'],
    ['file', textFile()],
  ] as const
  asset = (await client.post('vt_noah', fields))[1]
})
afterAll(() => client.server.remove())

describe('an update', () => {
  it('merges metadata', async () => {
    const [status, updated] = await client.patch('vt_noah', asset.id, { metadata: { by: 'noah', size: { w: 3 } } })
    expect([status, updated]).toEqual([
      200,
      { ...asset, metadata: '{"alt":"A hero","size":{"w":3,"h":2},"by":"noah"}', updated_at: instant },
    ])
    expect(updated.updated_at >= asset.updated_at).toBe(true)
    expect(await client.get('vt_noah', asset.id)).toEqual([200, updated])
    const { metadata } = (await client.patch('vt_noah', asset.id, { metadata: { alt: null } }))[1]
    expect(JSON.parse(metadata)).toEqual({ size: { w: 3, h: 2 }, by: 'noah' })
  })

  it('replaces tags', async () => {
    expect((await client.patch('vt_noah', asset.id, { tags: ['hero', 'blog'] }))[1]).toMatchObject({
      tags: '["hero","blog"]',
      metadata: asset.metadata,
    })
    expect((await client.patch('vt_noah', asset.id, { tags: [], metadata: { a: 1 } }))[1].tags).toBe('[]')
  })

  it.each([
    [{}, undefined],
    [{ tags: 'hero' }, 'tags'],
    [{ tags: [1] }, 'tags'],
    [{ tags: null }, 'tags'],
    [{ tags: [' '] }, 'tags'],
    [{ metadata: [] }, 'metadata'],
    [{ metadata: null }, 'metadata'],
    [{ metadata: '{"a":1}' }, 'metadata'],
    [{ metadata: { a: 'x'.repeat(64 * 1024) } }, 'metadata'],
  ])('with %j is 422', async (json, field) => {
    expect(await client.patch('vt_noah', asset.id, json)).toEqual([422, field === undefined ? error : errorAt(field)])
    expect(await client.get('vt_noah', asset.id)).toEqual([200, asset])
  })

  it.each(['partition', 'filename', 'r2_key', 'vault_id', 'id', 'createdBy', 'fields', 'visibility', '__proto__'])(
    'can not change %s',
    async name => {
      const body = `{"tags":[],"${name}":"x"}`
      const headers = { 'content-type': 'application/json' }
      const path = `${assetsOf(FIRST)}/${asset.id}`
      expect(await client.answer(path, { as: 'vt_mia', method: 'PATCH', body, headers })).toEqual([
        400,
        { error: expect.objectContaining(error.error) },
      ])
      expect(await client.get('vt_noah', asset.id)).toEqual([200, asset])
    },
  )

  it('that is no JSON is 415, and broken JSON 400', async () => {
    const path = `${assetsOf(FIRST)}/${asset.id}`
    const send = (type: string, body: string) =>
      client.answer(path, { as: 'vt_noah', method: 'PATCH', body, headers: { 'content-type': type } })
    expect(await send('text/plain', '{"tags":[]}')).toEqual([415, error])
    expect(await send('application/json', '{"tags":[}')).toEqual([400, error])
  })

  it('holds an If-Match', async () => {
    const path = `${assetsOf(FIRST)}/${asset.id}`
    const etag = (await client.call(path, { as: 'vt_noah' })).headers.get('etag') ?? ''
    const patch = () =>
      client.answer(path, { as: 'vt_noah', method: 'PATCH', json: { tags: ['x'] }, headers: { 'if-match': etag } })
    expect((await patch())[0]).toBe(200)
    expect(await patch()).toEqual([412, error])
  })
})

describe('the bytes', () => {
  const read = (headers: Record<string, string> = {}, method = 'GET') =>
    client.call(`${assetsOf(FIRST)}/${asset.id}/content`, { as: 'vt_olga', method, headers })

  it('are read whole, in part, and not again where they are known', async () => {
    const whole = await read()
    expect([whole.status, whole.headers.get('content-type'), await whole.text()]).toEqual([
      200,
      expect.stringMatching(/^text\/plain/),
      'some text',
    ])
    const part = await read({ range: 'bytes=5-6' })
    expect([part.status, part.headers.get('content-range'), await part.text()]).toEqual([206, 'bytes 5-6/9', 'te'])
    expect((await read({ range: 'bytes=9-' })).status).toBe(416)
    const etag = whole.headers.get('etag') ?? ''
    expect((await read({ 'if-none-match': etag })).status).toBe(304)
    expect((await read({ 'if-match': '"other"' })).status).toBe(412)
    const head = await read({}, 'HEAD')
    expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([200, '9', ''])
  })
})

describe('a deletion', () => {
  it('answers 204, and takes the asset from list and storage', async () => {
    const stored = () => client.server.storage.head(asset.r2_key)
    expect(await stored()).not.toBeNull()
    expect(await client.remove('vt_mia', asset.id)).toEqual([204, null])
    expect(await client.get('vt_mia', asset.id)).toEqual([404, error])
    expect((await client.list('vt_mia', '?limit=200'))[1].data.map(({ id }) => id)).not.toContain(asset.id)
    expect((await client.call(`${assetsOf(FIRST)}/${asset.id}/content`, { as: 'vt_mia' })).status).toBe(404)
    expect(await client.remove('vt_mia', asset.id)).toEqual([404, error])
    await vi.waitFor(async () => expect(await stored()).toBeNull(), { timeout: 15_000 })
  })
})

describe('a vault', () => {
  it('lets viewers list and get, editors upload and patch besides, owners delete', async () => {
    const fields = [...PLACE, ['file', textFile()]] as const
    for (const [as, upload, patch, remove] of [
      ['vt_olga', 403, 403, 403],
      ['vt_noah', 201, 200, 403],
      ['vt_mia', 201, 200, 204],
    ] as const) {
      expect((await client.list(as))[0]).toBe(200)
      expect((await client.get(as, asset.id))[0]).toBe(200)
      expect((await client.content(as, asset.id)).toString()).toBe('some text')
      expect((await client.post(as, fields))[0]).toBe(upload)
      expect((await client.patch(as, asset.id, { tags: ['x'] }))[0]).toBe(patch)
      const removed = await client.remove(as, asset.id)
      expect(removed).toEqual([remove, remove === 403 ? error : null])
    }
  })

  it('is 404 to anyone without a role there, like one that is not', async () => {
    const [, own] = await client.post('vt_noah', [...PLACE, ['file', textFile()]], SECOND)
    for (const as of ['vt_mia', 'vt_olga']) {
      for (const vault of [SECOND, 'vault_01hzy3v7k9e8q2m4n6p8r0s1t4', '__proto__', 'constructor']) {
        expect(await client.list(as, '', vault)).toEqual([404, error])
        expect(await client.get(as, own.id, vault)).toEqual([404, error])
        expect(await client.post(as, [...PLACE, ['file', textFile()]], vault)).toEqual([404, error])
        expect(await client.patch(as, own.id, { tags: [] }, vault)).toEqual([404, error])
        expect(await client.remove(as, own.id, vault)).toEqual([404, error])
        expect((await client.call(`${assetsOf(vault)}/${own.id}/content`, { as })).status).toBe(404)
      }
    }
    expect((await client.list('vt_mia', '', SECOND))[1]).toEqual((await client.list('vt_mia', '', 'vault_none'))[1])
  })

  it('holds no asset of another', async () => {
    const [, own] = await client.post('vt_noah', [...PLACE, ['file', textFile()]], SECOND)
    for (const answered of [
      await client.get('vt_noah', own.id),
      await client.patch('vt_noah', own.id, { tags: [] }),
      await client.remove('vt_mia', own.id),
      await client.get('vt_noah', 'asset_none'),
      await client.get('vt_noah', '../x'),
    ]) {
      expect(answered).toEqual([404, error])
    }
    expect((await client.get('vt_noah', own.id, SECOND))[0]).toBe(200)
  })
})
