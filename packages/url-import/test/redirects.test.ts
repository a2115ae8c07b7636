import type { IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { describe, expect, it } from 'vitest'
import { failureOf, guarded, origin, PRIVATE, PUBLIC, take } from './world.ts'

const REFUSED = { code: 'unprocessable', message: expect.stringMatching(/^The file at this URL cannot be imported/) }

/** An origin whose paths lead on as `to` says, and end at `/end`. */
async function leading(to: (path: string, port: number) => string | readonly [number, string] | null) {
  const asked: IncomingMessage[] = []
  const served = await origin((req, res) => {
    asked.push(req)
    const next = to(req.url ?? '', served.port)
    if (next === null) return void res.end('the end')
    const [status, location] = typeof next === 'string' ? [302, next] : next
    res.writeHead(status, { location: Buffer.from(location).toString('latin1'), 'set-cookie': 'sid=1' })
    res.end('not this')
  })
  return { port: served.port, served, asked }
}

describe('threat 64: names that lead elsewhere the second time', () => {
  it('a name is asked for once, and the connection goes to that answer', async () => {
    const { port } = await origin((_req, res) => res.end('public'))
    const inside = await origin((_req, res) => res.end('private'), { address: PRIVATE, port })
    let times = 0
    const resolve = async () => (++times === 1 ? [PUBLIC] : [PRIVATE])
    const { importer, connects } = guarded({ ports: [port], resolve })
    expect(String(await take(importer, `http://rebinding.example:${port}/`))).toBe('public')
    expect([times, connects, inside.connections]).toEqual([1, [`${PUBLIC}:${port}`], 0])
    expect(await failureOf(importer, `http://rebinding.example:${port}/`)).toMatchObject(REFUSED)
    expect([connects.length, inside.connections]).toEqual([1, 0])
  })

  it('and once more for each redirect, whose answer is checked anew', async () => {
    const { port } = await leading(() => '/again')
    let times = 0
    const { importer, connects } = guarded({ ports: [port], resolve: async () => (++times === 1 ? [PUBLIC] : [PRIVATE]) })
    expect(await failureOf(importer, `http://rebinding.example:${port}/`)).toMatchObject(REFUSED)
    expect([times, connects]).toEqual([2, [`${PUBLIC}:${port}`]])
  })

  it.each([
    ['a private one last', [PUBLIC, PRIVATE]],
    ['a private one first', [PRIVATE, PUBLIC]],
    ['a private one beyond all that would be tried', [...Array(60).fill(PUBLIC), '::1']],
    ['none at all', []],
    ['what is no address', ['private.example']],
    ['an address in an old spelling', ['0177.0.0.3']],
    ['an empty one', ['']],
  ])('an answer with %s is refused, and nothing is connected', async (_name, answer) => {
    const { importer, connects } = guarded({ resolve: async () => answer })
    expect(await failureOf(importer, 'http://public.example/')).toMatchObject(REFUSED)
    expect(connects).toEqual([])
  })

  it('a connection that went elsewhere is dropped before a byte is sent', async () => {
    const { port } = await origin((_req, res) => res.end('public'))
    const inside = await origin((_req, res) => res.end('private'), { address: PRIVATE, port })
    let received = 0
    const { importer } = guarded({
      ports: [port],
      connect: to => {
        const socket = connect(to.port, PRIVATE)
        socket.on('close', () => {
          received += socket.bytesWritten
        })
        return socket
      },
    })
    expect(await failureOf(importer, `http://public.example:${port}/`)).toMatchObject(REFUSED)
    expect([inside.connections <= 1, received]).toEqual([true, 0])
  })

  it('of several addresses the next is tried where one does not answer', async () => {
    const { port } = await origin((_req, res) => res.end('here'))
    const { importer, connects } = guarded({
      ports: [port],
      mayConnect: () => true,
      resolve: async () => ['127.0.0.9', PUBLIC],
    })
    expect(String(await take(importer, `http://public.example:${port}/`))).toBe('here')
    expect(connects).toEqual([`127.0.0.9:${port}`, `${PUBLIC}:${port}`])
  })
})

describe('threat 65: redirects', () => {
  it('at most three are followed', async () => {
    const { port, asked } = await leading(path => (Number(path.slice(1)) > 0 ? `/${Number(path.slice(1)) - 1}` : null))
    const { importer, connects } = guarded({ ports: [port] })
    expect(String(await take(importer, `http://public.example:${port}/3`))).toBe('the end')
    expect(await failureOf(importer, `http://public.example:${port}/4`)).toMatchObject(REFUSED)
    expect([asked.length, connects.length]).toEqual([8, 8])
    const none = guarded({ ports: [port], maxRedirects: 0 })
    expect(await failureOf(none.importer, `http://public.example:${port}/1`)).toMatchObject(REFUSED)
    expect(none.connects.length).toBe(1)
  })

  it.each([301, 302, 303, 307, 308])('status %d is one', async status => {
    const { port } = await leading(path => (path === '/' ? [status, '/end'] : null))
    expect(String(await take(guarded({ ports: [port] }).importer, `http://public.example:${port}/`))).toBe('the end')
  })

  it.each([
    ['a private address', () => `http://${PRIVATE}/`],
    ['a private address on the port of the origin', (port: number) => `http://${PRIVATE}:${port}/`],
    ['a name of one', () => 'http://private.example/'],
    ['a name of a cloud', () => 'http://metadata.google.internal/'],
    ['this machine', (port: number) => `http://localhost:${port}/`],
    ['the private address, without a scheme', (port: number) => `//${PRIVATE}:${port}/`],
    ['a file', () => 'file:///etc/passwd'],
    ['data', () => 'data:text/plain,hello'],
    ['another protocol', () => 'gopher://public.example/'],
    ['credentials', (port: number) => `http://user:pass@public.example:${port}/end`],
    ['credentials, without a scheme', (port: number) => `//@public.example:${port}/end`],
    ['another port', () => 'http://public.example:6379/'],
    ['a backslash', (port: number) => `http://public.example:${port}\\@${PRIVATE}/`],
    ['a space', () => '/a b'],
    ['itself', () => '/'],
    ['itself with a fragment', () => '/#again'],
    ['nowhere', () => 'http://'],
    ['a fullwidth address', (port: number) => `http://①②⑦.⓪.⓪.③:${port}/`],
  ])('to %s are refused', async (_name, to) => {
    const { port } = await leading((path, own) => (path === '/' ? to(own) : null))
    const inside = await origin((_req, res) => res.end('private'), { address: PRIVATE, port })
    const { importer, connects } = guarded({ ports: [port] })
    expect(await failureOf(importer, `http://public.example:${port}/`)).toMatchObject(REFUSED)
    expect([connects, inside.connections]).toEqual([[`${PUBLIC}:${port}`], 0])
  })

  it('that go round are refused at the first repetition', async () => {
    const { port, asked } = await leading(path => (path === '/a' ? '/b' : '/a'))
    expect(await failureOf(guarded({ ports: [port] }).importer, `http://public.example:${port}/a`)).toMatchObject(REFUSED)
    expect(asked.length).toBe(2)
  })

  it('to another origin carry no credentials, cookies or referrer, and ask for the file as it lies there', async () => {
    const { port, asked } = await leading((path, own) => (path.startsWith('/a') ? `http://other.example:${own}/end` : null))
    const { importer } = guarded({ ports: [port], resolve: async () => [PUBLIC] })
    await take(importer, `http://public.example:${port}/a?token=secret`)
    expect(asked.map(({ headers }) => headers)).toEqual(
      ['public.example', 'other.example'].map(host => ({
        host: `${host}:${port}`,
        accept: '*/*',
        'accept-encoding': 'identity',
        'user-agent': 'stowage-url-import',
        connection: 'close',
      })),
    )
    expect(asked.map(({ method }) => method)).toEqual(['GET', 'GET'])
  })

  it('hold a host that is allowed to its exact port too', async () => {
    const { port } = await leading(() => `http://${PRIVATE}:1/`)
    const { importer, connects } = guarded({ ports: [port], allowHosts: [`${PRIVATE}:2`, `${PUBLIC}:${port}`] })
    expect(await failureOf(importer, `http://${PUBLIC}:${port}/`)).toMatchObject(REFUSED)
    expect(connects.length).toBe(1)
  })
})
