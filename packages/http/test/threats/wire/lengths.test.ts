import { gzipSync } from 'node:zlib'
import { describe, expect, it, vi } from 'vitest'
import { file, form } from '../../form.ts'
import { alice, lastStatus, openWire, sharedWire, uploadHead } from './wire-server.ts'

const server = sharedWire()
const RAW = '/docs?filename=a.txt'
const raw = (headers: string) => uploadHead(`Content-Type: text/plain\r\n${headers}`, RAW)

describe('threat 56: a request that lies about its length', () => {
  it.each([
    ['negative', 'Content-Length: -5\r\n', 'hello'],
    ['with a plus', 'Content-Length: +5\r\n', 'hello'],
    ['hexadecimal', 'Content-Length: 0x5\r\n', 'hello'],
    ['fractional', 'Content-Length: 5.0\r\n', 'hello'],
    ['beyond any number', 'Content-Length: 99999999999999999999999\r\n', 'hello'],
    ['empty', 'Content-Length: \r\n', 'hello'],
    ['a list', 'Content-Length: 5, 5\r\n', 'hello'],
    ['twice, the same', 'Content-Length: 5\r\nContent-Length: 5\r\n', 'hello'],
    ['twice, another', 'Content-Length: 5\r\nContent-Length: 50\r\n', 'hello'],
    ['a length and chunks', 'Content-Length: 5\r\nTransfer-Encoding: chunked\r\n', '5\r\nhello\r\n0\r\n\r\n'],
    ['chunks and a length', 'Transfer-Encoding: chunked\r\nContent-Length: 5\r\n', '5\r\nhello\r\n0\r\n\r\n'],
    ['chunks that are not last', 'Transfer-Encoding: chunked, identity\r\n', '5\r\nhello\r\n0\r\n\r\n'],
    ['chunks twice', 'Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n', '5\r\nhello\r\n0\r\n\r\n'],
    ['chunks in disguise', 'Transfer-Encoding: \vchunked\r\nContent-Length: 5\r\n', '5\r\nhello\r\n0\r\n\r\n'],
    ['a blank before the colon', 'Content-Length : 5\r\n', 'hello'],
    ['a chunk of negative size', 'Transfer-Encoding: chunked\r\n', '-5\r\nhello\r\n0\r\n\r\n'],
    ['a chunk of no size', 'Transfer-Encoding: chunked\r\n', '\r\nhello\r\n0\r\n\r\n'],
    ['a chunk of 2^64', 'Transfer-Encoding: chunked\r\n', '10000000000000000\r\nhello\r\n0\r\n\r\n'],
    ['a chunk shorter than said', 'Transfer-Encoding: chunked\r\n', '9\r\nhello\r\n0\r\n\r\n'],
    ['a chunk longer than said', 'Transfer-Encoding: chunked\r\n', '3\r\nhello\r\n0\r\n\r\n'],
    ['a chunk that ends with a line feed', 'Transfer-Encoding: chunked\r\n', '5\nhello\n0\n\n'],
  ])('is 400: %s', async (_, headers, body) => {
    const { exchange, refuses } = server()
    // Chunks that lack their end end with the connection.
    const socket = async () => {
      const client = server().raw()
      client.write(raw(headers))
      client.socket.end(body)
      return lastStatus(await client.ended)
    }
    await refuses(socket, 400)
    expect(lastStatus(await exchange(raw('Content-Length: 2\r\n'), 'ok'))).toBe(201)
  })

  it('by too little: the rest is a request of its own, without the credentials of the first', async () => {
    const { exchange, stowage } = server()
    const stored = async () => (await stowage.trusted.list({ limit: 1000 })).items.length
    const before = await stored()
    const head = raw('Content-Length: 5\r\n').replace('Connection: close\r\n', '')
    const smuggled = 'POST /docs?filename=b.txt HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n'
    const received = await exchange(head, `hello${smuggled}`)
    expect([...received.matchAll(/HTTP\/1\.1 \d{3}/g)].map(String)).toEqual(['HTTP/1.1 201', 'HTTP/1.1 401'])
    expect(await stored()).toBe(before + 1)
  })

  it('by too little: what follows and is no request ends the connection', async () => {
    const wire = await openWire()
    const head = raw('Content-Length: 5\r\n').replace('Connection: close\r\n', '')
    expect(lastStatus(await wire.exchange(head, `hello${'x'.repeat(50)}\r\n\r\n`))).toBe(400)
    const objects = async () => (await wire.storage.list()).objects.length
    await vi.waitFor(async () => expect((await wire.state()).tables.assets?.length).toBe(await objects()))
    expect((await wire.send('/docs')).json.items.length).toBeLessThanOrEqual(1)
  })

  it('by too much: the connection that ends early leaves nothing', async () => {
    const { refuses } = server()
    const early = async () => {
      const client = server().raw()
      client.write(raw('Content-Length: 500\r\n'))
      client.socket.end('hello')
      return lastStatus(await client.ended)
    }
    // Node answers an unfinished message itself.
    await refuses(early, 400)
  })

  it('against its digest is 422 or 400', async () => {
    const { exchange, refuses } = server()
    const zero = `:${Buffer.alloc(32).toString('base64')}:`
    const answer = (digest: string) => async () =>
      lastStatus(await exchange(raw(`Content-Length: 5\r\nRepr-Digest: ${digest}\r\n`), 'hello'))
    await refuses(answer(`sha-256=${zero}`), 422)
    await refuses(answer('sha-256=:short:'), 400)
    await refuses(answer('sha-256='), 400)
  })
})

