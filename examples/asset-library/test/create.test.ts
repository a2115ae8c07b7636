import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Client, instant, invalid, notFound, start, uuid } from './client.ts'

let client: Client
beforeAll(async () => {
  client = await start()
})
afterAll(() => client.server.remove())

const link = (more: object = {}) => ({ title: 'A link', asset_type: 'link', external_url: 'https://example.com/', ...more })

describe('an asset without a file', () => {
  it('is created as the document shows it, with an embed URL', async () => {
    const [status, { success, data }] = await client.create('lib_writer', {
      title: 'New Product Demo',
      description: 'Video demonstration of our latest product',
      asset_type: 'external_video',
      external_url: 'https://youtube.com/watch?v=example',
      is_public: true,
    })
    expect([status, success, data]).toEqual([
      201,
      true,
      {
        id: uuid,
        title: 'New Product Demo',
        slug: 'new-product-demo',
        description: 'Video demonstration of our latest product',
        asset_type: 'external_video',
        file_path: null,
        file_size: null,
        mime_type: null,
        thumbnail_path: null,
        page_count: null,
        external_url: 'https://youtube.com/watch?v=example',
        video_embed: 'https://youtube.com/embed/example',
        download_count: 0,
        is_public: true,
        created_at: instant,
        updated_at: instant,
      },
    ])
    expect(await client.get('lib_reader', data.id)).toEqual([200, { success: true, data }])
    expect((await client.list('lib_reader'))[1].data).toContainEqual(data)
  })

  it.each([
    ['https://www.youtube.com/watch?v=dQw4w9WgXcQ&t=43', 'https://youtube.com/embed/dQw4w9WgXcQ'],
    ['https://youtu.be/dQw4w9WgXcQ', 'https://youtube.com/embed/dQw4w9WgXcQ'],
    ['https://youtube.com/shorts/dQw4w9WgXcQ', 'https://youtube.com/embed/dQw4w9WgXcQ'],
    ['https://vimeo.com/76979871', 'https://player.vimeo.com/video/76979871'],
    ['https://videos.example.com/watch?v=1', null],
    ['https://evil.example/youtube.com/watch?v=1', null],
  ])('of the video %s is embedded as %s', async (external_url, video_embed) => {
    const [status, { data }] = await client.create('lib_writer', link({ asset_type: 'external_video', external_url }))
    expect([status, data.external_url, data.video_embed]).toEqual([201, external_url, video_embed])
  })

  it('is private where nothing is said, and needs no description', async () => {
    const [, { data }] = await client.create('lib_writer', link())
    expect([data.is_public, data.description, data.external_url, 'video_embed' in data]).toEqual([
      false,
      null,
      'https://example.com/',
      false,
    ])
  })

  it.each(['collection', 'git'])('may be a %s, with a URL or without', async asset_type => {
    expect((await client.create('lib_writer', { title: 'Ours', asset_type }))[1].data.asset_type).toBe(asset_type)
    const external_url = 'https://git.example.com/ours'
    expect((await client.create('lib_writer', { title: 'Ours', asset_type, external_url }))[1].data).toMatchObject({
      external_url,
    })
  })

  it('has a slug of its own', async () => {
    const slugs: string[] = []
    for (let count = 0; count < 3; count++)
      slugs.push((await client.create('lib_writer', link({ title: 'Straße & Café' })))[1].data.slug)
    const other = (await client.create('lib_admin', link({ title: 'strasse cafe' })))[1].data.slug
    expect([...slugs, other]).toEqual(['strasse-cafe', 'strasse-cafe-2', 'strasse-cafe-3', 'strasse-cafe-4'])
  })

  it('has a title of 500 characters at most, without blanks around it', async () => {
    expect((await client.create('lib_writer', link({ title: 'x'.repeat(500) })))[0]).toBe(201)
    expect((await client.create('lib_writer', link({ title: '  Blanks ' })))[1].data.title).toBe('Blanks')
  })

  it.each<[string, object, string | undefined]>([
    ['title', { asset_type: 'link', external_url: 'https://example.com/' }, 'Title is required'],
    ['title', link({ title: '' }), 'Title is required'],
    ['title', link({ title: '  ' }), 'Title is required'],
    ['title', link({ title: 7 }), undefined],
    ['title', link({ title: null }), undefined],
    ['title', link({ title: 'x'.repeat(501) }), 'Title must have at most 500 characters'],
    ['description', link({ description: [] }), undefined],
    ['asset_type', { title: 'No type' }, 'Asset type is required'],
    ['asset_type', link({ asset_type: 'spreadsheet' }), undefined],
    ['asset_type', link({ asset_type: 'Link' }), undefined],
    ['external_url', { title: 'A link', asset_type: 'link' }, 'External url is required'],
    ['external_url', { title: 'A video', asset_type: 'external_video' }, 'External url is required'],
    ['external_url', link({ external_url: 'ftp://example.com/' }), undefined],
    ['external_url', link({ external_url: 'javascript:alert(1)' }), undefined],
    ['external_url', link({ external_url: 'https://user:secret@example.com/' }), undefined],
    ['external_url', link({ external_url: '//example.com/' }), undefined],
    ['external_url', link({ external_url: `https://example.com/${'x'.repeat(2000)}` }), undefined],
    ['external_url', link({ external_url: 7 }), undefined],
    ['is_public', link({ is_public: 'true' }), undefined],
    ['is_public', link({ is_public: 1 }), undefined],
    ['file_path', { title: 'A file', asset_type: 'pdf' }, 'File path is required'],
    ['file_path', { title: 'A file', asset_type: 'document' }, 'File path is required'],
    ['file_path', link({ asset_type: 'image' }), 'File path is required'],
    ['slug', link({ slug: 'mine' }), undefined],
    ['createdBy', link({ createdBy: 'admin' }), undefined],
  ])('is refused for its %s: %j', async (field, json, message) => {
    const before = (await client.list('lib_admin'))[1].pagination.total
    expect(await client.create('lib_writer', json)).toEqual([400, invalid(field, message ?? invalid(field).message)])
    expect((await client.list('lib_admin'))[1].pagination.total).toBe(before)
  })

  it.each([
    '',
    '{',
    '[]',
    '"text"',
    'null',
    '{"title":"a","title":"b"}',
    '{"title":"a","asset_type":"git","__proto__":{"is_public":true}}',
  ])('is none of the body %j', async body => {
    const headers = { 'content-type': 'application/json' }
    const [status, answer] = await client.answer('/api/v1/assets', { as: 'lib_writer', method: 'POST', body, headers })
    expect([status, answer]).toEqual([400, expect.objectContaining({ error: 'Validation failed' })])
  })
})

