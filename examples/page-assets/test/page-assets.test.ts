import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { type RunningExample, startExample } from '@stowage-examples/shared/start-example'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

let server: RunningExample
let photo: Buffer<ArrayBuffer>
beforeAll(async () => {
  server = await startExample('page-assets')
  photo = await readFile(fileURLToPath(new URL('../photo.jpg', import.meta.url)))
})
afterAll(() => server.remove())

interface Call {
  readonly as?: string
  readonly method?: string
  readonly headers?: Record<string, string>
  readonly body?: BodyInit
  readonly json?: unknown
}

function call(path: string, { as, json, headers, ...init }: Call = {}): Promise<Response> {
  const authorization: Record<string, string> = as ? { authorization: `Bearer ${as}` } : {}
  const type: Record<string, string> = json === undefined ? {} : { 'content-type': 'application/json' }
  const body = json === undefined ? {} : { body: JSON.stringify(json) }
  const url = path.startsWith('http') ? path : `${server.origin}${path}`
  return fetch(url, { redirect: 'manual', ...init, ...body, headers: { ...authorization, ...type, ...headers } })
}

function upload(
  path: string,
  as: string,
  name = 'photo.jpg',
  bytes: Uint8Array<ArrayBuffer> = photo,
  type = 'image/jpeg',
): Promise<Response> {
  const body = new FormData()
  body.append('file', new Blob([bytes], { type }), name)
  return call(path, { as, method: 'POST', body })
}

async function answer(response: Promise<Response>): Promise<[number, unknown]> {
  const got = await response
  const text = await got.text()
  return [got.status, text === '' ? null : JSON.parse(text)]
}

const assets = '/api/pages/123/assets'
const files = '/api/pages/200/team-files'
const error = { error: expect.stringMatching(/\w/) }