describe('threat 57: a body without end', () => {
  const chunked = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`
  const chunk = chunked('x'.repeat(65_536))

  it.each([
    ['as a raw body', raw('Transfer-Encoding: chunked\r\n'), ''],
    [
      'as a file of a form',
      uploadHead('Content-Type: multipart/form-data; boundary=B\r\nTransfer-Encoding: chunked\r\n'),
      chunked('--B\r\nContent-Disposition: form-data; name="file"; filename="endless.txt"\r\n\r\n'),
    ],
    [
      'as a field of a form',
      uploadHead('Content-Type: multipart/form-data; boundary=B\r\nTransfer-Encoding: chunked\r\n'),
      chunked('--B\r\nContent-Disposition: form-data; name="title"\r\n\r\n'),
    ],
  ])('%s is 413 while it goes on, and the connection ends', async (_, head, opening) => {
    const { raw: open, refuses } = server()
    await refuses(async () => {
      const client = open()
      client.write(head + opening)
      let sent = 0
      // As an endless client does: on and on, until the server ends it.
      const more = () => {
        while (!client.socket.destroyed && sent < 4000) {
          sent++
          if (!client.socket.write(chunk)) return
        }
      }
      client.socket.on('drain', more)
      more()
      const received = await client.ended
      expect(received).not.toContain('HTTP/1.1 2')
      expect(received.toLowerCase()).toContain('connection: close')
      return lastStatus(received)
    }, 413)
  })

  it('as JSON is 413', async () => {
    const { exchange, refuses, upload } = server()
    const { id } = await upload('text')
    const head = `PATCH /docs/${id} HTTP/1.1\r\nHost: x\r\nAuthorization: ${alice.authorization}\r\nContent-Type: application/json\r\n`
    const spaces = chunked(' '.repeat(65_536))
    await refuses(
      async () => lastStatus(await exchange(`${head}Transfer-Encoding: chunked\r\n\r\n`, ...Array<string>(20).fill(spaces))),
      413,
    )
  })

  it('in trailers and chunk extensions is refused too', async () => {
    const { exchange, refuses } = server()
    const head = raw('Transfer-Encoding: chunked\r\n')
    const extension = `5;${'a=b;'.repeat(50_000)}\r\nhello\r\n0\r\n\r\n`
    await refuses(async () => lastStatus(await exchange(head, extension)), 400, 413)
    const trailers = `5\r\nhello\r\n0\r\n${'X-A: b\r\n'.repeat(50_000)}\r\n`
    await refuses(async () => lastStatus(await exchange(head, trailers)), 400, 431)
  })

  it('of no length and no chunks is no body', async () => {
    const { exchange, refuses } = server()
    await refuses(async () => lastStatus(await exchange(raw(''))), 400)
  })
})

describe('threat 58: a compressed request', () => {
  const bomb = gzipSync(Buffer.alloc(20_000_000))
  it.each(['gzip', 'GZIP', 'deflate', 'br', 'zstd', 'compress', 'gzip, identity', 'identity, gzip', 'x-gzip', ''])(
    'with Content-Encoding: %s is 415, and nothing is unpacked',
    async encoding => {
      const { exchange, refuses, upload } = server()
      const { id } = await upload('text')
      const headers = `Content-Encoding: ${encoding}\r\nContent-Length: ${bomb.length}\r\n`
      await refuses(async () => lastStatus(await exchange(raw(headers), bomb)), 415)
      await refuses(async () => {
        const put = raw(headers).replace(`POST ${RAW}`, `PUT /docs/${id}/content`)
        return lastStatus(await exchange(put, bomb))
      }, 415)
      await refuses(async () => {
        const patch = raw(headers).replace(`POST ${RAW}`, `PATCH /docs/${id}`).replace('text/plain', 'application/json')
        return lastStatus(await exchange(patch, bomb))
      }, 415)
    },
  )
  it('by Transfer-Encoding is refused by the server', async () => {
    const { exchange, refuses } = server()
    await refuses(async () => lastStatus(await exchange(raw('Transfer-Encoding: gzip\r\n'), bomb)), 400, 501)
    await refuses(async () => lastStatus(await exchange(raw('Transfer-Encoding: gzip, chunked\r\n'), '0\r\n\r\n')), 400, 415, 501)
  })
  it('as a part of a form is 400; as a file it is just bytes, and never unpacked', async () => {
    const wire = await openWire()
    const gz = await wire.upload(bomb, 'application/gzip', 'a.gz')
    expect([gz.contentType, (await wire.send(`/docs/${gz.id}/content`)).bytes.length]).toEqual(['application/gzip', bomb.length])
    const { headers, body } = form(file('x'))
    const encoded = Buffer.from(String(body).replace('\r\n\r\n', '\r\nContent-Transfer-Encoding: base64\r\n\r\n'))
    await wire.refuses(
      async () => (await wire.send('/docs', { method: 'POST', headers: { ...alice, ...headers }, body: encoded })).status,
      400,
    )
  })
})
