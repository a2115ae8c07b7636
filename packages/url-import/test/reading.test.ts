import { createHash, randomBytes } from 'node:crypto'
import { urlImporter } from '@stowage/url-import'
import { describe, expect, it, vi } from 'vitest'
import { guarded, MAX_BYTES, origin, rawOrigin, read, take } from './world.ts'

async function opened(path: string, headers: Record<string, string> = {}) {
  const { port } = await origin((_req, res) => {
    for (const [name, value] of Object.entries(headers)) res.setHeader(name, Buffer.from(value).toString('latin1'))
    res.end('bytes')
  })
  const opened = await guarded({ ports: [port] }).importer.open(`http://public.example:${port}${path}`, { maxBytes: MAX_BYTES })
  await read(opened)
  return opened
}

describe('what an origin says of a file', () => {
  it('is handed on: type, size, and the name in the path', async () => {
    expect(
      await opened('/a/photo%20of%20a%20caf%C3%A9.jpg?size=big#top', { 'content-type': 'image/jpeg', 'content-length': '5' }),
    ).toMatchObject({
      contentType: 'image/jpeg',
      sizeBytes: 5,
      filename: 'photo of a café.jpg',
    })
    expect(await opened('/')).toMatchObject({ contentType: null, filename: null })
  })

  it.each([
    ['attachment; filename="a b.png"', 'a b.png'],
    ['attachment; filename=plain.png', 'plain.png'],
    ['inline; filename="ascii.png"; filename*=UTF-8\'\'caf%C3%A9.png', 'café.png'],
    ['attachment; filename="caf\u00e9.png"', 'café.png'],
    ['attachment; filename="with \\"quotes\\".png"', 'with "quotes".png'],
    ["attachment; filename*=UTF-8''%E9.png", 'path.jpg'],
    ['attachment; filename=""', 'path.jpg'],
    ['attachment', 'path.jpg'],
    ['filename="not.png"', 'path.jpg'],
  ])('Content-Disposition %s names it %s', async (disposition, name) => {
    expect((await opened('/path.jpg', { 'content-disposition': disposition })).filename).toBe(name)
  })

  it.each([
    ['/%ff', null],
    ['/a%2Fb', 'a/b'],
    ['/..%2F..%2Fetc%2Fpasswd', '../../etc/passwd'],
    ['/%00', '\0'],
    [`/${'a'.repeat(1500)}`, 'a'.repeat(1000)],
  ])('the path %s is handed on for the caller to clean', async (path, name) => {
    expect((await opened(path)).filename).toBe(name)
  })

  it('a declared type that is not taken ends the import before a byte is read; none, or one that says nothing, does not', async () => {
    const { port } = await origin((req, res) => {
      const type = decodeURIComponent(req.url ?? '').slice(1)
      if (type !== '') res.setHeader('content-type', type)
      res.end('bytes')
    })
    const { importer } = guarded({ ports: [port], accept: ['image/*', 'application/pdf'] })
    const url = (type: string) => `http://public.example:${port}/${encodeURIComponent(type)}`
    for (const type of ['image/png', 'IMAGE/JPEG; q=1', 'application/pdf', 'application/octet-stream', '']) {
      expect(String(await take(importer, url(type)))).toBe('bytes')
    }
    for (const type of ['text/html', 'imagex/png', 'application/pdfx', 'x']) {
      await expect(take(importer, url(type))).rejects.toMatchObject({ code: 'unsupported_media_type' })
    }
  })
})

describe('without anything injected', () => {
  it('a name that is allowed is resolved and connected to by the machine’s own means', async () => {
    const { port } = await origin((_req, res) => res.end('bytes'), { address: '127.0.0.1' })
    const importer = urlImporter({ allowHosts: [`localhost:${port}`], refusalMs: 0 })
    expect(String(await take(importer, `http://localhost:${port}/`))).toBe('bytes')
    await expect(take(importer, `http://127.0.0.1:${port}/`)).rejects.toMatchObject({ code: 'unprocessable' })
  })
})

