import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { assetsOf, type Client, error, errorAt, FIRST, instant, PLACE, photo, SECOND, start, textFile } from './client.ts'

const MIB = 1024 * 1024

let client: Client
beforeAll(async () => {
  client = await start()
})
afterAll(() => client.server.remove())

/** Every key in the storage. */
const objects = async (): Promise<string[]> => (await client.server.storage.list()).objects.map(({ key }) => key)
const stored = async (key: string): Promise<Buffer> => {
  const { body } = await client.server.storage.get(key)
  const chunks: Uint8Array[] = []
  for await (const chunk of body) chunks.push(chunk)
  return Buffer.concat(chunks)
}

describe('an upload', { timeout: 60_000 }, () => {
  it('answers 201 with the asset as the document shows it', async () => {
    const file = await photo()
    const [status, asset] = await client.post('vt_noah', [
      ['file', file],
      ...PLACE,
      ['metadata', '{"alt":"A hero"}'],
      ['tags', '["hero","blog"]'],
    ])
    expect([status, asset]).toEqual([
      201,
      {
        id: expect.stringMatching(/^asset_[0-9a-z]{26}$/),
        vault_id: FIRST,
        partition: 'marketing',
        collection: 'blog',
        channel: 'hero-images',
        filename: 'photo.jpg',
        r2_key: `${FIRST}/marketing/blog/hero-images/${asset.id}_photo.jpg`,
        size: file.size,
        mime_type: 'image/jpeg',
        width: 1200,
        height: 800,
        metadata: '{"alt":"A hero"}',
        tags: '["hero","blog"]',
        created_at: instant,
        updated_at: instant,
      },
    ])
    expect(await client.get('vt_olga', asset.id)).toEqual([200, asset])
  })

  it('has no dimensions but those of images, and empty metadata and tags where none are sent', async () => {
    const [, asset] = await client.post('vt_mia', [...PLACE, ['file', textFile()]])
    expect(asset).toMatchObject({ mime_type: 'text/plain', width: null, height: null, metadata: '{}', tags: '[]', size: 9 })
  })

  it('lies in the storage under its r2_key, wherever in the form the file stands', async () => {
    const bytes = await photo()
    const orders = [
      [...PLACE, ['file', bytes]],
      [['file', bytes], ...PLACE],
      [PLACE[0], ['file', bytes], PLACE[1], PLACE[2], ['filename', 'late name.jpg']],
    ] as const
    for (const fields of orders) {
      const [status, asset] = await client.post('vt_mia', fields)
      expect([status, asset.r2_key]).toEqual([
        201,
        `${FIRST}/marketing/blog/hero-images/${asset.id}_${asset.filename.replaceAll(' ', '-')}`,
      ])
      const want = Buffer.from(await bytes.arrayBuffer())
      expect((await stored(asset.r2_key)).equals(want)).toBe(true)
      expect((await client.content('vt_mia', asset.id)).equals(want)).toBe(true)
    }
    const { data } = (await client.list('vt_mia', '?limit=200'))[1]
    expect((await objects()).sort()).toEqual(data.map(asset => asset.r2_key).sort())
  })

  it.each([
    ['override.png', 'override.png', 'override.png'],
    ['Ürlaub am See.jpg', 'Ürlaub am See.jpg', 'Urlaub-am-See.jpg'],
    ['a/b/c.jpg', 'c.jpg', 'c.jpg'],
    ['', 'photo.jpg', 'photo.jpg'],
    ['日本.jpg', '日本.jpg', 'file.jpg'],
    [`${'x'.repeat(250)}.jpg`, `${'x'.repeat(250)}.jpg`, `${'x'.repeat(96)}.jpg`],
  ])('named %j is called so, and its key holds only what keys may hold', async (given, filename, inKey) => {
    const [status, asset] = await client.post('vt_mia', [...PLACE, ['filename', given], ['file', await photo()]])
    expect([status, asset.filename, asset.r2_key.split('/').at(-1)]).toEqual([201, filename, `${asset.id}_${inKey}`])
    expect((await stored(asset.r2_key)).byteLength).toBe(asset.size)
  })

  it('is of the type that its bytes have', async () => {
    const file = new File([await (await photo()).arrayBuffer()], 'page.html', { type: 'text/html' })
    expect((await client.post('vt_mia', [...PLACE, ['file', file]]))[1].mime_type).toBe('image/jpeg')
  })

  it.each(['a', '7', 'a-b', 'a--b', '0-x-9', 'x'.repeat(64)])('takes %j as a part of its path', async part => {
    const fields = PLACE.map(([name]) => [name, part] as const)
    const [status, asset] = await client.post('vt_mia', [...fields, ['file', textFile()]])
    expect([status, asset.r2_key]).toEqual([201, `${FIRST}/${part}/${part}/${part}/${asset.id}_note.txt`])
  })
})

