import { readdirSync, readlinkSync } from 'node:fs'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { StorageAdapter } from '@stowage/core/contracts'
import { closeGracefully, nodeHandler, type PrepareServerOptions, prepareServer } from '@stowage/http/node'
import { fakeClock, withFaults } from '@stowage/testkit'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { file, form } from './form.ts'
import { as, type OpenOptions, openApi } from './open-api.ts'
import { rawSocket } from './raw-socket.ts'
import { sendByHttp } from './transports.ts'

async function serve(
  options: OpenOptions & { readonly server?: PrepareServerOptions; readonly before?: (server: Server) => void } = {},
) {
  const opened = await openApi(options)
  const server = createServer(nodeHandler(opened.api))
  options.before?.(server)
  prepareServer(server, options.server)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(async () => {
    await closeGracefully(server, { timeoutMs: 500 })
    await opened.close()
  })
  const { port } = server.address() as AddressInfo
  const upload = async (text: string | Uint8Array, type = 'text/plain') => {
    const { headers, body } = form(file(text, 'note.txt', type))
    return (await sendByHttp(port, '/notes', { method: 'POST', headers: { ...as('alice'), ...headers }, body })).json
  }
  return { ...opened, server, port, upload, raw: () => rawSocket(port) }
}

/** Puts a route of the application's own before the api. */
function routed(path: string, handler: RequestListener): (server: Server) => void {
  return server => {
    const [own] = server.listeners('request') as RequestListener[]
    server.removeAllListeners('request')
    server.on('request', (req, res) => (req.url === path ? handler(req, res) : own?.(req, res)))
  }
}

const post = (headers: string, who = 'alice') =>
  `POST /notes?filename=a.txt HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${who}\r\nContent-Type: text/plain\r\n${headers}\r\n`

describe('100 Continue', () => {
  it('comes after authorisation, when the body is read', async () => {
    const { raw, objects } = await serve()
    const socket = raw()
    socket.write(post('Content-Length: 5\r\nExpect: 100-continue\r\n'))
    await socket.until('HTTP/1.1 100 Continue\r\n\r\n')
    socket.write('hello')
    await socket.until('HTTP/1.1 201 Created')
    socket.socket.destroy()
    expect(await objects()).toBe(1)
  })

  it.each([
    ['without credentials', 'POST /notes HTTP/1.1\r\nHost: x\r\n', 401],
    ['for another path', 'POST /nothing HTTP/1.1\r\nHost: x\r\n', 404],
    ['for a body announced as too large', 'POST /notes?filename=a HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer alice\r\n', 413],
  ])('does not come %s', async (_, head, status) => {
    const { raw } = await serve()
    const socket = raw()
    socket.write(`${head}Content-Type: text/plain\r\nContent-Length: 99999999\r\nExpect: 100-continue\r\n\r\n`)
    const answer = await socket.ended
    expect(answer).toContain(`HTTP/1.1 ${status} `)
    expect(answer.toLowerCase()).toContain('connection: close')
    expect(answer).not.toContain('100 Continue')
  })

  it('of a pipelined request never comes inside its answer', async () => {
    const { promise: mayAnswer, resolve: answer } = Promise.withResolvers<void>()
    const { raw, objects } = await serve({ before: routed('/slow', (_req, res) => void mayAnswer.then(() => res.end('slow'))) })
    const socket = raw()
    socket.write(`GET /slow HTTP/1.1\r\nHost: x\r\n\r\n${post('Content-Length: 5\r\nExpect: 100-continue\r\n')}hello`)
    // The second one is stored, and its answer made, while the first holds the connection.
    await vi.waitFor(async () => expect(await objects()).toBe(1), { timeout: 10_000 })
    await sendByHttp(Number(socket.socket.remotePort), '/notes')
    answer()
    const [head = '', body = ''] = (await socket.until(/"url"[^}]*}$/)).split(/(?=HTTP\/1\.1 201)/)[1]?.split('\r\n\r\n') ?? []
    expect(head.toLowerCase()).toContain(`content-length: ${body.length}\r\n`)
    socket.socket.destroy()
  })

  it('of a pipelined request that waits for it comes once the answer before is out', async () => {
    const { raw } = await serve()
    const socket = raw()
    socket.write(`${post('Content-Length: 5\r\n')}hello${post('Content-Length: 5\r\nExpect: 100-continue\r\n')}`)
    await socket.until(/HTTP\/1\.1 201 [\s\S]*HTTP\/1\.1 100 Continue\r\n\r\n$/)
    socket.write('world')
    await socket.until(/100 Continue\r\n\r\nHTTP\/1\.1 201 /)
    socket.socket.destroy()
  })

  it("comes for other routes' bodies too", async () => {
    const { raw } = await serve({ before: routed('/other', (req, res) => void req.on('end', () => res.end('other')).resume()) })
    const socket = raw()
    socket.write('POST /other HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n')
    await socket.until('100 Continue')
    socket.write('hi')
    await socket.until('other')
    socket.socket.destroy()
  })
})

