import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import {
  ASSETS,
  type Client,
  clientOf,
  forbidden,
  guide,
  type LibraryAsset,
  lacks,
  notFound,
  start,
  textFile,
  UPLOADS,
  unauthorized,
} from './client.ts'

let client: Client
let hidden: LibraryAsset
let open: LibraryAsset
const upload = async (as: string, is_public: string): Promise<LibraryAsset> =>
  (
    await client.upload(as, [
      ['title', 'A file'],
      ['asset_type', 'document'],
      ['is_public', is_public],
      ['file', textFile()],
    ])
  )[1].data
beforeAll(async () => {
  client = await start()
})
beforeEach(async () => {
  hidden = await upload('lib_writer', 'false')
  open = await upload('lib_writer', 'true')
})
afterAll(() => client.server.remove())

const read = (path: string | null, as?: string, options: { method?: string; headers?: Record<string, string> } = {}) =>
  client.call(path ?? '', { ...(as !== undefined && { as }), ...options })

describe('a key', () => {
  it.each([
    ['GET', ASSETS],
    ['POST', ASSETS],
    ['POST', UPLOADS],
    ['GET', `${ASSETS}/ID`],
    ['PATCH', `${ASSETS}/ID`],
    ['DELETE', `${ASSETS}/ID`],
  ])('is needed, and must be known, for %s %s', async (method, path) => {
    for (const credentials of [{}, { as: 'lib_mallory' }]) {
      const response = await client.call(path.replace('ID', open.id), { method, ...credentials })
      expect([response.status, await response.json()]).toEqual([401, unauthorized])
      expect(response.headers.get('www-authenticate')).toMatch(/^Bearer/)
    }
  })

  it('must have the scope', async () => {
    const json = { title: 'x', asset_type: 'collection' }
    expect(await client.list('lib_upload_only')).toEqual([403, lacks('read:assets')])
    expect(await client.get('lib_upload_only', open.id)).toEqual([403, lacks('read:assets')])
    expect(await client.get('lib_upload_only', 'none')).toEqual([403, lacks('read:assets')])
    expect(await client.create('lib_reader', json)).toEqual([403, lacks('write:assets')])
    expect(await client.patch('lib_reader', open.id, { title: 'x' })).toEqual([403, lacks('write:assets')])
    expect(await client.remove('lib_reader', open.id)).toEqual([403, lacks('write:assets')])
    const [status, { data }] = await client.create('lib_upload_only', json)
    expect([status, data.title]).toEqual([201, 'x'])
  })
})

describe('an asset', () => {
  it('is shown to its user, to the admin, and to others where it is public', async () => {
    for (const [as, seesHidden] of [
      ['lib_writer', 200],
      ['lib_admin', 200],
      ['lib_reader', 404],
    ] as const) {
      expect((await client.get(as, open.id))[0]).toBe(200)
      const shown = await client.get(as, hidden.id)
      expect(shown).toEqual([seesHidden, seesHidden === 200 ? { success: true, data: hidden } : notFound])
    }
    expect(await client.get('lib_reader', hidden.id)).toEqual(
      await client.get('lib_reader', '01900000-0000-7000-8000-000000000000'),
    )
    for (const id of ['none', '1', hidden.slug, '%2e%2e']) expect(await client.get('lib_admin', id)).toEqual([404, notFound])
  })

  it('is changed and deleted by its user and the admin only', async () => {
    const other = await upload('lib_upload_only', 'true')
    for (const [id, answer] of [
      [other.id, [403, forbidden]],
      [(await upload('lib_upload_only', 'false')).id, [404, notFound]],
    ] as const) {
      expect(await client.patch('lib_writer', id, { title: 'Mine' })).toEqual(answer)
      expect(await client.remove('lib_writer', id)).toEqual(answer)
    }
    expect((await client.patch('lib_admin', hidden.id, { title: 'By the admin' }))[1].data.title).toBe('By the admin')
    expect(await client.remove('lib_admin', hidden.id)).toEqual([204, null])
    expect((await client.patch('lib_upload_only', other.id, { is_public: false }))[0]).toBe(200)
    expect((await client.get('lib_reader', other.id))[0]).toBe(404)
  })

  it('of a type that is chosen later must have its file', async () => {
    const [status] = await client.patch('lib_writer', open.id, { asset_type: 'image' })
    expect([status, (await client.get('lib_writer', open.id))[1].data.asset_type]).toEqual([400, 'document'])
  })
})

