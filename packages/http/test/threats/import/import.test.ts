import { createServer, type RequestListener } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { isPublicAddress, urlImporter } from '@stowage/url-import'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { alice, docs, openWire, type WireOptions } from '../wire/wire-server.ts'

/** Stands for a public address, and one for a private one. */
const [PUBLIC, PRIVATE] = ['127.0.0.2', '127.0.0.3']
const JPEG = Buffer.from('ffd8ffe000104a46494600010100000100010000ffd9', 'hex')
const pictures = { ...docs, accept: ['image/*'] }

async function origin(listener: RequestListener, address = PUBLIC, port = 0): Promise<number> {
  const server = createServer(listener)
  await new Promise<void>(resolve => server.listen(port, address, resolve))
  onTestFinished(async () => {
    server.closeAllConnections()
    await new Promise(resolve => server.close(resolve))
  })
  return (server.address() as AddressInfo).port
}

/** A whole server that imports, on a disk and a database, beside an origin and a private server on the same port. */
async function serve(listener: RequestListener, options: WireOptions = {}) {
  const inside: string[] = []
  const sockets: Socket[] = []
  const port = await origin(listener)
  await origin(
    (req, res) => {
      inside.push(req.url ?? '')
      res.end(JPEG)
    },
    PRIVATE,
    port,
  )
  const importer = urlImporter({
    refusalMs: 0,
    ports: [port],
    mayConnect: address => address === PUBLIC || isPublicAddress(address),
    resolve: async name => [name === 'public.example' ? PUBLIC : PRIVATE],
    connect: to => {
      if (!to.address.startsWith('127.')) throw new Error(`The test would have connected to ${to.address}.`)
      const socket = connect(to.port, to.address)
      sockets.push(socket)
      return socket
    },
  })
  const wire = await openWire({ kind: pictures, ...options, stowage: { importer } })
  const post = (url: string, headers: Record<string, string> = alice) =>
    wire.send('/docs', {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify({ url }),
    })
  const base = `http://public.example:${port}`
  return { wire, post, base, port, inside, sockets }
}

/** What an origin spoils is refused with a status, one event and a closed connection, and leaves nothing: no row, object, temporary file or usage. */
async function expectSpoilt(listener: RequestListener, status: number): Promise<void> {
  const { wire, post, base, sockets } = await serve(listener)
  const before = await wire.state()
  expect((await post(`${base}/photo.jpg?sig=s3cret`)).status).toBe(status)
  await vi.waitFor(async () => expect(await wire.state()).toEqual(before), { timeout: 10_000 })
  await vi.waitFor(() => expect(sockets.map(({ destroyed }) => destroyed)).toEqual([true]))
  expect(wire.logged.map(({ message }) => message)).toEqual([status < 500 ? 'request refused' : 'request failed'])
  expect(JSON.stringify(wire.logged)).not.toContain('s3cret')
}

describe('an import through the whole server', () => {
  it('becomes an asset whose bytes are those of its origin', async () => {
    const { wire, post, base, sockets } = await serve((req, res) => {
      if (req.url?.startsWith('/a')) res.writeHead(302, { location: '/holiday%20photo' }).end()
      else res.setHeader('content-type', 'image/png').end(JPEG)
    })
    const made = await post(`${base}/a?sig=s3cret`)
    expect([made.status, made.json]).toMatchObject([
      201,
      { contentType: 'image/jpeg', filename: 'holiday photo.jpg', sizeBytes: JPEG.length },
    ])
    expect((await wire.send(`/docs/${made.json.id}/content`)).bytes).toEqual(JPEG)
    expect(JSON.stringify(made.json)).not.toMatch(/s3cret|public\.example/)
    expect(sockets.every(({ destroyed }) => destroyed)).toBe(true)
  })

  it.each([
    ['threat 61: an address in another spelling', (port: number) => `http://2130706435:${port}/`],
    ['threat 62: an address inside one of IPv6', (port: number) => `http://[::ffff:127.0.0.3]:${port}/`],
    ['threat 63: a private address itself', (port: number) => `http://${PRIVATE}:${port}/`],
    ['threat 64: a name of a private address', (port: number) => `http://private.example:${port}/`],
    ['threat 65: a redirect inside', (port: number) => `http://public.example:${port}/inside`],
    ['threat 66: credentials', (port: number) => `http://a:b@public.example:${port}/`],
    ['threat 66: a port of something else', () => 'http://public.example:6379/'],
    ['threat 66: another scheme', () => 'file:///etc/passwd'],
    ['threat 67: metadata of a cloud', () => 'http://169.254.169.254/latest/meta-data/'],
    ['threat 70: a port where nobody listens', () => 'http://public.example/'],
    ['threat 84: what looks like a host that is allowed', (port: number) => `http://public.example.private.example:${port}/`],
  ])('%s is 422 in the one form of words, reaches nothing, and leaves nothing behind', async (_name, url) => {
    const { wire, post, port, inside } = await serve((req, res) => {
      res.writeHead(302, { location: req.url === '/inside' ? `http://${PRIVATE}:${port}/` : '/' }).end()
    })
    const attack = async () => {
      const answer = await post(url(port))
      expect(answer.json).toMatchObject({
        code: 'unprocessable',
        detail: expect.stringMatching(/^The file at this URL cannot be imported/),
      })
      return answer.status
    }
    await wire.refuses(attack, 422)
    expect(inside).toEqual([])
  })

  it.each<[string, RequestListener, number]>([
    ['threat 68: an endless body', (_req, res) => void endless(res), 413],
    [
      'threat 68: an announced size above the limit',
      (_req, res) => void res.writeHead(200, { 'content-length': 2_000_000 }).write(JPEG),
      413,
    ],
    [
      'threat 68: a body that breaks off',
      (_req, res) =>
        void res
          .writeHead(200, { 'content-length': 900_000 })
          .write(Buffer.concat([JPEG, Buffer.alloc(200_000)]), () => res.destroy()),
      502,
    ],
    ['threat 68: a compressed body', (_req, res) => void res.writeHead(200, { 'content-encoding': 'gzip' }).end(JPEG), 502],
    ['threat 68: a part of a body', (_req, res) => void res.writeHead(206, { 'content-range': 'bytes 0-21/99' }).end(JPEG), 502],
  ])('%s is refused, its connection closed, and leaves nothing behind', async (_name, listener, status) => {
    await expectSpoilt(listener, status)
  })

  it('threat 69: a login page that calls itself a picture is refused by its bytes, and leaves nothing behind', async () => {
    const page = '<!doctype html><title>Log in</title>'
    await expectSpoilt((_req, res) => void res.writeHead(200, { 'content-type': 'image/jpeg' }).end(page), 415)
  })

  it('by nobody is refused before anything is asked of its origin', async () => {
    let asked = 0
    const { wire, post, base, sockets } = await serve((_req, res) => {
      asked += 1
      res.end(JPEG)
    })
    await wire.refuses(async () => (await post(`${base}/photo.jpg`, {})).status, 401)
    expect([asked, sockets]).toEqual([0, []])
  })
})

function endless(res: Parameters<RequestListener>[1]): void {
  res.write(JPEG)
  const more = (): void => {
    while (!res.destroyed && res.write(Buffer.alloc(65_536, 1)));
    if (!res.destroyed) res.once('drain', more)
  }
  res.on('error', () => undefined)
  more()
}
