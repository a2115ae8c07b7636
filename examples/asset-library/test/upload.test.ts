import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type Client, guide, instant, invalid, lacks, notFound, photo, start, textFile, uuid } from './client.ts'

let client: Client
beforeAll(async () => {
  client = await start()
})
afterAll(() => client.server.remove())

const fields = (asset_type: string, title = 'A file') =>
  [
    ['title', title],
    ['asset_type', asset_type],
  ] as const
const total = async (): Promise<number> => (await client.list('lib_admin'))[1].pagination.total

describe('an uploaded file', { timeout: 60_000 }, () => {
  it('that is a PDF has pages, words and a thumbnail', async () => {
    const file = guide()
    const [status, { data }] = await client.upload('lib_writer', [
      ['file', file],
      ['title', 'Product Guide 2024'],
      ['description', 'Comprehensive guide to our products'],
      ['asset_type', 'pdf'],
      ['is_public', 'true'],
    ])
    const drawn = await client.drawn('lib_writer', data.id)
    expect([status, drawn]).toEqual([
      201,
      {
        id: uuid,
        title: 'Product Guide 2024',
        slug: 'product-guide-2024',
        description: 'Comprehensive guide to our products',
        asset_type: 'pdf',
        file_path: '/uploads/assets/product-guide.pdf',
        file_size: file.size,
        mime_type: 'application/pdf',
        thumbnail_path: '/uploads/thumbnails/product-guide.pdf.jpg',
        page_count: 2,
        word_count: 6,
        download_count: 0,
        is_public: true,
        created_at: instant,
        updated_at: instant,
      },
    ])
    // The 201 said the same, as far as it was known within two seconds.
    expect(Object.keys(data)).toEqual(Object.keys(drawn))
    const thumbnail = await client.call(drawn.thumbnail_path ?? '')
    expect([thumbnail.status, thumbnail.headers.get('content-type')]).toEqual([200, 'image/jpeg'])
  })

  it('that is an image has dimensions and a thumbnail', async () => {
    const file = await photo()
    const [status, { data }] = await client.upload('lib_writer', [...fields('image'), ['file', file]])
    expect([status, data]).toEqual([
      201,
      expect.objectContaining({ asset_type: 'image', mime_type: 'image/jpeg', width: 1200, height: 800, file_size: file.size }),
    ])
    const { thumbnail_path } = await client.drawn('lib_writer', data.id)
    expect(thumbnail_path).toBe('/uploads/thumbnails/photo.jpg.jpg')
    expect((await client.call(thumbnail_path ?? '', { as: 'lib_writer' })).status).toBe(200)
    // Private, like the file.
    for (const path of [thumbnail_path, data.file_path]) expect(await client.answer(path ?? '')).toEqual([404, notFound])
  })

  it('that is a document counts its words, and may be anything', async () => {
    const [, { data }] = await client.upload('lib_writer', [...fields('document'), ['file', textFile('one two three')]])
    await vi.waitFor(async () => expect((await client.get('lib_writer', data.id))[1].data.word_count).toBe(3), {
      timeout: 30_000,
    })
    const zip = new File(['PK\u0003\u0004'.padEnd(64, 'x')], 'a.zip')
    expect((await client.upload('lib_writer', [...fields('document'), ['file', zip]]))[1].data).toMatchObject({
      file_path: '/uploads/assets/a.zip',
      thumbnail_path: null,
      word_count: null,
    })
  })

  it('has a path of its own, and is read there', async () => {
    const upload = async (text: string) =>
      (await client.upload('lib_writer', [...fields('document'), ['file', textFile(text, 'same name.txt')]]))[1].data.file_path ??
      ''
    const [first, second] = [await upload('first'), await upload('second')]
    expect([first, second]).toEqual([
      '/uploads/assets/same%20name.txt',
      expect.stringMatching(/^\/uploads\/assets\/same%20name-[0-9a-f]{8}\.txt$/),
    ])
    const read = async (path: string) => (await client.call(path, { as: 'lib_writer' })).text()
    expect([await read(first), await read(second)]).toEqual(['first', 'second'])
  })

  it.each([
    ['pdf', () => photo('fake.pdf')],
    ['image', async () => guide('fake.jpg')],
    ['image', async () => textFile('<!doctype html><script>alert(1)</script>', 'a.png', 'image/png')],
    ['video', () => photo('film.mp4')],
    ['audio', async () => textFile('sound', 'sound.mp3', 'audio/mpeg')],
  ] as const)('that is no %s by its bytes is refused, and so is the staged one', async (asset_type, file) => {
    const before = await total()
    const refused = [400, invalid('file', `File is no ${asset_type}`)]
    // The type before the file, and behind it.
    expect(await client.upload('lib_writer', [...fields(asset_type), ['file', await file()]])).toEqual(refused)
    expect(await client.upload('lib_writer', [['file', await file()], ...fields(asset_type)])).toEqual(refused)
    const [, { data }] = await client.stage('lib_writer', await file())
    expect(await client.create('lib_writer', { title: 'x', asset_type, ...data })).toEqual(refused)
    expect(await total()).toBe(before)
    // It was not used up.
    expect((await client.create('lib_writer', { title: 'x', asset_type: 'document', ...data }))[0]).toBe(201)
  })

  it.each([
    ['title', [['asset_type', 'document']]],
    ['title', fields('document', ' ')],
    ['title', fields('document', 'x'.repeat(501))],
    ['asset_type', [['title', 'x']]],
    ['asset_type', fields('film')],
    ['external_url', fields('link')],
    ['external_url', [...fields('link'), ['external_url', 'https://example.com/']]],
    ['file_path', [...fields('document'), ['file_path', '/uploads/assets/x']]],
    ['is_public', [...fields('document'), ['is_public', 'yes']]],
    ['title', [...fields('document'), ['title', 'again']]],
  ] as const)('is refused for its %s: %j', async (field, given) => {
    const before = await total()
    expect(await client.upload('lib_writer', [...given, ['file', textFile()]])).toEqual([400, invalid(field)])
    expect(await client.upload('lib_writer', [['file', textFile()], ...given])).toEqual([400, invalid(field)])
    expect(await total()).toBe(before)
  })

  it('must be there, once, and hold something', async () => {
    for (const files of [[], [textFile(), textFile()]]) {
      const parts = files.map(file => ['file', file] as const)
      expect(await client.upload('lib_writer', [...fields('document'), ...parts])).toEqual([400, invalid('file')])
    }
    const [status, answer] = await client.upload('lib_writer', [...fields('document'), ['file', textFile('')]])
    expect([status, answer]).toEqual([400, expect.objectContaining({ error: 'Validation failed' })])
  })
})

