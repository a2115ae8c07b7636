import { gzipSync } from 'node:zlib'
import { fakeClock } from '@stowage/testkit'
import { describe, expect, it, vi } from 'vitest'
import { failureOf, guarded, MAX_BYTES, origin, rawOrigin, read, take } from './world.ts'

const GENERIC = 'unprocessable'
const head = (lines: string, status = '200 OK') => `HTTP/1.1 ${status}\r\n${lines}\r\n`

describe('threat 68: hostile origins', () => {
  it('an announced size above the limit is refused before a byte of it is read', async () => {
    const served = await rawOrigin(socket => void socket.write(head(`Content-Length: ${MAX_BYTES + 1}\r\n`)))
    const { importer } = guarded({ ports: [served.port] })
    expect(await failureOf(importer, `http://public.example:${served.port}/`)).toMatchObject({ code: 'content_too_large' })
    await vi.waitFor(() => expect(served.open).toBe(0))
  })

  it.each([
    ['in chunks', 'Transfer-Encoding: chunked\r\n', '8000\r\n', '\r\n'],
    ['without an end', '', '', ''],
  ])('an endless body %s is cut at the limit', async (_name, lines, before, after) => {
    let sent = 0
    const served = await rawOrigin(socket => {
      socket.write(head(lines))
      const piece = Buffer.concat([Buffer.from(before), Buffer.alloc(0x8000, 'x'), Buffer.from(after)])
      const more = () => {
        while (!socket.destroyed) {
          sent += piece.length
          if (!socket.write(piece)) return void socket.once('drain', more)
        }
      }
      more()
    })
    const { importer } = guarded({ ports: [served.port] })
    expect(await failureOf(importer, `http://public.example:${served.port}/`)).toMatchObject({ code: 'content_too_large' })
    await vi.waitFor(() => expect(served.open).toBe(0))
    expect(sent).toBeLessThan(64 * 1024 * 1024)
  })

  it('more than was announced is not read, less is a broken file', async () => {
    const longer = await rawOrigin(socket => void socket.end(`${head('Content-Length: 3\r\n')}abcdef`))
    expect(String(await take(guarded({ ports: [longer.port] }).importer, `http://public.example:${longer.port}/`))).toBe('abc')
    const shorter = await rawOrigin(socket => void socket.end(`${head('Content-Length: 30\r\n')}abc`))
    const { importer } = guarded({ ports: [shorter.port] })
    expect(await failureOf(importer, `http://public.example:${shorter.port}/`)).toMatchObject({ code: 'bad_gateway' })
    const cut = await rawOrigin(socket => void socket.end(`${head('Transfer-Encoding: chunked\r\n')}3\r\nabc\r\n`))
    const chunked = guarded({ ports: [cut.port] })
    expect(await failureOf(chunked.importer, `http://public.example:${cut.port}/`)).toMatchObject({ code: 'bad_gateway' })
  })

  it.each([
    [204, '', 'bad_gateway'],
    [206, 'Content-Range: bytes 0-2/9\r\nContent-Length: 3\r\n', 'bad_gateway'],
    [201, 'Content-Length: 3\r\n', 'bad_gateway'],
    [203, 'Content-Length: 3\r\n', 'bad_gateway'],
    [300, 'Content-Length: 3\r\n', 'bad_gateway'],
    [302, 'Content-Length: 3\r\n', 'bad_gateway'],
    [304, '', 'bad_gateway'],
    [500, 'Content-Length: 3\r\n', 'bad_gateway'],
    [429, 'Content-Length: 3\r\n', 'bad_gateway'],
    [401, 'Content-Length: 3\r\n', 'unprocessable'],
    [404, 'Content-Length: 3\r\n', 'unprocessable'],
    [410, 'Content-Length: 3\r\n', 'unprocessable'],
  ])('status %d is no file', async (status, lines, code) => {
    const served = await rawOrigin(socket => void socket.end(`${head(lines, `${status} X`)}abc`))
    const { importer } = guarded({ ports: [served.port] })
    const failure = await failureOf(importer, `http://public.example:${served.port}/`)
    expect(failure).toMatchObject({ code, message: `The URL is answered with status ${status}, not with a file.` })
    await vi.waitFor(() => expect(served.open).toBe(0))
  })

  it.each(['gzip', 'br', 'deflate', 'x-unknown', 'identity, gzip', 'gzip, identity'])(
    'a body that is coded as %s is refused, and never unpacked',
    async coding => {
      const bomb = gzipSync(Buffer.alloc(10_000_000))
      const { port } = await origin((_req, res) => void res.writeHead(200, { 'content-encoding': coding }).end(bomb))
      const { importer } = guarded({ ports: [port] })
      expect(await failureOf(importer, `http://public.example:${port}/`)).toMatchObject({ code: 'bad_gateway' })
    },
  )

  it('a transfer coding other than chunked is refused', async () => {
    const served = await rawOrigin(
      socket => void socket.end(`${head('Transfer-Encoding: gzip, chunked\r\n')}3\r\nabc\r\n0\r\n\r\n`),
    )
    const { importer } = guarded({ ports: [served.port] })
    expect(await failureOf(importer, `http://public.example:${served.port}/`)).toMatchObject({ code: 'bad_gateway' })
  })

  it.each([
    ['of one long line', head(`X: ${'x'.repeat(20_000)}\r\n`)],
    ['of many lines', head('X: y\r\n'.repeat(200))],
    ['that is folded', head('X: y\r\n z\r\nContent-Length: 1, 2\r\n')],
    ['with two lengths', head('Content-Length: 3\r\nContent-Length: 4\r\n')],
    ['with a length and chunks', head('Content-Length: 3\r\nTransfer-Encoding: chunked\r\n')],
    ['of another protocol', 'SSH-2.0-OpenSSH_9.6\r\n'],
    ['that never was', ''],
    ['that changes the protocol', 'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n'],
    ['that is put off for ever', 'HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(50)],
  ])('a head %s ends the import in the one generic error', async (_name, bytes) => {
    const served = await rawOrigin(socket => {
      socket.write(`${bytes}`)
      if (bytes === '') socket.end()
    })
    const { importer } = guarded({ ports: [served.port], headersMs: 60_000 })
    const { code, message } = await failureOf(importer, `http://public.example:${served.port}/`)
    expect([code, message]).toEqual([GENERIC, expect.stringMatching(/^The file at this URL cannot be imported/)])
    await vi.waitFor(() => expect(served.open).toBe(0))
  })

  it('an origin that stays silent, or sends its head byte by byte, is left at the time limit', async () => {
    for (const first of ['', 'HTTP/1.1 200']) {
      let asked = false
      const served = await rawOrigin(socket => {
        socket.write(first)
        socket.once('data', () => {
          asked = true
        })
      })
      const clock = fakeClock()
      const { importer } = guarded({ ports: [served.port], clock })
      const failed = failureOf(importer, `http://public.example:${served.port}/`)
      await vi.waitFor(() => expect(asked).toBe(true))
      await passTime(clock, 10_000, failed)
      expect(await failed).toMatchObject({ code: GENERIC })
      await vi.waitFor(() => expect(served.open).toBe(0))
    }
  })

  it('an origin that stops in the middle is left when it was silent too long', async () => {
    const served = await rawOrigin(socket => void socket.write(`${head('Content-Length: 9\r\n')}abc`))
    const clock = fakeClock()
    const { importer } = guarded({ ports: [served.port], clock })
    const { body } = await importer.open(`http://public.example:${served.port}/`, { maxBytes: 9 })
    const chunks = body[Symbol.asyncIterator]()
    expect(String((await chunks.next()).value)).toBe('abc')
    const failed = chunks.next().catch(error => error)
    await passTime(clock, 15_000, failed)
    expect(await failed).toMatchObject({ code: 'timeout' })
    await vi.waitFor(() => expect(served.open).toBe(0))
  })

  it('an origin that sends a little now and then is left at the limit for all', async () => {
    const served = await rawOrigin(socket => {
      socket.write(head(''))
      const timer = setInterval(() => socket.write('x'), 1)
      socket.on('close', () => clearInterval(timer))
    })
    const clock = fakeClock()
    const { importer } = guarded({ ports: [served.port], clock, idleMs: 10_000_000 })
    const { body } = await importer.open(`http://public.example:${served.port}/`, { maxBytes: 1e9 })
    const failed = read({ body }).catch(error => error)
    await passTime(clock, 300_000, failed)
    expect(await failed).toMatchObject({ code: 'timeout' })
    await vi.waitFor(() => expect(served.open).toBe(0))
  })

  it('a resolver or a connection that takes for ever is left at the time limit', async () => {
    const never = () => new Promise<never>(() => undefined)
    const clock = fakeClock()
    const { importer } = guarded({ clock, resolve: never })
    const failed = failureOf(importer, 'http://public.example/')
    await passTime(clock, 5000, failed)
    expect(await failed).toMatchObject({ code: GENERIC })
  })
})

/** Moves time on until what waits for it has settled. */
async function passTime(clock: ReturnType<typeof fakeClock>, ms: number, until: Promise<unknown>): Promise<void> {
  let settled = false
  void until.finally(() => {
    settled = true
  })
  await clock.advance(ms - 1)
  expect(settled).toBe(false)
  await vi.waitFor(async () => {
    await clock.advance(1)
    expect(settled).toBe(true)
  })
}

describe('threat 70: what refusals tell', () => {
  it('an open port, a closed one, a private host and a name that is none all end in the same words', async () => {
    const silent = await rawOrigin(socket => void socket.end('220 mail\r\n'))
    const closed = await rawOrigin(() => undefined)
    const ports = [silent.port, closed.port, 1]
    const said = new Set<string>()
    for (const url of [
      `http://public.example:${silent.port}/`,
      'http://public.example:1/',
      `http://private.example:${silent.port}/`,
      'http://private.example:1/',
      'http://nobody.example/',
      'http://169.254.169.254/',
      'ftp://public.example/',
    ]) {
      const { code, message } = await failureOf(guarded({ ports }).importer, url)
      said.add(JSON.stringify([code, message]))
    }
    expect([...said].length).toBe(1)
    expect([...said][0]).not.toMatch(/127|refused|ECONN|private\.example|\bport/)
  })

  it('and none comes before its time', async () => {
    for (const url of ['http://private.example/', 'http://nobody.example/', 'ftp://x/', 'http://public.example:1/']) {
      const clock = fakeClock()
      const { importer } = guarded({ clock, refusalMs: 500, ports: [1] })
      let settled = false
      const failed = failureOf(importer, url).finally(() => {
        settled = true
      })
      await vi.waitFor(() => expect(clock.pending).toBe(1))
      await clock.advance(499)
      expect([url, settled]).toEqual([url, false])
      await clock.advance(1)
      expect(await failed).toMatchObject({ code: GENERIC })
    }
  })
})