describe('a file', () => {
  it('is read by whoever may see its asset, without a key where it is public', async () => {
    expect(await (await read(open.file_path)).text()).toBe('some text')
    expect((await read(open.file_path, 'lib_upload_only')).status).toBe(200)
    for (const [as, status] of [
      ['lib_writer', 200],
      ['lib_admin', 200],
      ['lib_reader', 404],
    ] as const) {
      expect((await read(hidden.file_path, as)).status).toBe(status)
    }
    expect([401, 404]).toContain((await read(hidden.file_path)).status)
    expect((await read(open.file_path, 'lib_mallory')).status).toBe(401)
  })

  it('is downloaded, and can run no script', async () => {
    const page = new File(['<!doctype html><script>alert(1)</script>'], 'page.html', { type: 'text/html' })
    const [, { data }] = await client.upload('lib_writer', [
      ['title', 'x'],
      ['asset_type', 'document'],
      ['is_public', 'true'],
      ['file', page],
    ])
    const { headers } = await read(data.file_path)
    expect(headers.get('content-type')).not.toMatch(/html/)
    expect(headers.get('content-disposition')).toMatch(/^attachment/)
    expect(headers.get('content-security-policy')).toMatch(/default-src 'none'/)
  })

  it.each(['none.pdf', '..%2f..%2fetc%2fpasswd', '%2e%2e', '.', 'a%00b', '%E0%A4%A'])('is nowhere at %s', async name => {
    const response = await fetch(`${client.server.origin}/uploads/assets/${name}`, {
      headers: { authorization: 'Bearer lib_admin' },
    })
    expect(response.status).toBe(404)
  })

  it('counts each whole GET, neither HEAD, nor a later range, nor what is cached', async () => {
    const count = async () => (await client.get('lib_writer', open.id))[1].data.download_count
    const etag = (await read(open.file_path)).headers.get('etag') ?? ''
    await Promise.all(Array.from({ length: 4 }, async () => (await read(open.file_path, 'lib_reader')).text()))
    await read(open.file_path, undefined, { method: 'HEAD' })
    await read(open.file_path, undefined, { headers: { range: 'bytes=5-' } })
    await read(open.file_path, undefined, { headers: { 'if-none-match': etag } })
    expect(await count()).toBe(5)
    expect((await read(open.file_path, undefined, { headers: { range: 'bytes=0-3' } })).status).toBe(206)
    expect(await count()).toBe(6)
    expect((await client.list('lib_writer'))[1].data.find(({ id }) => id === open.id)?.download_count).toBe(6)
  })
})

describe('a request', () => {
  it('by a wrong method is 405, to a path that is none 404', async () => {
    for (const [path, method, allowed] of [
      [ASSETS, 'DELETE', /GET.*POST|POST.*GET/],
      [UPLOADS, 'GET', /POST/],
      [`${ASSETS}/${open.id}`, 'PUT', /GET/],
    ] as const) {
      const wrong = await client.call(path, { as: 'lib_admin', method })
      expect([wrong.status, await wrong.json(), wrong.headers.get('allow')]).toEqual([
        405,
        { error: 'Method Not Allowed', message: expect.stringMatching(/\w/) },
        expect.stringMatching(allowed),
      ])
    }
    for (const path of [
      '/',
      '/api/v1',
      `${ASSETS}/${open.id}/content`,
      `/${ASSETS}`,
      '/uploads/assets',
      '/uploads/none/note.txt.jpg',
    ]) {
      expect(await client.answer(path, { as: 'lib_admin' })).toEqual([404, notFound])
    }
    expect((await client.answer(ASSETS, { as: 'lib_admin', method: 'POST', body: 'text' }))[0]).toBe(415)
  })
})

it('the server ends within 5 s of SIGTERM, and after a restart has lost nothing', async () => {
  const own = await start()
  onTestFinished(() => own.server.remove())
  const [, { data }] = await own.upload('lib_writer', [
    ['title', 'Kept'],
    ['asset_type', 'pdf'],
    ['file', guide()],
  ])
  const staged = (await own.stage('lib_writer', guide()))[1].data
  for (let at = 0; at < 3; at++) await (await own.call(data.file_path ?? '', { as: 'lib_writer' })).text()
  const began = performance.now()
  expect(await own.server.stop()).toBe(0)
  expect(performance.now() - began).toBeLessThan(5000)

  const again = clientOf(await own.server.restart())
  onTestFinished(() => again.server.remove())
  const kept = await again.drawn('lib_writer', data.id)
  expect(kept).toMatchObject({ title: 'Kept', slug: 'kept', page_count: 2, download_count: 3, file_path: data.file_path })
  expect(await (await again.call(data.file_path ?? '', { as: 'lib_writer' })).text()).toBe(await guide().text())
  expect((await again.create('lib_writer', { title: 'Kept', asset_type: 'pdf', ...staged }))[1].data.slug).toBe('kept-2')
  await vi.waitFor(async () => expect((await again.get('lib_writer', data.id))[1].data.download_count).toBe(4), {
    timeout: 10_000,
  })
  expect(await again.server.stop()).toBe(0)
  expect(again.server.errors()).toBe('')
}, 120_000)