describe('the body of an import', () => {
  it('arrives byte for byte, with its length announced or not', async () => {
    const bytes = randomBytes(3_000_000)
    const { port } = await origin((req, res) => {
      if (req.url === '/length') res.setHeader('content-length', bytes.length)
      res.end(bytes)
    })
    const { importer, sockets } = guarded({ ports: [port] })
    for (const path of ['length', 'chunks']) {
      const got = await take(importer, `http://public.example:${port}/${path}`, bytes.length)
      expect(createHash('sha256').update(got).digest('hex')).toBe(createHash('sha256').update(bytes).digest('hex'))
    }
    expect(sockets.every(({ destroyed }) => destroyed)).toBe(true)
  })

  it('has no size where none is announced', async () => {
    const served = await rawOrigin(socket => void socket.end('HTTP/1.0 200 OK\r\n\r\nabc'))
    const { importer } = guarded({ ports: [served.port] })
    const opened = await importer.open(`http://public.example:${served.port}/`, { maxBytes: 9 })
    expect([opened.sizeBytes, String(await read(opened))]).toEqual([null, 'abc'])
  })

  it('is read no faster than it is asked for', async () => {
    let sent = 0
    const served = await rawOrigin(socket => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n')
      const more = () => {
        while (!socket.destroyed && sent < 2 ** 30) {
          sent += 65_536
          if (!socket.write(Buffer.alloc(65_536))) return void socket.once('drain', more)
        }
      }
      more()
    })
    const { importer } = guarded({ ports: [served.port] })
    const { body } = await importer.open(`http://public.example:${served.port}/`, { maxBytes: 2 ** 30 })
    const chunks = body[Symbol.asyncIterator]()
    await chunks.next()
    let before = -1
    await vi.waitFor(() => {
      const still = sent === before
      before = sent
      expect(still).toBe(true)
    })
    // What the sockets of both sides hold, and no more.
    expect(sent).toBeLessThan(64 * 1024 * 1024)
    await chunks.return?.()
    await vi.waitFor(() => expect(served.open).toBe(0))
  })

  it('that nobody begins to read is given back by `return`', async () => {
    const served = await rawOrigin(socket => void socket.write('HTTP/1.1 200 OK\r\n\r\nabc'))
    const { importer } = guarded({ ports: [served.port] })
    const { body } = await importer.open(`http://public.example:${served.port}/`, { maxBytes: 10 })
    await body[Symbol.asyncIterator]().return?.()
    await vi.waitFor(() => expect(served.open).toBe(0))
  })
})

describe('an import that is broken off', () => {
  it('ends at once, wherever it stands, and lets go of its connection', async () => {
    const served = await rawOrigin(socket => {
      socket.once('data', head => {
        if (!String(head).startsWith('GET /silent')) socket.write('HTTP/1.1 200 OK\r\n\r\nabc')
      })
    })
    const { importer } = guarded({ ports: [served.port] })
    const url = (path: string) => `http://public.example:${served.port}/${path}`

    const before = new AbortController()
    before.abort()
    await expect(importer.open(url('x'), { maxBytes: 9, signal: before.signal })).rejects.toMatchObject({ code: 'aborted' })
    expect(served.connections).toBe(0)

    const head = new AbortController()
    const silent = importer.open(url('silent'), { maxBytes: 9, signal: head.signal })
    await vi.waitFor(() => expect(served.connections).toBe(1))
    head.abort()
    await expect(silent).rejects.toMatchObject({ code: 'aborted' })

    const middle = new AbortController()
    const { body } = await importer.open(url('x'), { maxBytes: 9, signal: middle.signal })
    const chunks = body[Symbol.asyncIterator]()
    expect(String((await chunks.next()).value)).toBe('abc')
    const next = chunks.next()
    middle.abort()
    await expect(next).rejects.toMatchObject({ code: 'aborted' })
    await expect(chunks.next()).rejects.toMatchObject({ code: 'aborted' })

    const unread = new AbortController()
    await importer.open(url('x'), { maxBytes: 9, signal: unread.signal })
    unread.abort()
    await vi.waitFor(() => expect(served.open).toBe(0))
  })

  it('by closing the importer says so', async () => {
    const served = await rawOrigin(socket => void socket.write('HTTP/1.1 200 OK\r\n\r\nabc'))
    const { importer } = guarded({ ports: [served.port] })
    const opened = await importer.open(`http://public.example:${served.port}/`, { maxBytes: 9 })
    await importer.close?.()
    await expect(read(opened)).rejects.toMatchObject({ code: 'unavailable' })
    await vi.waitFor(() => expect(served.open).toBe(0))
  })
})

describe('options', () => {
  it.each([
    { maxRedirects: 4 },
    { maxRedirects: -1 },
    { totalMs: Number.NaN },
    { connectMs: 1.5 },
    { ports: [-1] },
    { userAgent: 'a\r\nb' },
  ])('that cannot be meant are refused: %o', options => {
    expect(() => guarded(options)).toThrow(TypeError)
  })
})
