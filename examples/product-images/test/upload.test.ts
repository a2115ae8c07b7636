import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Client, error, imageFile, start } from './client.ts'
import { asFormat, brokenPhoto, cornersOf, ORIENTATIONS, photo, photoWithNotes, SEEN, UPRIGHT } from './photos.ts'

const MIB = 1024 * 1024
const instant = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/)

let client: Client
beforeAll(async () => {
  client = await start()
})
afterAll(() => client.server.remove())

describe('a product image', { timeout: 60_000 }, () => {
  it('is uploaded, becomes ready, and opens at its URLs without a key', async () => {
    const bytes = await photo()
    const [status, made] = await client.post('pk_ines', [
      ['file', imageFile(bytes)],
      ['name', 'Blue Sneaker'],
      ['tags[]', 'footwear'],
      ['tags[]', 'summer'],
    ])
    const common = {
      asset_id: expect.stringMatching(/^asset_[0-9a-z]+$/),
      name: 'Blue Sneaker',
      url: expect.stringMatching(`^${client.server.origin}/`),
      thumbnail_url: expect.stringMatching(`^${client.server.origin}/`),
      ...SEEN,
      tags: ['footwear', 'summer'],
      created_at: instant,
    }
    const details = { file_size: bytes.byteLength, format: 'jpeg' }
    expect([status, made]).toEqual([201, { ...common, ...details, status: expect.stringMatching(/^(processing|ready)$/) }])

    const ready = await client.settled('pk_ines', made)
    expect(ready).toEqual({ ...made, status: 'ready', updated_at: instant })
    expect((await client.list('pk_ines'))[1].assets[0]).toEqual({ ...common, status: 'ready' })

    const opened = await client.call(made.url)
    expect([opened.status, opened.headers.get('content-type')]).toEqual([200, 'image/jpeg'])
    expect(Buffer.from(await opened.arrayBuffer()).equals(bytes)).toBe(true)
    const thumbnail = await client.call(made.thumbnail_url)
    expect(thumbnail.headers.get('content-type')).toMatch(/^image\//)
    expect(await sharp(await thumbnail.arrayBuffer()).metadata()).toMatchObject({ width: 400, height: 267 })
    const head = await client.call(made.thumbnail_url, { method: 'HEAD' })
    expect([head.status, head.headers.get('content-length')]).toEqual([200, thumbnail.headers.get('content-length')])
  })

  it('needs neither a name nor tags, which may also come as tags without brackets', async () => {
    const file = imageFile(await photo(), 'red-shoe.jpg')
    expect((await client.post('pk_ines', [['file', file]]))[1]).toMatchObject({ name: 'red-shoe.jpg', tags: [] })
    const [status, made] = await client.post('pk_ines', [
      ['name', 'Red Shoe'],
      ['tags', 'footwear'],
      ['tags', 'winter'],
      ['file', file],
    ])
    expect([status, made.name, made.tags]).toEqual([201, 'Red Shoe', ['footwear', 'winter']])
  })

  it.each(ORIENTATIONS)(
    'with EXIF orientation %i is as wide as it is seen, its thumbnail upright and without a place',
    async orientation => {
      const [status, made] = await client.post('pk_ines', [['file', imageFile(await photo(orientation))]])
      expect([status, made.width, made.height]).toEqual([201, SEEN.width, SEEN.height])
      await client.settled('pk_ines', made)
      const thumbnail = await client.bytes(made.thumbnail_url)
      const { width, height, orientation: turned, exif } = await sharp(thumbnail).metadata()
      expect([width, height, turned ?? 1]).toEqual([400, 267, 1])
      expect(await cornersOf(thumbnail)).toEqual(UPRIGHT)
      expect([exif, thumbnail.includes('Secret Camera')]).toEqual([undefined, false])
    },
  )

  it.each([
    ['png', { width: 300, height: 900 }, [133, 400]],
    ['webp', { width: 900, height: 900 }, [400, 400]],
    ['png', { width: 30, height: 20 }, [30, 20]],
  ] as const)('may be a %s of %o, whose thumbnail is %j', async (format, size, thumbnailSize) => {
    // Neither the name nor the declared type decides.
    const file = imageFile(await asFormat(format, size), 'image.bin', 'application/octet-stream')
    const [status, made] = await client.post('pk_ines', [['file', file]])
    expect([status, made]).toEqual([201, expect.objectContaining({ ...size, format, file_size: file.size })])
    expect((await client.settled('pk_ines', made)).status).toBe('ready')
    const { width, height } = await sharp(await client.bytes(made.thumbnail_url)).metadata()
    expect([width, height]).toEqual(thumbnailSize)
  })

  it('has its dimensions in the first answer, however far behind its beginning they are', async () => {
    const [status, made] = await client.post('pk_ines', [['file', imageFile(await photoWithNotes())]])
    expect([status, made]).toEqual([201, expect.objectContaining({ ...SEEN, format: 'jpeg' })])
    expect((await client.settled('pk_ines', made)).status).toBe('ready')
  })

  it('whose picture is broken fails, and keeps its bytes', async () => {
    const bytes = await brokenPhoto()
    const [status, made] = await client.post('pk_ines', [['file', imageFile(bytes, 'broken.jpg')]])
    expect([status, made]).toEqual([201, expect.objectContaining({ ...SEEN, format: 'jpeg' })])
    expect((await client.settled('pk_ines', made)).status).toBe('failed')
    expect((await client.list('pk_ines', '?status=failed'))[1].assets.map(({ asset_id }) => asset_id)).toContain(made.asset_id)
    expect(await client.bytes(made.url)).toEqual(bytes)
    expect(await client.answer(made.thumbnail_url)).toEqual([422, error])
  })

  it('has URLs that nobody can guess, alter or exchange', async () => {
    const file = imageFile(await photo())
    const [, one] = await client.post('pk_ines', [['file', file]])
    const [, other] = await client.post('pk_ines', [['file', file]])
    const urls = [one.url, one.thumbnail_url, other.url, other.thumbnail_url]
    expect(new Set(urls).size).toBe(4)
    for (const url of urls) {
      const token = url.split('/').at(-1) ?? ''
      expect(token.length).toBeGreaterThan(30)
      for (const at of [0, token.length >> 1, token.length - 2]) {
        const altered = token.slice(0, at) + (token[at] === 'A' ? 'B' : 'A') + token.slice(at + 1)
        expect(await client.answer(url.replace(token, altered))).toEqual([
          expect.toSatisfy(is => is === 403 || is === 404),
          error,
        ])
      }
    }
    expect(await client.answer(one.url.replace(/[^/]+$/, one.asset_id))).toEqual([
      expect.toSatisfy(is => is === 403 || is === 404),
      error,
    ])
  })
})

describe('refused with nothing stored:', () => {
  const refusedUpload = async (fields: Parameters<Client['post']>[1]): Promise<unknown> => {
    const before = (await client.list('pk_jon'))[1].total
    const [status, body] = await client.post('pk_jon', fields)
    expect(body).toEqual(error)
    expect((await client.list('pk_jon'))[1].total).toBe(before)
    return status
  }

  it.each([
    ['GIF', async () => asFormat('gif')],
    ['AVIF', async () => asFormat('avif', { width: 64, height: 48 })],
    ['HTML', async () => Buffer.from('<!doctype html><script>alert(1)</script>')],
    ['SVG', async () => Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>')],
    ['PDF', async () => Buffer.from('%PDF-1.7\n1 0 obj\n<<>>\nendobj\n')],
    ['text', async () => Buffer.from('a photo')],
  ])('%s bytes that call themselves a PNG (415)', async (_, bytes) => {
    expect(await refusedUpload([['file', imageFile(await bytes(), 'photo.png', 'image/png')]])).toBe(415)
  })

  it('more than 10 MB (413), and not a byte less', async () => {
    const whole = await photo()
    const padded = (size: number) => imageFile(Buffer.concat([whole, Buffer.alloc(size - whole.byteLength)]))
    expect(await refusedUpload([['file', padded(10 * MIB + 1)]])).toBe(413)
    expect((await client.post('pk_ines', [['file', padded(10 * MIB)]]))[0]).toBe(201)
  })

  it('neither a file nor a URL, both, or two files (400)', async () => {
    const file = imageFile(await photo())
    const url = 'https://example.com/product.jpg'
    expect(await refusedUpload([['name', 'Blue Sneaker']])).toBe(400)
    expect(
      await refusedUpload([
        ['url', url],
        ['file', file],
      ]),
    ).toBe(400)
    expect(
      await refusedUpload([
        ['file', file],
        ['url', url],
      ]),
    ).toBe(400)
    expect(
      await refusedUpload([
        ['file', file],
        ['file', file],
      ]),
    ).toBe(400)
    expect(
      await refusedUpload([
        ['file', 'text'],
        ['name', 'x'],
      ]),
    ).toBe(400)
    for (const json of [{}, { name: 'Blue Sneaker' }, { url, file: 'product.jpg' }]) {
      expect(await client.importUrl('pk_jon', json)).toEqual([400, error])
    }
    for (const json of [{ url: '' }, { url: 7 }]) expect(await client.importUrl('pk_jon', json)).toEqual([422, error])
  })
})
