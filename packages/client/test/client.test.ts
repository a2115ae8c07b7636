import { openAsBlob } from 'node:fs'
import { afterAll, beforeAll, beforeEach, describe, expect, expectTypeOf, it } from 'vitest'
import { type Asset, type AssetClient, AssetClientError, createAssetClient, type UploadProgress } from '../src/index.ts'
import { openHouseApi } from './house-api.ts'
import { listen } from './listen.ts'

let api: Awaited<ReturnType<typeof openHouseApi>>
let server: Awaited<ReturnType<typeof listen>>
let assets: AssetClient

beforeAll(async () => {
  server = await listen((request, response) => api.listener(request, response))
})
beforeEach(async () => {
  api = await openHouseApi()
  assets = createAssetClient({ baseUrl: `${server.origin}/api/assets/`, token: 'secret' })
  return () => api.close()
})

const count = async () => (await assets.list()).items.length
const read = async (id: Asset['id']) => (await assets.download(id)).text()
afterAll(() => server.close())

const text = (content = 'hello', name = 'hello.txt') => new File([content], name, { type: 'text/plain' })

async function* chunksOf(...parts: string[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield new TextEncoder().encode(part)
}

async function* zeros(bytes: number): AsyncGenerator<Uint8Array> {
  for (let left = bytes; left > 0; left -= 100_000) yield new Uint8Array(100_000)
}

describe('an upload', () => {
  it('sends the file and everything that is said of it', async () => {
    const asset = await assets.upload(text(), {
      title: 'Grüße "an" alle',
      description: 'two\nlines',
      visibility: 'private',
      tags: ['a', 'b,c'],
      metadata: { camera: { lens: 50 } },
      fields: { page: 7, draft: false, words: ['x', 'y'] },
    })
    expectTypeOf(asset).toEqualTypeOf<Asset>()
    expect(asset).toMatchObject({
      title: 'Grüße "an" alle',
      description: 'two\nlines',
      visibility: 'private',
      tags: ['a', 'b,c'],
      metadata: { camera: { lens: 50 } },
      fields: { page: 7, draft: false, words: ['x', 'y'] },
      filename: 'hello.txt',
      contentType: 'text/plain',
      sizeBytes: 5,
    })
    expect(api.seen[0]?.headers.authorization).toBe('Bearer secret')
  })

  it.each([
    ['a Blob', () => new Blob(['hello'])],
    ['an ArrayBuffer', () => new TextEncoder().encode('hello').buffer],
    ['a Uint8Array', () => new TextEncoder().encode('hello')],
    ['a part of an ArrayBuffer', () => new TextEncoder().encode('__hello__').subarray(2, 7)],
    ['a stream', () => chunksOf('he', 'llo')],
    ['a web stream', () => new Blob(['hello']).stream()],
    ['a file on disk', () => openAsBlob(new URL('./greeting.txt', import.meta.url))],
  ])('takes %s', async (_name, make) => {
    const asset = await assets.upload(await make(), { filename: 'näme, 100 %.txt', contentType: 'text/plain' })
    expect(asset).toMatchObject({ filename: 'näme, 100 %.txt', contentType: 'text/plain' })
    expect(await read(asset.id)).toBe('hello')
  })

  it('counts what was sent, and says the length beforehand', async () => {
    const seen: UploadProgress[] = []
    const big = new Blob([new Uint8Array(3_000_000)])
    const asset = await assets.upload(big, { title: 'zeros', onProgress: progress => seen.push(progress) })
    expect(seen.length).toBeGreaterThan(1)
    expect(seen.map(({ loaded }) => loaded)).toEqual(seen.map(({ loaded }) => loaded).sort((a, b) => a - b))
    expect(seen.at(-1)).toEqual({ loaded: 3_000_000, total: 3_000_000, fraction: 1 })
    expect(Number(api.seen[0]?.headers['content-length'])).toBeGreaterThan(3_000_000)
    expect(asset).toMatchObject({ title: 'zeros', sizeBytes: 3_000_000 })
  })

  it('counts a stream whose length nobody knows', async () => {
    const seen: UploadProgress[] = []
    await assets.upload(chunksOf('he', 'llo'), { onProgress: progress => seen.push(progress) })
    expect(seen).toEqual([
      { loaded: 2, total: null, fraction: null },
      { loaded: 5, total: null, fraction: null },
    ])
  })

  it('that is aborted rejects with the reason and ends its source', async () => {
    const controller = new AbortController()
    let ended = false
    async function* endless() {
      try {
        for (;;) yield new Uint8Array(65_536)
      } finally {
        ended = true
      }
    }
    const onProgress = ({ loaded }: UploadProgress) => loaded > 1_000_000 && controller.abort()
    const upload = assets.upload(endless(), { signal: controller.signal, onProgress: progress => void onProgress(progress) })
    await expect(upload).rejects.toMatchObject({ name: 'AbortError' })
    await expect.poll(() => ended, { timeout: 15_000 }).toBe(true)
    expect(await count()).toBe(0)
  })

  it('whose source fails rejects, with the cause', async () => {
    async function* broken() {
      yield new Uint8Array(10)
      throw new Error('disk gone')
    }
    const error: AssetClientError = await assets.upload(broken()).catch(e => e)
    expect(error).toMatchObject({ code: 'network' })
    expect(await count()).toBe(0)
  })
})

describe('an upload that the API refuses', () => {
  it.each([
    ['a Blob', () => new Blob([new Uint8Array(60_000_000)]), undefined],
    ['a Blob with progress', () => new Blob([new Uint8Array(60_000_000)]), () => undefined],
    ['a stream', () => zeros(60_000_000), undefined],
  ])('for its size says so: %s', async (_name, make, onProgress) => {
    await expect(assets.upload(make(), { onProgress })).rejects.toMatchObject({ code: 'content_too_large', status: 413 })
    expect(await count()).toBe(0)
  })

  it('for its details says which', async () => {
    const error: AssetClientError = await assets.upload(text(), { fields: { page: 'seven' } }).catch(e => e)
    expect(error).toMatchObject({ code: 'unprocessable', status: 422 })
    expect(JSON.stringify(error.problem)).toContain('/fields/page')
  })
})

describe('lists', () => {
  beforeEach(async () => {
    for (let i = 1; i <= 5; i++) await assets.upload(text(`${i}`, `${i}.txt`))
    api.seen.length = 0
  })

  it('come by page, or asset by asset over all pages', async () => {
    const page = await assets.list({ limit: 2 })
    expect(page).toMatchObject({ items: [{ filename: '5.txt' }, { filename: '4.txt' }], cursor: expect.any(String) })
    const sizes = []
    for await (const { items } of assets.pages({ limit: 2 })) sizes.push(items.length)
    expect(sizes).toEqual([2, 2, 1])
    const names = []
    for await (const { filename } of assets.all({ limit: 2, cursor: page.cursor ?? '' })) names.push(filename)
    expect(names).toEqual(['3.txt', '2.txt', '1.txt'])
  })

  it('ask for the next page only when it is needed', async () => {
    for await (const _asset of assets.all({ limit: 2 })) break
    expect(api.seen).toHaveLength(1)
  })

  it('say everything in the query', async () => {
    await assets.list({
      type: ['image', 'pdf'],
      tags: ['a b', 'ü&'],
      search: 'x=y',
      sort: '-title',
      filter: { page: 7, draft: false, unset: undefined },
    })
    const found = await assets.list({ type: 'text', search: '3.TXT', sort: 'filename' })
    expect(found.items.map(({ filename }) => filename)).toEqual(['3.txt'])
    await assets.list({ words: 'a b', ranked: true, 'tags[all]': ['a', 'b'], filter: { 'createdAt[gte]': '2026-01-01' } })
    expect(decodeURIComponent(api.seen[2]?.url ?? '')).toContain(
      '?createdAt[gte]=2026-01-01&words=a+b&ranked=true&tags[all]=a&tags[all]=b',
    )
    const query = new URL(api.seen[0]?.url ?? '', server.origin).searchParams
    expect([...query]).toEqual([
      ['page', '7'],
      ['draft', 'false'],
      ['type', 'image'],
      ['type', 'pdf'],
      ['tags', 'a b'],
      ['tags', 'ü&'],
      ['search', 'x=y'],
      ['sort', '-title'],
    ])
  })
})

describe('one asset', () => {
  let asset: Asset
  beforeEach(async () => {
    asset = await assets.upload(text())
  })

  it('may have pictures that were made from it', async () => {
    expect(assets.derivativeUrl(asset.id, 'a b')).toBe(`${server.origin}/api/assets/${asset.id}/derivatives/a%20b`)
    // This kind declares none.
    await expect(assets.download(asset.id, { derivative: 'small' })).rejects.toMatchObject({ status: 404 })
    expect(api.seen.at(-1)?.url).toBe(`/api/assets/${asset.id}/derivatives/small`)
  })

  it('is read, changed and deleted by its id', async () => {
    expect(await assets.get(asset.id)).toEqual(asset)
    expect(asset.etag).toMatch(/^".+"$/)
    const { etag: ifMatch } = asset
    expect(await assets.update(asset.id, { title: 'New', tags: null }, { ifMatch: asset.etag })).toMatchObject({
      title: 'New',
      version: 2,
    })
    expect(api.seen.at(-1)?.headers).toMatchObject({ 'content-type': 'application/merge-patch+json', 'if-match': ifMatch })
    await expect(assets.delete(asset.id, { ifMatch })).rejects.toMatchObject({
      code: 'precondition_failed',
      status: 412,
    })
    expect(await assets.delete(asset.id)).toBeUndefined()
    await expect(assets.get(asset.id)).rejects.toMatchObject({ code: 'not_found', status: 404 })
  })

  it('is tagged and deleted together with others, each with its own result', async () => {
    const other = await assets.upload(text(), { tags: ['old'] })
    const tagged = await assets.tagMany([asset.id, 'none', other.id], { add: ['new'], remove: ['old'] })
    expect(tagged).toMatchObject([
      { id: asset.id, status: 200 },
      { id: 'none', status: 404, error: { code: 'not_found' } },
      { id: other.id, status: 200 },
    ])
    expect((await assets.update(other.id, { tags: { add: ['last'] } })).tags).toEqual(['new', 'last'])
    expect(await assets.deleteMany([asset.id, other.id])).toEqual([asset, other].map(({ id }) => ({ id, status: 204 })))
    await expect(assets.deleteMany(Array<string>(1001).fill('none'))).rejects.toMatchObject({ status: 400 })
  })

  it('is downloaded, whole or in part, by its URL', async () => {
    expect(assets.contentUrl(asset.id)).toBe(`${server.origin}${asset.url}`)
    expect(assets.contentUrl('a/b c')).toBe(`${server.origin}/api/assets/a%2Fb%20c/content`)
    expect(await (await assets.download(asset.id)).text()).toBe('hello')
    const part = async (range: object) => (await assets.download(asset.id, { range: range as { start: number } })).text()
    expect([await part({ start: 1, end: 2 }), await part({ start: 3 }), await part({ suffix: 1 })]).toEqual(['el', 'lo', 'o'])
  })

  it('gets other bytes', async () => {
    const seen: UploadProgress[] = []
    const replaced = await assets.replace(asset.id, new Blob(['%PDF-1.7\n'], { type: 'application/pdf' }), {
      ifMatch: asset.etag,
      filename: 'paper.pdf',
      onProgress: progress => seen.push(progress),
    })
    expect(replaced).toMatchObject({ contentType: 'application/pdf', sizeBytes: 9, version: 2 })
    expect(api.seen.at(-1)).toMatchObject({ method: 'PUT', url: expect.stringContaining('?filename=paper.pdf') })
    expect(seen).toEqual([{ loaded: 9, total: 9, fraction: 1 }])
    expect(await assets.replace(asset.id, chunksOf('a', 'b'))).toMatchObject({
      sizeBytes: 2,
      contentType: 'application/octet-stream',
    })
    expect(await assets.replace(asset.id, text('abc'))).toMatchObject({ sizeBytes: 3, contentType: 'text/plain' })
  })

  it('can be shared by a link', async () => {
    const link = await assets.createLink(asset.id, { expiresInSeconds: 60 })
    expect(Date.parse(link.expiresAt) - Date.now()).toBeLessThanOrEqual(60_000)
    expect(await (await fetch(new URL(link.url, server.origin))).text()).toBe('hello')
  })

  it('can be made from words', async () => {
    expect(await assets.generate({ prompt: 'A boat', aspectRatio: '16:9', title: 'Boat' })).toMatchObject({
      type: 'image',
      contentType: 'image/jpeg',
      title: 'Boat',
    })
  })
})

describe('credentials', () => {
  it('are asked for before each request', async () => {
    let asked = 0
    const client = createAssetClient({
      baseUrl: `${server.origin}/api/assets`,
      token: async () => `t${++asked}`,
      headers: () => ({ 'x-team': `team ${asked}` }),
    })
    await client.list()
    await client.list()
    expect(api.seen.map(({ headers }) => [headers.authorization, headers['x-team']])).toEqual([
      ['Bearer t1', 'team 1'],
      ['Bearer t2', 'team 2'],
    ])
  })

  it('that are wrong give the error of the API', async () => {
    const client = createAssetClient({ baseUrl: `${server.origin}/api/assets`, token: 'wrong' })
    const error: AssetClientError = await client.list().catch(e => e)
    expect(error).toBeInstanceOf(AssetClientError)
    expect(error).toMatchObject({
      name: 'AssetClientError',
      code: 'unauthenticated',
      status: 401,
      message: expect.stringMatching(/token|credential/i),
      problem: { requestId: expect.any(String), type: 'urn:stowage:problem:unauthenticated' },
    })
  })
})
