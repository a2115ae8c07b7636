import { ownerOnly } from '@stowage/core'
import { cookieSessions, sessionApi } from '@stowage/http'
import { describe, expect, it } from 'vitest'
import { file, form } from '../../form.ts'
import { ask } from './ask.ts'
import { keys } from './identities.ts'
import { REMOTE } from './plans.ts'
import { openWorld } from './world.ts'

/** Content types that a form or a script of any site may send without asking first, and none at all. */
const SIMPLE = [
  'text/plain',
  'text/plain;charset=utf-8',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  undefined,
]
const ELSEWHERE = [
  { origin: 'https://evil.example' },
  { origin: 'null' },
  { 'sec-fetch-site': 'cross-site' },
  { 'sec-fetch-site': 'same-site' },
  {},
]

describe('threat 19: a write in the shape of a form', () => {
  it('is 415 where JSON is meant, whoever sends it', async () => {
    const world = await openWorld({ policy: ownerOnly() })
    const hers = await world.make('alice', 'private')
    world.guard()
    const before = await world.state()
    const doors = [
      ['PATCH', `/docs/${hers.id}`, '{"title":"owned"}'],
      ['POST', `/named/${hers.id}/edit`, '{"title":"owned"}'],
      ['PUT', `/other-methods/${hers.id}`, '{"title":"owned"}'],
      ['POST', '/docs/generate', '{"prompt":"a cat"}'],
      ['POST', `/docs/${hers.id}/link`, '{"expiresInSeconds":60}'],
    ] as const
    for (const [method, path, body] of doors) {
      for (const type of SIMPLE) {
        const headers = { authorization: `Bearer ${keys.alice}`, ...(type !== undefined && { 'content-type': type }) }
        // A text body gets a content type by itself; bytes do not.
        const told = await ask(world.api, path, { method, headers, body: Buffer.from(body) })
        expect([method, path, type, told.status]).toEqual([method, path, type, 415])
      }
    }
    for (const [path, body] of [
      ['/docs?filename=a.txt', 'a=b'],
      ['/docs', `{"url":"${REMOTE}"}`],
    ] as const) {
      for (const type of ['application/x-www-form-urlencoded', undefined]) {
        const headers = { authorization: `Bearer ${keys.alice}`, ...(type !== undefined && { 'content-type': type }) }
        const told = await ask(world.api, path, { method: 'POST', headers, body: Buffer.from(body) })
        expect([path, type, told.status]).toEqual([path, type, 415])
      }
    }
    expect(world.fetched).toEqual([])
    expect(await world.state()).toEqual(before)
  })

  it('is 403 with a session cookie from a page of another site, at every door that writes', async () => {
    const world = await openWorld({ policy: ownerOnly() })
    const hers = await world.make('alice', 'private')
    world.guard()
    const before = await world.state()
    const upload = form(file('x'))
    const json = { 'content-type': 'application/json' }
    const writes = [
      ['POST', '/docs', upload.headers, upload.body],
      ['PUT', '/other-methods?filename=a.txt', { 'content-type': 'text/plain' }, 'x'],
      ['PATCH', `/docs/${hers.id}`, json, '{"title":"owned"}'],
      ['DELETE', `/docs/${hers.id}`, {}, undefined],
      ['POST', `/other-methods/${hers.id}/delete`, {}, undefined],
      ['PUT', `/docs/${hers.id}/content`, { 'content-type': 'text/plain' }, 'x'],
      ['POST', `/docs/${hers.id}/link`, json, '{}'],
      ['POST', '/docs/generate', json, '{"prompt":"a cat"}'],
    ] as const
    const cookie = world.people.cookie('alice')
    for (const [method, path, headers, body] of writes) {
      for (const from of ELSEWHERE) {
        const told = await ask(world.api, path, {
          method,
          headers: { ...headers, ...from, cookie } as Record<string, string>,
          ...(body !== undefined && { body }),
        })
        expect([method, path, from, told.status]).toEqual([method, path, from, 403])
      }
    }
    expect(await world.state()).toEqual(before)
    const here = { cookie, origin: 'https://app.example.com' }
    expect((await ask(world.api, `/docs/${hers.id}`, { method: 'DELETE', headers: here })).status).toBe(204)
  })

  it('neither begins nor ends a session', async () => {
    const world = await openWorld({ policy: ownerOnly() })
    const sessions = cookieSessions({
      signer: world.stowage.signer('s'),
      publicUrl: 'https://app.example.com',
      lookup: id => ({ id }),
    })
    let begun = 0
    const api = sessionApi(sessions, { path: '/session', begin: () => `user-${++begun}`, logger: world.stowage.logger })
    for (const type of SIMPLE) {
      const headers = type === undefined ? {} : { 'content-type': type }
      expect((await ask(api, '/session', { method: 'POST', headers, body: Buffer.from('{}') })).status).toBe(415)
    }
    for (const from of ELSEWHERE.slice(0, 4)) {
      const headers = { ...from, 'content-type': 'application/json' } as Record<string, string>
      const told = await ask(api, '/session', { method: 'POST', headers, body: '{}' })
      expect([from, told.status, told.headers['set-cookie']]).toEqual([from, 403, undefined])
      const cookie = sessions.start('alice').split(';')[0] ?? ''
      const ended = await ask(api, '/session', { method: 'DELETE', headers: { ...headers, cookie } })
      expect([from, ended.status, ended.headers['set-cookie']]).toEqual([from, 403, undefined])
    }
    expect(begun).toBe(0)
  })
})