describe('an update', () => {
  it('changes what it names', async () => {
    const [, { data }] = await client.create('lib_writer', link({ description: 'Old' }))
    const [status, patched] = await client.patch('lib_writer', data.id, {
      title: 'A new title',
      description: null,
      is_public: true,
      external_url: 'https://example.org/',
    })
    const wanted = { title: 'A new title', description: null, is_public: true, external_url: 'https://example.org/' }
    expect([status, patched]).toEqual([200, { success: true, data: { ...data, ...wanted, updated_at: instant } }])
    // Links to it keep working.
    expect(patched.data.slug).toMatch(/^a-link/)
    expect(await client.patch('lib_writer', data.id, { asset_type: 'collection' })).toEqual([
      200,
      { success: true, data: { ...patched.data, asset_type: 'collection', updated_at: instant } },
    ])
  })

  it('is held to the same rules', async () => {
    const [, { data }] = await client.create('lib_writer', link())
    for (const [json, field] of [
      [{ title: '' }, 'title'],
      [{ title: null }, 'title'],
      [{ asset_type: 'pdf' }, 'file_path'],
      [{ asset_type: 'none' }, 'asset_type'],
      [{ external_url: 'file:///etc/passwd' }, 'external_url'],
      [{ external_url: null }, 'external_url'],
      [{ is_public: null }, 'is_public'],
      [{ slug: 'x' }, 'slug'],
      [{ id: 'x' }, 'id'],
      [{ download_count: 7 }, 'download_count'],
    ] as const) {
      expect(await client.patch('lib_writer', data.id, json)).toEqual([400, invalid(field)])
    }
    const [status] = await client.patch('lib_writer', data.id, { file_path: `/uploads/assets/${'0'.repeat(32)}-a.pdf` })
    expect(status).toBe(400)
    expect((await client.get('lib_writer', data.id))[1].data).toEqual(data)
  })
})

describe('a deletion', () => {
  it('answers 204, and then there is nothing', async () => {
    const [, { data }] = await client.create('lib_writer', link())
    expect(await client.remove('lib_writer', data.id)).toEqual([204, null])
    expect(await client.get('lib_writer', data.id)).toEqual([404, notFound])
    expect(await client.remove('lib_writer', data.id)).toEqual([404, notFound])
  })
})
