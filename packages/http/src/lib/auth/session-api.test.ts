import type { Logger, Signer } from '@stowage/core'
import { describe, expect, it } from 'vitest'
import { cookieSessions } from './cookie-sessions.ts'
import { sessionApi } from './session-api.ts'

const quiet: Logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined }
const signer: Signer = {
  seal: value => `sealed-${String(value)}`,
  open: token => (token.startsWith('sealed-') ? token.slice(7) : null),
}
const sessions = cookieSessions({ signer, publicUrl: 'http://localhost:3000', lookup: subject => ({ id: subject }) })
const api = sessionApi(sessions, {
  path: '/session',
  logger: quiet,
  begin: ({ name, password }) => (password === 'right' ? String(name) : null),
})

function send(
  method: string,
  body?: string,
  headers: Record<string, string> = { 'content-type': 'application/json' },
): Promise<Response> {
  return api.fetch(new Request('http://localhost:3000/session', { method, headers, ...(body === undefined ? {} : { body }) }))
}

describe('a session API', () => {
  it('begins a session for right credentials, and ends it', async () => {
    const begun = await send('POST', '{"name":"ann","password":"right"}')
    expect([begun.status, begun.headers.get('set-cookie')]).toEqual([
      204,
      expect.stringMatching(/^stowage_session=sealed-ann; .*HttpOnly/),
    ])
    const cookie = 'stowage_session=sealed-ann'
    expect(await sessions.actorOf(cookie)).toEqual({ id: 'ann' })
    const ended = await send('DELETE', undefined, { cookie, origin: 'http://localhost:3000' })
    expect([ended.status, ended.headers.get('set-cookie')]).toEqual([204, expect.stringContaining('Max-Age=0')])
  })

  it.each([
    ['wrong credentials', 'POST', '{"name":"ann"}', {}, 401],
    ['no JSON', 'POST', '{"name"', {}, 400],
    ['no object', 'POST', '[]', {}, 422],
    ['too much', 'POST', JSON.stringify({ name: 'x'.repeat(20_000) }), {}, 413],
    ['another type', 'POST', '{}', { 'content-type': 'text/plain' }, 415],
    ['a page of another origin', 'POST', '{"password":"right"}', { origin: 'https://evil.example' }, 403],
    ['a page of another site', 'POST', '{"password":"right"}', { 'sec-fetch-site': 'cross-site' }, 403],
    [
      'an ending from elsewhere',
      'DELETE',
      undefined,
      { cookie: 'stowage_session=sealed-ann', origin: 'https://evil.example' },
      403,
    ],
    ['an ending that names no origin', 'DELETE', undefined, { cookie: 'stowage_session=sealed-ann' }, 403],
    ['another method', 'PUT', '{}', {}, 405],
  ])('refuses %s and sets no cookie', async (_what, method, body, headers, status) => {
    const response = await send(method, body, { 'content-type': 'application/json', ...headers })
    expect([response.status, response.headers.get('set-cookie'), response.headers.get('content-type')]).toEqual([
      status,
      null,
      'application/problem+json',
    ])
  })

  it('owns its path alone', async () => {
    expect(['/session', '/session/', '/SESSION', '/'].map(path => api.owns(path))).toEqual([true, false, false, false])
  })
})