describe('page assets', () => {
  it('are uploaded by the owner, listed for anyone, opened at their URL and gone after deletion', async () => {
    const [status, asset] = await answer(upload(assets, 'vm_alice', 'hero.jpg'))
    expect([status, asset]).toEqual([
      201,
      {
        id: expect.any(Number),
        filename: 'hero.jpg',
        content_type: 'image/jpeg',
        size: photo.byteLength,
        url: `${server.origin}/pages/123/assets/hero.jpg`,
        created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      },
    ])
    const { id, url } = asset as { id: number; url: string }
    expect(await answer(call(assets))).toEqual([200, { assets: expect.arrayContaining([asset]) }])
    expect(await answer(call('/api/pages/my-blog/assets'))).toEqual(await answer(call(assets)))

    const opened = await call(url)
    expect([opened.status, opened.headers.get('content-type'), opened.headers.get('x-content-type-options')]).toEqual([
      200,
      'image/jpeg',
      'nosniff',
    ])
    expect(Buffer.from(await opened.arrayBuffer()).equals(photo)).toBe(true)
    const head = await call(url, { method: 'HEAD' })
    expect([head.status, head.headers.get('content-length')]).toEqual([200, String(photo.byteLength)])

    expect(await answer(call(`${assets}/${id}`, { as: 'vm_alice', method: 'DELETE' }))).toEqual([204, null])
    expect((await call(url)).status).toBe(404)
    expect(await answer(call(`${assets}/${id}`, { as: 'vm_alice', method: 'DELETE' }))).toEqual([404, error])
  })

  it('have ascending ids, newest first in the list, and unique names', async () => {
    const made = []
    for (let i = 0; i < 3; i++)
      made.push((await answer(upload(assets, 'vm_alice', 'same.jpg')))[1] as { id: number; filename: string })
    expect(made[0]?.filename).toBe('same.jpg')
    for (const { filename } of made.slice(1)) expect(filename).toMatch(/^same-[0-9a-f]{8}\.jpg$/)
    const [, { assets: listed }] = (await answer(call(assets))) as [number, { assets: { id: number }[] }]
    const ids = listed.map(asset => asset.id)
    expect(ids.slice(0, 3)).toEqual(made.map(asset => asset.id).reverse())
    expect(ids).toEqual([...ids].sort((a, b) => b - a))
  })

  it.each([
    ['no token', undefined, 401],
    ['an unknown token', 'vm_mallory', 401],
    ['a token without the scope', 'vm_alice_readonly', 403],
    ['another user', 'vm_bob', 403],
  ])('can be neither uploaded, generated nor deleted with %s', async (_who, as, expected) => {
    const [, { id }] = (await answer(upload(assets, 'vm_alice', 'kept.jpg'))) as [number, { id: number }]
    const credentials = as === undefined ? {} : { as }
    const body = new FormData()
    body.append('file', new Blob([photo]), 'x.jpg')
    for (const attempt of [
      call(assets, { ...credentials, method: 'POST', body }),
      call(`${assets}/generate`, { ...credentials, method: 'POST', json: { prompt: 'x' } }),
      call(`${assets}/${id}`, { ...credentials, method: 'DELETE' }),
      call(`${assets}/999999`, { ...credentials, method: 'DELETE' }),
    ]) {
      const response = await attempt
      expect([response.status, await response.json()]).toEqual([expected, error])
      if (expected === 401) expect(response.headers.get('www-authenticate')).toMatch(/^Bearer/)
    }
    const [, listed] = await answer(call(assets))
    expect(JSON.stringify(listed)).toContain(`"id":${id},`)
  })

  it('say 404 for pages and assets that do not exist, 405 for a wrong method', async () => {
    for (const path of [
      '/api/pages/999/assets',
      '/api/pages/nope/assets',
      '/pages/123/assets/none.png',
      '/nowhere',
      '//api/pages/123/assets',
      '/pages/999',
    ]) {
      expect(await answer(call(path))).toEqual([404, error])
    }
    expect(await answer(call('/pages/%E0%A4%A'))).toEqual([400, error])
    const wrong = await call(assets, { as: 'vm_alice', method: 'PUT' })
    expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, expect.stringMatching(/GET.*POST|POST.*GET/)])
    expect((await call(`${assets}/1`, { as: 'vm_alice', method: 'PATCH' })).headers.get('allow')).toMatch(/DELETE/)
  })

  it.each([
    ['page.html', 'text/html', '<!doctype html><script>alert(1)</script>'],
    ['logo.svg', 'image/svg+xml', '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'],
    ['fake.png', 'image/png', '<html><script>alert(1)</script></html>'],
  ])('keep %s, and serve it so that it can run no script', async (name, type, text) => {
    const [status, asset] = await answer(upload(assets, 'vm_alice', name, Buffer.from(text), type))
    expect(status).toBe(201)
    const opened = await call((asset as { url: string }).url)
    expect(await opened.text()).toBe(text)
    expect(opened.headers.get('content-security-policy')).toMatch(/default-src 'none'.*sandbox/)
    expect(opened.headers.get('content-disposition')).toMatch(/^attachment/)
    expect(opened.headers.get('x-content-type-options')).toBe('nosniff')
    expect(opened.headers.get('content-type')).not.toMatch(/html/)
  })

  it('over 50 MB are refused while they arrive, and nothing is kept', async () => {
    const before = await answer(call(assets))
    expect(
      await answer(upload(assets, 'vm_alice', 'big.bin', Buffer.alloc(50 * 1024 * 1024 + 1), 'application/octet-stream')),
    ).toEqual([413, error])
    expect(
      await answer(upload(assets, 'vm_alice', 'full.bin', Buffer.alloc(50 * 1024 * 1024), 'application/octet-stream')),
    ).toEqual([201, expect.anything()])
    const [, { assets: after }] = (await answer(call(assets))) as [number, { assets: { filename: string; id: number }[] }]
    expect(after.slice(1)).toEqual((before[1] as { assets: object[] }).assets)
    await call(`${assets}/${after[0]?.id}`, { as: 'vm_alice', method: 'DELETE' })
  })

  it.each(['1:1', '16:9', '9:16', '4:3', '3:4'])(
    'are generated from words at %s, as a picture that says it is a placeholder',
    async aspectRatio => {
      const [status, made] = await answer(
        call(`${assets}/generate`, {
          as: 'vm_alice',
          method: 'POST',
          json: { prompt: 'A futuristic city', aspectRatio, filename: 'hero-city' },
        }),
      )
      expect([status, made]).toEqual([
        201,
        {
          id: expect.any(Number),
          filename: expect.stringMatching(/^hero-city-[0-9a-f]{8}\.jpg$/),
          contentType: 'image/jpeg',
          publicUrl: expect.stringContaining(`${server.origin}/pages/123/assets/hero-city-`),
          sizeBytes: expect.any(Number),
          createdAt: expect.any(String),
        },
      ])
      const { publicUrl, sizeBytes } = made as { publicUrl: string; sizeBytes: number }
      expect((await (await call(publicUrl)).arrayBuffer()).byteLength).toBe(sizeBytes)
    },
  )

  it.each([
    [{}, 422],
    [{ prompt: '' }, 422],
    [{ prompt: 'x'.repeat(4001) }, 422],
    [{ prompt: 'x', aspectRatio: '2:1' }, 422],
    [{ prompt: 5 }, 422],
    [{ prompt: 'x', surprise: true }, 400],
    ['not an object', 422],
  ])('are not generated from %j', async (json, status) => {
    expect(await answer(call(`${assets}/generate`, { as: 'vm_alice', method: 'POST', json }))).toEqual([status, error])
  })
})

