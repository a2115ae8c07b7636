import { cookieSessions, sessionApi } from '@stowage/http'
import { honoAssets } from '@stowage/http-hono'
import { Hono } from 'hono'
import { setCookie } from 'hono/cookie'
import { expect, it } from 'vitest'
import { openApp, runtimes } from './open-app.ts'

const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined }

it.each(runtimes)('session APIs work on %s, beside the cookies of middleware', async runtime => {
  const { get } = await openApp(runtime, (_, stowage) => {
    const signer = stowage.signer('session')
    const sessions = cookieSessions({ signer, publicUrl: 'http://localhost', lookup: id => ({ id }) })
    const api = sessionApi(sessions, { path: '/session', begin: ({ user }) => String(user), logger: quiet })
    return new Hono()
      .use(async (c, next) => {
        setCookie(c, 'theme', 'dark')
        await next()
      })
      .route('/', honoAssets(api))
  })
  const headers = { 'content-type': 'application/json' }
  const begun = await get('/session', { method: 'POST', headers, body: '{"user":"alice"}' })
  expect([begun.status, begun.headers.getSetCookie().length]).toEqual([204, 2])
  expect((await get('/session', { method: 'POST', headers, body: '{' })).status).toBe(400)
})
