import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { honoAssets } from '@stowage/http-hono'
import { Hono, type MiddlewareHandler } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { compress } from 'hono/compress'
import { setCookie } from 'hono/cookie'
import { cors } from 'hono/cors'
import { etag } from 'hono/etag'
import { logger } from 'hono/logger'
import { secureHeaders } from 'hono/secure-headers'
import { describe, expect, it } from 'vitest'
import { openDescriptors } from '../../http/test/threats/wire/open-descriptors.ts'
import { openApp, runtimes, upload } from './open-app.ts'

const LARGE = 'large '.repeat(50_000)

describe.each(runtimes)('middleware around honoAssets on %s', runtime => {
  async function open(...middleware: MiddlewareHandler[]) {
    const { get, port } = await openApp(runtime, api => {
      const app = new Hono().onError(error => new Response(error.message, { status: 500 }))
      for (const one of middleware) app.use(one)
      return app.route('/', honoAssets(api)).get('/own', c => c.text('own'))
    })
    const made = (await (await get('/assets', upload(LARGE))).json()) as { id: string }
    return { get, port, record: `/assets/${made.id}`, content: `/assets/${made.id}/content` }
  }

  it('has its headers on files, records and errors, whenever it set them', async () => {
    const { get, record, content } = await open(async (c, next) => {
      c.header('X-Before', 'a')
      c.header('Vary', 'X-Tenant')
      c.res.headers.append('X-Early', 'b')
      await next()
      c.header('X-After', 'c')
    })
    for (const path of [content, record, '/assets/none', '/own']) {
      const { headers } = await get(path)
      expect([path, headers.get('x-before'), headers.get('x-early'), headers.get('x-after')]).toEqual([path, 'a', 'b', 'c'])
      expect(headers.get('vary')).toContain('X-Tenant')
      expect(headers.get('x-stowage-answer')).toBeNull()
    }
    expect((await get(record)).headers.get('vary')).toBe('X-Tenant, Accept')
    expect(await (await get(content)).text()).toBe(LARGE)
    expect((await get(content, { method: 'HEAD' })).headers.get('x-after')).toBe('c')
  })

  it('overrides nothing that it set before', async () => {
    const { get, content } = await open(async (c, next) => {
      for (const name of ['Cache-Control', 'Content-Type', 'ETag', 'Content-Length']) c.res.headers.set(name, '7')
      await next()
    })
    const answer = await get(content)
    expect(await answer.text()).toBe(LARGE)
    expect(answer.headers.get('content-type')).toContain('text/plain')
    expect(answer.headers.get('cache-control')).toContain('no-transform')
    expect(answer.headers.get('etag')).toMatch(/^"/)
  })

  it('adds no cookie to what others may cache', async () => {
    const { get, record, content } = await open(async (c, next) => {
      setCookie(c, 'session', 'secret')
      await next()
    })
    expect((await get(content)).headers.get('cache-control')).toMatch(/^public/)
    expect((await get(content)).headers.get('set-cookie')).toBeNull()
    expect((await get(record)).headers.get('set-cookie')).toContain('secret')
  })

  it('cors, secureHeaders and etag work', async () => {
    const { get, content } = await open(cors({ origin: 'https://app.example' }), secureHeaders(), etag())
    const answer = await get(content, { headers: { origin: 'https://app.example' } })
    expect(await answer.text()).toBe(LARGE)
    expect(answer.headers.get('access-control-allow-origin')).toBe('https://app.example')
    expect(answer.headers.get('vary')).toContain('Origin')
    expect(answer.headers.get('x-frame-options')).toBe('SAMEORIGIN')
    const again = await get(content, { headers: { 'if-none-match': answer.headers.get('etag') as string } })
    expect([again.status, await again.text()]).toEqual([304, ''])
    const preflight = await get(content, { method: 'OPTIONS', headers: { origin: 'https://app.example' } })
    expect(preflight.status).toBe(204)
  })

  it('compress leaves files as they are', async () => {
    const { get, content } = await open(compress())
    const answer = await get(content, { headers: { 'accept-encoding': 'gzip' } })
    expect([answer.headers.get('content-encoding'), answer.headers.get('content-length')]).toEqual([null, String(LARGE.length)])
    expect(await answer.text()).toBe(LARGE)
  })

  it('logger sees the status that is answered', async () => {
    const lines: string[] = []
    const { get, content } = await open(logger(line => void lines.push(line)))
    await get(content)
    await get('/assets/none')
    for (const [path, status] of [
      [content, 200],
      ['/assets/none', 404],
    ])
      expect(lines.find(line => line.startsWith('-->') && line.includes(`GET ${path} `))).toContain(String(status))
  })

  it('sends another answer in place of one, whole or in part', async () => {
    const { get, record, content } = await open(async (c, next) => {
      await next()
      const as = c.req.header('x-as')
      if (as === 'new') {
        c.res = undefined
        c.res = new Response('another', { status: 410 })
      }
      if (as === 'body') c.res = new Response('rewritten', c.res)
      if (as === 'error') throw new Error('broken')
    })
    const ask = async (path: string, as: string) => {
      const answer = await get(path, { headers: { 'x-as': as } })
      expect(answer.headers.get('x-stowage-answer')).toBeNull()
      return [answer.status, await answer.text()]
    }
    const [whole, part] = [await ask(record, 'no'), await ask(content, 'no')]
    expect(part).toEqual([200, LARGE])
    for (const path of [record, content]) {
      expect(await ask(path, 'new')).toEqual([410, 'another'])
      expect(await ask(path, 'body')).toEqual([200, 'rewritten'])
      expect(await ask(path, 'error')).toEqual([500, 'broken'])
    }
    expect([await ask(record, 'no'), await ask(content, 'no')]).toEqual([whole, part])
    // What is not sent is given back: no file of the store stays open.
    await expect
      .poll(() => openDescriptors(join(tmpdir(), 'stowage-golden-')).filter(target => target.includes('objects/')))
      .toEqual([])
  })

  it('may put a request of its own in place of the native one', async () => {
    const { get } = await open(bodyLimit({ maxSize: 1_000_000 }), async (c, next) => {
      if (c.req.header('x-method') !== undefined)
        c.req.raw = new Request(c.req.raw, { method: c.req.header('x-method') as string })
      await next()
    })
    const headers = { authorization: 'Bearer alice', 'content-type': 'text/plain' }
    const body = () => new Blob(['pieces']).stream()
    const made = await get('/assets?filename=a.txt', { method: 'POST', headers, body: body(), duplex: 'half' } as RequestInit)
    const { id } = (await made.json()) as { id: string }
    expect(await (await get(`/assets/${id}/content`)).text()).toBe('pieces')
    expect((await get(`/assets/${id}`, { method: 'POST', headers: { ...headers, 'x-method': 'DELETE' } })).status).toBe(204)
    expect((await get(`/assets/${id}`)).status).toBe(404)
  })
})

it('on Node, headers of the native response are kept', async () => {
  const { get } = await openApp('Node', api =>
    new Hono()
      .use(async (c, next) => {
        ;(c.env as { outgoing: { setHeader(name: string, value: string): void } }).outgoing.setHeader('X-Native', 'yes')
        await next()
      })
      .route('/', honoAssets(api)),
  )
  const made = await get('/assets', upload(LARGE))
  const { id } = (await made.json()) as { id: string }
  for (const answer of [made, await get(`/assets/${id}`), await get(`/assets/${id}/content`)])
    expect(answer.headers.get('x-native')).toBe('yes')
})

it('on Node, a body that a parser has read is said to be', async () => {
  const { get } = await openApp('Node', api =>
    new Hono()
      .use(async (c, next) => {
        if (c.req.method === 'PATCH') await c.req.json()
        await next()
      })
      .route('/', honoAssets(api)),
  )
  const { id } = (await (await get('/assets', upload())).json()) as { id: string }
  const headers = { authorization: 'Bearer alice', 'content-type': 'application/json' }
  const patched = await get(`/assets/${id}`, { method: 'PATCH', headers, body: '{"title":"x"}' })
  expect(patched.status).toBe(500)
  expect(((await patched.json()) as { detail: string }).detail).toContain('Mount the asset API before body parsers')
})
