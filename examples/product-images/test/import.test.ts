import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Client, error, start } from './client.ts'
import { startOrigin } from './origin.ts'
import { cornersOf, photo, SEEN, UPRIGHT } from './photos.ts'

const MIB = 1024 * 1024

let client: Client
let origin: Awaited<ReturnType<typeof startOrigin>>
let other: Awaited<ReturnType<typeof startOrigin>>
let bytes: Buffer
const asked: string[] = []

beforeAll(async () => {
  bytes = await photo(6)
  other = await startOrigin((_req, res) => {
    asked.push('the other')
    res.end(bytes)
  })
  origin = await startOrigin((req, res) => {
    asked.push(`${req.url} ${req.headers.authorization ?? ''}`)
    if (req.url === '/product.jpg') res.setHeader('content-type', 'image/jpeg').end(bytes)
    else if (req.url === '/moved') res.writeHead(302, { location: '/product.jpg' }).end()
    else if (req.url === '/inside') res.writeHead(302, { location: `http://${other.host}/product.jpg` }).end()
    else if (req.url === '/page') res.setHeader('content-type', 'image/jpeg').end('<!doctype html><script>alert(1)</script>')
    else if (req.url === '/large') res.setHeader('content-type', 'image/jpeg').end(Buffer.concat([bytes, Buffer.alloc(10 * MIB)]))
    else res.writeHead(404).end()
  })
  client = await start({ IMPORT_ALLOW_HOSTS: `${origin.host}, example.test:80` })
})
afterAll(async () => {
  await client?.server.remove()
  await origin?.close()
  await other?.close()
})

describe('an import from a URL', { timeout: 60_000 }, () => {
  it('gives an image like one that was uploaded', async () => {
    const url = `http://${origin.host}/product.jpg`
    const [status, made] = await client.importUrl('pk_ines', { url, name: 'Blue Sneaker', tags: ['footwear', 'summer'] })
    expect([status, made]).toEqual([
      201,
      expect.objectContaining({
        asset_id: expect.stringMatching(/^asset_/),
        name: 'Blue Sneaker',
        tags: ['footwear', 'summer'],
        ...SEEN,
        file_size: bytes.byteLength,
        format: 'jpeg',
      }),
    ])
    expect((await client.settled('pk_ines', made)).status).toBe('ready')
    expect((await client.bytes(made.url)).equals(bytes)).toBe(true)
    expect(await cornersOf(await client.bytes(made.thumbnail_url))).toEqual(UPRIGHT)
    // No credentials go out.
    expect(asked.at(-1)).toBe('/product.jpg ')
  })

  it('follows redirects, and is named after its file where no name is given', async () => {
    const [status, made] = await client.importUrl('pk_ines', { url: `http://${origin.host}/moved` })
    expect([status, made.name, made.tags]).toEqual([201, 'product.jpg', []])
  })

  it('may be asked for in a form', async () => {
    const url = `http://${origin.host}/product.jpg`
    const [status, made] = await client.post('pk_ines', [
      ['url', url],
      ['name', 'From a form'],
      ['tags[]', 'summer'],
    ])
    expect([status, made.name, made.tags, made.format]).toEqual([201, 'From a form', ['summer'], 'jpeg'])
  })

  it('never reaches what is not public, however it is spelt', async () => {
    const urls = [
      'http://127.0.0.1:1/a.jpg',
      'http://localhost:3000/a.jpg',
      'http://[::1]/a.jpg',
      'http://0.0.0.0/a.jpg',
      'http://10.0.0.1/a.jpg',
      'http://192.168.1.1/a.jpg',
      'http://169.254.169.254/latest/meta-data',
      'http://[fe80::1]/a.jpg',
      'http://[::ffff:127.0.0.1]/a.jpg',
      'http://2130706433/a.jpg',
      'http://0x7f.1/a.jpg',
      'file:///etc/passwd',
      'ftp://example.test/a.jpg',
      'nowhere',
    ]
    const answers = await Promise.all(urls.map(url => client.importUrl('pk_ines', { url })))
    expect(answers).toEqual(urls.map(() => [422, error]))
    expect(new Set(answers.map(([, body]) => JSON.stringify(body))).size).toBe(1)
  })

  it('never follows a redirect to another server of this machine', async () => {
    for (const url of [`http://${origin.host}/inside`, `http://${other.host}/product.jpg`]) {
      expect(await client.importUrl('pk_ines', { url })).toEqual([422, error])
    }
    expect(asked).not.toContain('the other')
  })

  it('takes only images (415), of up to 10 MB (413), that are there', async () => {
    const before = (await client.list('pk_ines'))[1].total
    const at = (path: string) => client.importUrl('pk_ines', { url: `http://${origin.host}${path}` })
    expect(await at('/page')).toEqual([415, error])
    expect(await at('/large')).toEqual([413, error])
    expect(await at('/missing')).toEqual([expect.toSatisfy(status => status === 422 || status === 502), error])
    expect((await client.list('pk_ines'))[1].total).toBe(before)
  })
})