describe('refused with nothing stored:', { timeout: 60_000 }, () => {
  let before: string[]
  beforeAll(async () => {
    before = await objects()
  })
  const unchanged = async (vault = FIRST): Promise<void> => {
    expect(await objects()).toEqual(before)
    expect((await client.list('vt_noah', '?limit=200', vault))[1].data).toHaveLength(vault === FIRST ? before.length : 0)
  }

  const bad = ['', 'A', 'a_b', 'a/b', '..', '.', '-a', 'a-', 'ä', 'a b', 'x'.repeat(65), 'a\n', '%2e%2e', '__proto__']
  it.each(PLACE.flatMap(([name]) => bad.map(value => [name, value] as const)))('%s %j', async (name, value) => {
    const fields = PLACE.map(field => (field[0] === name ? ([name, value] as const) : field))
    // Before the file, and behind it.
    expect(await client.post('vt_mia', [...fields, ['file', textFile()]])).toEqual([422, errorAt(name)])
    expect(await client.post('vt_mia', [['file', textFile()], ...fields])).toEqual([422, errorAt(name)])
  })

  it.each(PLACE.map(([name]) => name))('no %s', async missing => {
    const fields = PLACE.filter(([name]) => name !== missing)
    const refused = await client.post<{ error: { message: string } }>('vt_mia', [...fields, ['file', textFile()]])
    expect(refused).toEqual([422, errorAt(missing)])
    expect(refused[1].error.message).toContain('is required')
    await unchanged()
  })

  it.each([
    ['metadata', '{"a":'],
    ['metadata', '[1]'],
    ['metadata', '"text"'],
    ['tags', '["a"'],
    ['tags', '"a"'],
    ['tags', '[1]'],
    ['tags', '[""]'],
    ['tags', '{"a":1}'],
    ['tags', JSON.stringify(Array.from({ length: 101 }, (_, at) => `tag ${at}`))],
  ])('%s that are %s', async (name, value) => {
    expect(await client.post('vt_mia', [...PLACE, [name, value], ['file', textFile()]])).toEqual([422, errorAt(name)])
    await unchanged()
  })

  it('a name that tries to leave its folder', async () => {
    expect(await client.post('vt_mia', [...PLACE, ['filename', '../../etc/passwd'], ['file', textFile()]])).toEqual([
      400,
      errorAt('filename'),
    ])
    await unchanged()
  })

  it('a field of more than 64 KiB', async () => {
    const metadata = JSON.stringify({ alt: 'x'.repeat(64 * 1024) })
    expect(await client.post('vt_mia', [...PLACE, ['metadata', metadata], ['file', textFile()]])).toEqual([413, error])
    await unchanged()
  })

  it('no file, two files, a file in another field, an empty one, an unknown field, or one that repeats', async () => {
    const file = textFile()
    for (const fields of [
      PLACE,
      [...PLACE, ['file', file], ['file', file]],
      [...PLACE, ['image', file]],
      [...PLACE, ['file', 'text']],
      [...PLACE, ['file', textFile('')]],
      [...PLACE, ['file', file], ['vault_id', SECOND]],
      [...PLACE, ['channel', 'other'], ['file', file]],
    ] as const) {
      expect(await client.post('vt_mia', fields)).toEqual([400, { error: expect.objectContaining(error.error) }])
    }
    await unchanged()
  })

  it('a body that is no form', async () => {
    const path = assetsOf(FIRST)
    expect(await client.answer(path, { as: 'vt_mia', method: 'POST', json: { partition: 'a' } })).toEqual([415, error])
    expect(await client.answer(`${path}?filename=a.txt`, { as: 'vt_mia', method: 'POST', body: 'text' })).toEqual([415, error])
    await unchanged()
  })

  it('more than 100 MB (413), and not a byte less', async () => {
    const sized = (bytes: number): File => new File([new Uint8Array(bytes)], 'big.bin', { type: 'application/octet-stream' })
    expect(await client.post('vt_noah', [...PLACE, ['file', sized(100 * MIB + 1)]], SECOND)).toEqual([413, error])
    await unchanged(SECOND)
    const [status, asset] = await client.post('vt_noah', [...PLACE, ['file', sized(100 * MIB)]], SECOND)
    expect([status, asset.size]).toEqual([201, 100 * MIB])
    expect(await client.remove('vt_noah', asset.id, SECOND)).toEqual([204, null])
  })
})