describe('team files', () => {
  it('follow the roles of the team', async () => {
    const [status, file] = await answer(upload(files, 'vm_carol', 'plan.txt', Buffer.from('plan'), 'text/plain'))
    expect([status, file]).toEqual([
      201,
      {
        id: expect.any(Number),
        filename: 'plan.txt',
        content_type: 'text/plain',
        size: 4,
        created_by: 'carol',
        created_at: expect.any(String),
      },
    ])
    const path = `${files}/${(file as { id: number }).id}`
    for (const as of ['vm_alice', 'vm_bob', 'vm_carol', 'vm_dave']) {
      expect(await answer(call(files, { as }))).toEqual([200, { files: [file] }])
      expect((await call(`${path}/download`, { as })).status).toBe(200)
    }
    expect((await upload(files, 'vm_dave')).status).toBe(403)
    expect((await call(path, { as: 'vm_dave', method: 'DELETE' })).status).toBe(403)
    expect((await call(files)).status).toBe(401)
    expect((await call(path, { as: 'vm_bob', method: 'DELETE' })).status).toBe(204)
    const [, own] = (await answer(upload(files, 'vm_carol'))) as [number, { id: number }]
    expect((await call(`${files}/${own.id}`, { as: 'vm_carol', method: 'DELETE' })).status).toBe(204)
    expect(await answer(call(files, { as: 'vm_dave' }))).toEqual([200, { files: [] }])
  })

  it('are 404 where there is no team, and to the owner of another page', async () => {
    for (const path of ['/api/pages/123/team-files', '/api/pages/124/team-files']) {
      expect(await answer(call(path, { as: 'vm_bob' }))).toEqual([404, error])
    }
  })

  it('are read through a signed link that needs no credentials and can not be altered', async () => {
    const [, { id }] = (await answer(upload(files, 'vm_carol', 'secret.txt', Buffer.from('secret'), 'text/plain'))) as [
      number,
      { id: number },
    ]
    const [, link] = (await answer(call(`${files}/${id}/download`, { as: 'vm_dave' }))) as [
      number,
      { url: string; expires_at: string },
    ]
    const lifetime = Date.parse(link.expires_at) - Date.now()
    expect(lifetime).toBeGreaterThan(14 * 60_000)
    expect(lifetime).toBeLessThanOrEqual(15 * 60_000)
    expect(await (await call(link.url)).text()).toBe('secret')
    const altered = link.url.slice(0, -3) + (link.url.endsWith('AAA') ? 'BBB' : 'AAA')
    expect([403, 404]).toContain((await call(altered)).status)
    await call(`${files}/${id}`, { as: 'vm_carol', method: 'DELETE' })
    expect((await call(link.url)).status).toBe(404)
  })
})

