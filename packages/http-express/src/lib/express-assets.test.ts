import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Actor, createStowage, ownerOnly } from '@stowage/core'
import { assetApi, bearer, type ProfileOptions } from '@stowage/http'
import { prepareServer } from '@stowage/http/node'
import { memoryMetadata, memoryStorage } from '@stowage/testkit'
import express, { type Express } from 'express'
import { describe, expect, it, onTestFinished } from 'vitest'
import { expressAssets } from './express-assets.ts'

async function serve(
  mount: (app: Express, assets: ReturnType<typeof expressAssets>) => void,
  profile: Partial<ProfileOptions> = {},
) {
  const stowage = await createStowage({
    storage: memoryStorage(),
    metadata: memoryMetadata(),
    policy: ownerOnly({ read: 'anyone' }),
    workers: false,
    logger: { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined },
  })
  const authenticate = bearer(new Map([['alice', { id: 'alice' }]]))
  const app = express()
  mount(app, expressAssets(assetApi(stowage, { basePath: '/assets', publicUrl: 'https://x.example', authenticate, ...profile })))
  app.use((_req, res) => void res.status(404).send('mine'))
  const server = createServer(app)
  prepareServer(server)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(async () => {
    server.closeAllConnections()
    server.close()
    await stowage.close()
  })
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return (path: string, init?: RequestInit) => fetch(origin + path, init)
}

function upload(): RequestInit {
  const body = new FormData()
  body.set('file', new File(['hello'], 'hello.txt', { type: 'text/plain' }))
  return { method: 'POST', headers: { authorization: 'Bearer alice' }, body }
}

describe('expressAssets', () => {
  it('answers its own paths and passes on all others', async () => {
    const get = await serve((app, assets) => app.use(assets))
    expect((await get('/assets', upload())).status).toBe(201)
    for (const path of ['/', '/assetsx', '/assets/', '/ASSETS', '/assets/1/2/3'])
      expect(await (await get(path)).text()).toBe('mine')
    expect((await get('/assets', { method: 'PUT' })).status).toBe(405)
  })

  it('works below a mount path and in routers, and its URLs say so', async () => {
    const get = await serve((app, assets) => app.use('/v2', express.Router().use('/inner', assets)))
    const made = await get('/v2/inner/assets', upload())
    const { id, url } = (await made.json()) as { id: string; url: string }
    expect([made.headers.get('location'), url]).toEqual([
      `https://x.example/v2/inner/assets/${id}`,
      `https://x.example/v2/inner/assets/${id}/content`,
    ])
    expect(await (await get(new URL(url).pathname)).text()).toBe('hello')
    expect(await (await get('/assets')).text()).toBe('mine')
  })

  it('sees what middleware before it put on the request', async () => {
    const authenticate = (request: { readonly native: unknown }) => (request.native as { user?: Actor }).user ?? null
    const get = await serve(
      (app, assets) => {
        app.use((req, _res, next) => {
          if (req.headers['x-user'] === 'bob') Object.assign(req, { user: { id: 'bob' } })
          next()
        })
        app.use(assets)
      },
      { authenticate },
    )
    const { body } = upload()
    const made = await get('/assets', { method: 'POST', headers: { 'x-user': 'bob' }, body: body as FormData })
    expect(await made.json()).toMatchObject({ createdBy: 'bob' })
  })

  it('says what to do where a body parser came first', async () => {
    const get = await serve((app, assets) => app.use(express.json()).use(assets))
    const made = (await (await get('/assets', upload())).json()) as { id: string }
    const patched = await get(`/assets/${made.id}`, {
      method: 'PATCH',
      headers: { authorization: 'Bearer alice', 'content-type': 'application/json' },
      body: '{"title":"x"}',
    })
    expect(patched.status).toBe(500)
    expect(((await patched.json()) as { detail: string }).detail).toContain('Mount the asset API before body parsers')
  })
})
