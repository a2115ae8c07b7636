import type { Actor } from '@stowage/core'
import type { HttpApi } from '@stowage/http'
import { type HonoAssetsOptions, honoAssets } from '@stowage/http-hono'
import { type Context, Hono } from 'hono'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { openApp, runtimes, upload } from './open-app.ts'

describe.each(runtimes)('honoAssets on %s', runtime => {
  it('answers its own paths and passes on all others', async () => {
    const { get } = await openApp(runtime, api => new Hono().route('/', honoAssets(api)).all('*', c => c.text('mine', 404)))
    expect((await get('/assets', upload())).status).toBe(201)
    for (const path of ['/', '/assetsx', '/assets/', '/ASSETS', '/assets/1/2/3', '//assets'])
      expect([path, await (await get(path)).text()]).toEqual([path, 'mine'])
    expect((await get('/assets', { method: 'PUT' })).status).toBe(405)
    const options = await get('/assets', { method: 'OPTIONS' })
    expect([options.status, options.headers.get('allow')]).toEqual([204, 'POST, GET, HEAD, OPTIONS'])
  })

  it('leaves the 404 of the application to it, or answers every path', async () => {
    const passing = await openApp(runtime, api => new Hono().route('/', honoAssets(api)).notFound(c => c.text('own page', 404)))
    expect(await (await passing.get('/nothing')).text()).toBe('own page')
    const alone = await openApp(runtime, api => new Hono().route('/', honoAssets(api, { fallthrough: false })))
    expect((await alone.get('/nothing')).headers.get('content-type')).toBe('application/problem+json')
  })

  it('works below base paths, with parameters too, and its URLs say so', async () => {
    const { get } = await openApp(runtime, api =>
      new Hono()
        .route('/v2', new Hono().route('/inner', honoAssets(api)))
        .route('/of/:team', honoAssets(api))
        .all('*', c => c.text('mine', 404)),
    )
    for (const mount of ['/v2/inner', '/of/a%20b%2Fc', '/of/%C3%A9']) {
      const made = await get(`${mount}/assets`, upload())
      const { id, url } = (await made.json()) as { id: string; url: string }
      expect([made.headers.get('location'), url]).toEqual([
        `https://x.example${mount}/assets/${id}`,
        `https://x.example${mount}/assets/${id}/content`,
      ])
      expect(await (await get(new URL(url).pathname)).text()).toBe('hello')
    }
    for (const path of ['/assets', '/of/assets', '/v2/assets', '/v2/inner'])
      expect([path, await (await get(path)).text()]).toEqual([path, 'mine'])
  })

  it('sees what middleware before it put on the context', async () => {
    const authenticate = ({ native }: { readonly native: unknown }) => (native as Context).get('user') ?? null
    const { get } = await openApp(
      runtime,
      api =>
        new Hono<{ Variables: { user: Actor } }>()
          .use(async (c, next) => {
            if (c.req.header('x-user') === 'bob') c.set('user', { id: 'bob' })
            await next()
          })
          .route('/', honoAssets(api)) as unknown as Hono,
      { authenticate },
    )
    expect(await (await get('/assets', upload('hello', { 'x-user': 'bob' }))).json()).toMatchObject({ createdBy: 'bob' })
    expect((await get('/assets', upload('hello', {}))).status).toBe(401)
  })
})

it('takes any api and gives routes', () => {
  expectTypeOf(honoAssets).parameter(0).toEqualTypeOf<HttpApi>()
  expectTypeOf(honoAssets).parameter(1).toEqualTypeOf<HonoAssetsOptions | undefined>()
  expectTypeOf<ReturnType<typeof honoAssets>>().toEqualTypeOf<Hono>()
  const app = new Hono<{ Bindings: { KEY: string }; Variables: { user: string } }>()
  expectTypeOf(app.route).toBeCallableWith('/', honoAssets({} as HttpApi))
})