describe('a request that is refused while its body is under way', () => {
  it('can be read by a client that still writes', async () => {
    const { raw, objects } = await serve()
    const socket = raw()
    socket.write(post('Transfer-Encoding: chunked\r\n'))
    const chunk = `10000\r\n${'x'.repeat(65_536)}\r\n`
    // Endless, as far as the server knows: 413 comes while this goes on.
    for (let sent = 0; sent < 60; sent++) socket.write(chunk)
    const answer = await socket.ended
    expect(answer).toContain('HTTP/1.1 413 ')
    expect(answer).toContain('content_too_large')
    expect(await objects()).toBe(0)
  })

  it('keeps its connection when the rest is short', async () => {
    const { raw } = await serve()
    const socket = raw()
    socket.write(`POST /nothing HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n`)
    await socket.until('HTTP/1.1 404 ')
    socket.write('helloGET /notes HTTP/1.1\r\nHost: x\r\n\r\n')
    await socket.until('HTTP/1.1 200 OK')
    socket.socket.destroy()
  })

  it.each([
    ['two lengths', 'Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello'],
    ['a length and chunks', 'Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
    ['a negative length', 'Content-Length: -5\r\n\r\nhello'],
    ['a bad chunk', 'Transfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n'],
  ])('with %s ends as a 400, and stores nothing', async (_, rest) => {
    const { raw, objects } = await serve()
    const socket = raw()
    socket.write(post(rest).slice(0, -2))
    expect(await socket.ended).toMatch(/^HTTP\/1.1 400 /)
    expect(await objects()).toBe(0)
  })
})

describe('a client that goes away', () => {
  it('leaves nothing behind, at any point of its upload', async () => {
    const { raw, objects, stowage, logged } = await serve()
    const { headers, body } = form({ name: 'title', value: 'x' }, file('y'.repeat(20_000)))
    const head = `POST /notes HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer alice\r\nContent-Type: ${headers['content-type']}\r\nContent-Length: ${body.length}\r\n\r\n`
    for (const cut of [0, 1, 60, 200, 5000, body.length - 1]) {
      const socket = raw()
      logged.length = 0
      socket.write(head)
      socket.write(body.subarray(0, cut))
      await new Promise(resolve => socket.socket.once('connect', resolve))
      socket.socket.end()
      socket.socket.resetAndDestroy()
      // The head may not have arrived at all; then there is nothing to clean up either.
      await Promise.race([vi.waitFor(() => expect(logged.length).toBe(1)), new Promise(resolve => setImmediate(resolve))])
    }
    await vi.waitFor(async () => expect(await objects()).toBe(0))
    await vi.waitFor(async () => expect((await stowage.trusted.list()).items).toHaveLength(0))
  })

  it('aborts its download, and the file is closed', async () => {
    const { raw, upload, root } = await serve()
    const { id } = await upload('z'.repeat(1_000_000))
    const socket = raw()
    socket.write(`GET /notes/${id}/content HTTP/1.1\r\nHost: x\r\n\r\n`)
    await socket.until('HTTP/1.1 200 OK')
    socket.socket.resetAndDestroy()
    await vi.waitFor(() => expect(openFiles(root)).toEqual([]))
  })
})

function openFiles(root: string): string[] {
  return readdirSync('/proc/self/fd').flatMap(fd => {
    try {
      const target = readlinkSync(`/proc/self/fd/${fd}`)
      return target.startsWith(`${root}/objects/`) && /\/[a-z0-9]{20,}$/.test(target) ? [target] : []
    } catch {
      return []
    }
  })
}

describe('slow bodies', () => {
  it.each([
    ['that stand still', 'Content-Length: 500\r\n'],
    ['in chunks', 'Transfer-Encoding: chunked\r\n'],
  ])('%s end with 408', async (_, headers) => {
    const clock = fakeClock()
    const { raw, objects } = await serve({ server: { clock, idleTimeoutMs: 10_000, graceMs: 60_000 } })
    const socket = raw()
    socket.write(`${post(`${headers}Expect: 100-continue\r\n`)}`)
    await socket.until('100 Continue')
    await clock.advance(9000)
    expect(socket.received).not.toContain('408')
    await clock.advance(3000)
    const answer = await socket.ended
    expect(answer).toContain('HTTP/1.1 408 ')
    expect(answer).toContain('request_timeout')
    expect(await objects()).toBe(0)
  })

  it('that trickle end with 408, and what the server delays itself does not count', async () => {
    const clock = fakeClock()
    const { server, raw } = await serve({
      server: { clock, idleTimeoutMs: 10_000, graceMs: 10_000, minBytesPerSecond: 100 },
      before: server => {
        const [own] = server.listeners('request') as ((...args: unknown[]) => void)[]
        server.removeAllListeners('request')
        server.on('request', (req, res) => (req.url === '/unread' ? undefined : own?.(req, res)))
      },
    })
    const unread = raw()
    unread.write('POST /unread HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\n')
    const trickling = raw()
    trickling.write(post('Content-Length: 500\r\nExpect: 100-continue\r\n'))
    await trickling.until('100 Continue')
    for (let second = 0; second < 30 && !trickling.socket.closed && !trickling.received.includes('408'); second++) {
      trickling.write('x')
      await new Promise(resolve => setImmediate(resolve))
      await clock.advance(1000)
    }
    expect(await trickling.ended).toContain('HTTP/1.1 408 ')
    expect(unread.socket.closed).toBe(false)
    unread.socket.destroy()
    expect(server.listening).toBe(true)
  })
})

describe('a download', () => {
  it.each([1, 131_072, 131_073, 1_000_000])('of %i bytes arrives whole, and in ranges', async size => {
    const { upload, port } = await serve()
    const bytes = Buffer.from(Array.from({ length: size }, (_, at) => at % 251))
    const { id } = await upload(bytes, 'application/octet-stream')
    expect((await sendByHttp(port, `/notes/${id}/content`)).bytes.equals(bytes)).toBe(true)
    const range = await sendByHttp(port, `/notes/${id}/content`, { headers: { range: `bytes=${Math.floor(size / 3)}-` } })
    expect(range.bytes.equals(bytes.subarray(Math.floor(size / 3)))).toBe(true)
  })

  it('whose storage fails before the first byte is a 500 without internals; one that fails later is cut', async () => {
    const noFiles = <T extends object>({ localFile: _, ...rest }: T & { localFile?: unknown }) => rest as T
    let fail = 0
    const { upload, port, raw, logged } = await serve({
      wrapStorage: storage => ({
        ...noFiles(storage),
        capabilities: { ...storage.capabilities, localFile: false },
        get: async (key, options) => {
          const content = await storage.get(key, options)
          return { ...content, body: failing(content.body, fail) }
        },
      }),
    })
    const { id } = await upload('x'.repeat(200_000))
    logged.length = 0
    const early = await sendByHttp(port, `/notes/${id}/content`)
    expect([early.status, early.json.detail]).toEqual([500, 'Something went wrong here.'])
    expect(logged).toHaveLength(1)
    fail = 1
    const socket = raw()
    socket.write(`GET /notes/${id}/content HTTP/1.1\r\nHost: x\r\n\r\n`)
    const answer = await socket.ended
    expect(answer).toContain('HTTP/1.1 200 OK')
    expect(answer.length).toBeLessThan(200_000)
    expect(logged).toHaveLength(2)
  })

  it('that was not changed asks the storage nothing', async () => {
    const seen: ReturnType<typeof watched>[] = []
    const watched = (storage: StorageAdapter) => withFaults(storage)
    const { upload, port } = await serve({
      wrapStorage: storage => {
        const wrapped = watched(storage)
        seen.push(wrapped)
        return wrapped
      },
    })
    const { id } = await upload('text')
    const etag = (await sendByHttp(port, `/notes/${id}/content`)).headers.get('etag') as string
    const before = seen[0]?.calls.length
    expect((await sendByHttp(port, `/notes/${id}/content`, { headers: { 'if-none-match': etag } })).status).toBe(304)
    expect(seen[0]?.calls.length).toBe(before)
  })
})

async function* failing(body: AsyncIterable<Uint8Array>, after: number): AsyncGenerator<Uint8Array> {
  let passed = 0
  for await (const chunk of body) {
    if (passed++ === after) throw new Error('disk on fire at /dev/sda1')
    yield chunk.subarray(0, 1000)
  }
  throw new Error('disk on fire at /dev/sda1')
}

describe('middleware around the api', () => {
  it('cannot add cookies to what caches may share', async () => {
    const { upload, port } = await serve({
      before: server =>
        server.prependListener('request', (_req, res) => {
          res.setHeader('Set-Cookie', 'early=1')
          const { writeHead } = res
          res.writeHead = ((...args: Parameters<typeof writeHead>) => {
            res.setHeader('set-cookie', 'late=1')
            return writeHead.apply(res, args)
          }) as typeof writeHead
        }),
    })
    const { id } = await upload('text')
    const shared = await sendByHttp(port, `/notes/${id}/content`)
    expect([shared.headers.get('cache-control'), shared.headers.get('set-cookie')]).toEqual([
      'public, no-cache, no-transform',
      null,
    ])
    expect((await sendByHttp(port, '/notes')).headers.get('set-cookie')).toBe('late=1')
  })

  it('sees no listener for a disconnect where storage is not asked', async () => {
    const added: number[] = []
    const { upload, port } = await serve({
      before: server =>
        server.prependListener('request', (_req, res) => {
          const before = res.listenerCount('close')
          const { writeHead } = res
          res.writeHead = ((...args: Parameters<typeof writeHead>) => {
            added.push(res.listenerCount('close') - before)
            return writeHead.apply(res, args)
          }) as typeof writeHead
        }),
    })
    const { id } = await upload('text')
    added.length = 0
    const { headers } = await sendByHttp(port, `/notes/${id}/content`)
    await sendByHttp(port, `/notes/${id}/content`)
    await sendByHttp(port, `/notes/${id}/content`, { headers: { 'if-none-match': headers.get('etag') as string } })
    expect(added).toEqual([1, 0, 0])
  })

  it('that has read the body is named in the error', async () => {
    const { port } = await serve({
      before: server => {
        const [own] = server.listeners('request') as ((...args: unknown[]) => void)[]
        server.removeAllListeners('request')
        server.on('request', (req, res) => req.on('end', () => own?.(req, res)).resume())
      },
    })
    const answer = await sendByHttp(port, '/notes', {
      method: 'POST',
      headers: { ...as('alice'), ...form(file('a')).headers },
      body: form(file('a')).body,
    })
    expect(answer.status).toBe(500)
    expect(answer.json.detail).toContain('before body parsers such as express.json()')
  })
})

describe('closing', () => {
  it('ends idle connections at once and lets requests under way finish', async () => {
    const { raw, server } = await serve()
    const [idle, busy] = [raw(), raw()]
    idle.write('GET /notes HTTP/1.1\r\nHost: x\r\n\r\n')
    await idle.until('"cursor":null}')
    busy.write(post('Content-Length: 5\r\nExpect: 100-continue\r\n'))
    await busy.until('100 Continue')
    const closed = closeGracefully(server, { timeoutMs: 10_000 })
    await idle.ended
    busy.write('hello')
    await busy.until('201 Created')
    expect(await closed).toBe(true)
  })

  it('cuts what takes too long', async () => {
    const { raw, server } = await serve()
    const socket = raw()
    socket.write(post('Content-Length: 5\r\nExpect: 100-continue\r\n'))
    await socket.until('100 Continue')
    expect(await closeGracefully(server, { timeoutMs: 50 })).toBe(false)
  })
})