describe('a session', () => {
  const signIn = async (token: string): Promise<string> => {
    const response = await call('/api/session', { method: 'POST', json: { token } })
    expect(response.status).toBe(204)
    return String(response.headers.get('set-cookie')).split(';')[0] ?? ''
  }
  const form = (): FormData => {
    const body = new FormData()
    body.append('file', new Blob([photo]), 'session.jpg')
    return body
  }

  it('stands for its token, and writes only from a page of this site', async () => {
    const cookie = await signIn('vm_alice')
    const origin = server.origin
    expect((await call(assets, { method: 'POST', body: form(), headers: { cookie, origin } })).status).toBe(201)
    expect((await call(assets, { method: 'POST', body: form(), headers: { cookie } })).status).toBe(403)
    expect(
      (await call(assets, { method: 'POST', body: form(), headers: { cookie, origin: 'https://evil.example' } })).status,
    ).toBe(403)
    expect(
      (await call(assets, { method: 'POST', body: form(), headers: { cookie, origin, 'sec-fetch-site': 'cross-site' } })).status,
    ).toBe(403)
    const ended = await call('/api/session', { method: 'DELETE', headers: { cookie, origin } })
    expect([ended.status, ended.headers.get('set-cookie')]).toEqual([204, expect.stringContaining('Max-Age=0')])
  })

  it('is in a cookie that scripts can not read, and no public asset sets one', async () => {
    const response = await call('/api/session', { method: 'POST', json: { token: 'vm_alice' } })
    expect(response.headers.get('set-cookie')).toMatch(/HttpOnly.*SameSite=Lax/)
    const cookie = await signIn('vm_alice')
    const [, { url }] = (await answer(upload(assets, 'vm_alice', 'public.jpg'))) as [number, { url: string }]
    expect((await call(url, { headers: { cookie } })).headers.get('set-cookie')).toBeNull()
  })

  it.each([
    [{ token: 'vm_nobody' }, 401],
    [{}, 401],
  ])('does not begin for %j', async (json, status) => {
    expect(await answer(call('/api/session', { method: 'POST', json }))).toEqual([status, error])
  })

  it('answers malformed and foreign requests with a clear 4xx', async () => {
    const json = { 'content-type': 'application/json' }
    expect(await answer(call('/api/session', { method: 'POST', body: '{"token"', headers: json }))).toEqual([400, error])
    expect(
      await answer(
        call('/api/session', { method: 'POST', body: '{"token":"vm_alice"}', headers: { 'content-type': 'text/plain' } }),
      ),
    ).toEqual([415, error])
    const foreign = { ...json, origin: 'https://evil.example' }
    expect(await answer(call('/api/session', { method: 'POST', body: '{"token":"vm_alice"}', headers: foreign }))).toEqual([
      403,
      error,
    ])
    expect((await call('/api/session')).status).toBe(405)
  })
})

describe('the server', () => {
  it('ends within 5 s of SIGTERM and has lost nothing after a restart', async () => {
    const own = await startExample('page-assets')
    try {
      const body = new FormData()
      body.append('file', new Blob([photo]), 'kept.jpg')
      const headers = { authorization: 'Bearer vm_alice' }
      await fetch(`${own.origin}${assets}`, { method: 'POST', body, headers })
      const began = performance.now()
      expect(await own.stop()).toBe(0)
      expect(performance.now() - began).toBeLessThan(5000)
      const again = await own.restart()
      const listed = (await (await fetch(`${again.origin}${assets}`)).json()) as { assets: { url: string }[] }
      expect(listed.assets).toHaveLength(1)
      expect(Buffer.from(await (await fetch(String(listed.assets[0]?.url))).arrayBuffer()).equals(photo)).toBe(true)
      expect(await again.stop()).toBe(0)
      expect(again.errors()).toBe('')
    } finally {
      await own.remove()
    }
  })

  it('says what is wrong with its environment, and ends', async () => {
    await expect(startExample('page-assets', { PORT: 'abc' })).rejects.toThrow(/PORT=abc is no port/)
    await expect(startExample('page-assets', { STORAGE: 'floppy' })).rejects.toThrow(/STORAGE=floppy/)
    await expect(startExample('page-assets', { STORAGE: 's3', STORAGE_BUCKET: '' })).rejects.toThrow(/set STORAGE_BUCKET/)
    await expect(startExample('page-assets', { DATABASE_URL: 'mysql://me:secret@host/db' })).rejects.toThrow(
      /DATABASE_URL is not known: it begins with postgres: or sqlite:\./,
    )
  }, 120_000)

  it('wrote nothing to its error log in all of this', () => {
    expect(server.errors()).toBe('')
  })
})