describe('a staged file', { timeout: 60_000 }, () => {
  const pathOf = async (as = 'lib_writer', file = guide()): Promise<string> => (await client.stage(as, file))[1].data.file_path

  it('becomes an asset at the path that was handed out', async () => {
    const [status, answer] = await client.stage('lib_writer', guide('Ünser guide.pdf'))
    const file_path = expect.stringMatching(/^\/uploads\/assets\/[0-9a-f]{32}-Unser-guide\.pdf$/)
    expect([status, answer]).toEqual([201, { success: true, data: { file_path } }])
    const path = answer.data.file_path
    expect((await client.call(path, { as: 'lib_writer' })).status).toBe(404)
    const [made, { data }] = await client.create('lib_writer', { title: 'Staged', asset_type: 'pdf', file_path: path })
    expect([made, data.file_path, data.mime_type, data.file_size]).toEqual([201, path, 'application/pdf', guide().size])
    expect(await (await client.call(path, { as: 'lib_writer' })).text()).toBe(await guide().text())
    expect(await client.drawn('lib_writer', data.id)).toMatchObject({ page_count: 2, word_count: 6 })
  })

  it('is used once, by its user', async () => {
    const file_path = await pathOf()
    const create = (as: string) => client.create(as, { title: 'Mine', asset_type: 'pdf', file_path })
    for (const as of ['lib_admin', 'lib_upload_only']) expect(await create(as)).toEqual([400, invalid('file_path')])
    const racing = await Promise.all(Array.from({ length: 5 }, () => create('lib_writer')))
    expect(racing.map(([status]) => status).sort()).toEqual([201, 400, 400, 400, 400])
    expect(await create('lib_writer')).toEqual([400, invalid('file_path')])
  })

  it('is nowhere but at its path', async () => {
    const path = await pathOf()
    const name = path.split('/').at(-1) ?? ''
    for (const file_path of [
      '/etc/passwd',
      '/uploads/assets/',
      '/uploads/assets/product-guide.pdf',
      '/uploads/assets/../../etc/passwd',
      `/uploads/assets/../assets/${name}`,
      `/uploads/assets//${name}`,
      `/uploads/assets/%2e%2e/${name}`,
      `/uploads/${name}`,
      name,
      `${path}x`,
      `${path}/`,
      path.replace('.pdf', '.exe'),
      path.slice(0, -4),
      `${path}\0`,
      path.toUpperCase(),
      `${client.server.origin}${path}`,
      `/uploads/assets/${'0'.repeat(32)}-a.pdf`,
      '',
    ]) {
      expect(await client.create('lib_writer', { title: 'x', asset_type: 'pdf', file_path })).toEqual([400, invalid('file_path')])
    }
    expect(
      (
        await client.create('lib_writer', {
          title: 'x',
          asset_type: 'pdf',
          file_path: path,
          external_url: 'https://example.com/',
        })
      )[0],
    ).toBe(400)
    expect((await client.create('lib_writer', { title: 'x', asset_type: 'pdf', file_path: path }))[0]).toBe(201)
  })

  it('comes in a form with nothing else, from whoever may write', async () => {
    expect(await client.stage('lib_reader', guide())).toEqual([403, lacks('write:assets')])
    expect(await pathOf('lib_upload_only')).toMatch(/product-guide/)
    const body = new FormData()
    body.append('file', guide())
    body.append('title', 'x')
    expect(await client.answer('/api/v1/uploads', { as: 'lib_writer', method: 'POST', body })).toEqual([400, invalid('title')])
  })
})
