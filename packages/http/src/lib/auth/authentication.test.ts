import type { Signer } from '@stowage/core'
import { StowageError } from '@stowage/core/contracts'
import { fakeClock } from '@stowage/testkit'
import { describe, expect, it } from 'vitest'
import type { Profile } from '../profile/profile.ts'
import type { Authenticate, HttpRequest } from '../request.ts'
import { bearer } from './bearer.ts'
import { cookieSessions } from './cookie-sessions.ts'
import { firstOf } from './first-of.ts'
import { hashApiKey, hashedApiKeys } from './hashed-api-keys.ts'
import { identify } from './identify.ts'

const alice = { id: 'alice' }
const bob = { id: 'bob' }

function request(headers: Record<string, string | string[]> = {}, method = 'GET', query = ''): HttpRequest {
  const lines = (name: string) => [headers[name] ?? []].flat()
  return {
    method,
    path: '/',
    mountPath: '',
    query: new URLSearchParams(query),
    header: name => (lines(name).length === 0 ? null : lines(name).join(', ')),
    headerLines: lines,
    body: null,
    signal: new AbortController().signal,
    remoteAddress: null,
    disposableChunks: false,
    takesLocalFiles: false,
    native: null,
  }
}
const rejected = (code: string) => expect.objectContaining({ code })

describe('bearer', () => {
  const authenticate = bearer(new Map([['good', alice]]))
  it('knows a token, and leaves requests without one to others', async () => {
    expect(await authenticate(request({ authorization: 'Bearer good' }))).toBe(alice)
    expect(await authenticate(request({ authorization: 'bearer  good' }))).toBe(alice)
    expect(await authenticate(request())).toBe(null)
    expect(await authenticate(request({ authorization: 'Basic Z29vZA==' }))).toBe(null)
  })
  it.each(['Bearer', 'Bearer ', 'Bearer bad', 'Bearer good, Bearer good', 'Bearer a b', 'Bearer\tgood'])(
    'refuses %j',
    async authorization => {
      await expect(authenticate(request({ authorization }))).rejects.toEqual(rejected('unauthenticated'))
    },
  )
  it('refuses two headers', async () => {
    await expect(authenticate(request({ authorization: ['Bearer good', 'Bearer good'] }))).rejects.toEqual(
      rejected('unauthenticated'),
    )
  })
})

describe('hashedApiKeys', () => {
  const keys = [
    { sha256: hashApiKey('key-alice'), actor: alice },
    { sha256: hashApiKey('key-bob'), actor: bob },
  ]
  const authenticate = hashedApiKeys({ keys, query: 'api_key' })
  it('knows a key by its digest, from each of its places', async () => {
    expect(await authenticate(request({ authorization: 'Bearer key-bob' }))).toBe(bob)
    expect(await authenticate(request({ 'x-api-key': 'key-alice' }))).toBe(alice)
    expect(await authenticate(request({}, 'GET', 'api_key=key-alice'))).toBe(alice)
    expect(await authenticate(request())).toBe(null)
  })
  it.each([
    [{ 'x-api-key': 'key-alic' }, ''],
    [{ 'x-api-key': '' }, ''],
    [{ 'x-api-key': ['key-alice', 'key-bob'] }, ''],
    [{ 'x-api-key': 'key-alice' }, 'api_key=key-alice'],
    [{ authorization: 'Bearer key-alice', 'x-api-key': 'key-bob' }, ''],
    [{}, 'api_key=a&api_key=b'],
    [{ 'x-api-key': hashApiKey('key-alice') }, ''],
  ])('refuses %j with ?%s', async (headers, query) => {
    await expect(authenticate(request(headers, 'GET', query))).rejects.toEqual(rejected('unauthenticated'))
  })
  it('asks the look-up every time, and trusts only the very digest', async () => {
    const stored = new Map(keys.map(key => [key.sha256, key]))
    const byLookup = hashedApiKeys({ keys: sha256 => stored.get(sha256) })
    expect(await byLookup(request({ 'x-api-key': 'key-bob' }))).toBe(bob)
    stored.clear()
    await expect(byLookup(request({ 'x-api-key': 'key-bob' }))).rejects.toEqual(rejected('unauthenticated'))
    const loose = hashedApiKeys({ keys: () => keys[0] })
    await expect(loose(request({ 'x-api-key': 'key-bob' }))).rejects.toEqual(rejected('unauthenticated'))
  })
})

describe('cookieSessions', () => {
  let now = 0
  const signer: Signer = {
    seal: (value, options) => Buffer.from(JSON.stringify([value, options?.expiresAt])).toString('base64url'),
    open: token => {
      const [value, expiresAt] = JSON.parse(Buffer.from(token, 'base64url').toString())
      return expiresAt > now ? value : null
    },
  }
  const people = new Map([['a', alice]])
  const sessions = cookieSessions({
    signer,
    publicUrl: 'https://app.example.com',
    lookup: subject => people.get(subject),
    now: () => now,
  })
  const cookie = sessions.start('a').split(';')[0] as string

  it('sets a cookie that scripts and other sites cannot use', () => {
    expect(sessions.start('a')).toMatch(/^__Host-stowage_session=[^;]+; Max-Age=43200; Path=\/; HttpOnly; SameSite=Lax; Secure$/)
    expect(sessions.end()).toMatch(/^__Host-stowage_session=; Max-Age=0; Path=\/; HttpOnly; SameSite=Lax; Secure$/)
    const local = cookieSessions({ signer, publicUrl: 'http://localhost:3000', lookup: () => null })
    expect(local.start('a')).not.toContain('Secure')
    expect(cookieSessions({ signer, publicUrl: 'http://app.example.com', lookup: () => null }).start('a')).toContain('; Secure')
  })

  it('stands for its subject until it expires or nobody is behind it', async () => {
    expect(await sessions(request({ cookie: `x=1; ${cookie}` }))).toBe(alice)
    expect(await sessions(request({ cookie: `${cookie}; ${cookie}` }))).toBe(null)
    expect(await sessions(request())).toBe(null)
    now = 43_200_001
    expect(await sessions(request({ cookie }))).toBe(null)
    now = 0
    people.clear()
    expect(await sessions(request({ cookie }))).toBe(null)
    people.set('a', alice)
  })

  it.each([
    [{ 'sec-fetch-site': 'same-origin' }, true],
    [{ origin: 'https://app.example.com' }, true],
    [{ 'sec-fetch-site': 'none' }, true],
    [{}, false],
    [{ 'sec-fetch-site': 'cross-site' }, false],
    [{ 'sec-fetch-site': 'same-site' }, false],
    [{ origin: 'https://evil.example' }, false],
    [{ origin: 'https://app.example.com.evil.example' }, false],
    [{ origin: 'null' }, false],
    [{ origin: 'http://app.example.com' }, false],
    [{ 'sec-fetch-site': 'cross-site', origin: 'https://app.example.com' }, false],
    [{ host: 'app.example.com', referer: 'https://app.example.com/' }, false],
  ])('lets a request with %j write: %s', async (headers, allowed) => {
    const answer = Promise.resolve(sessions(request({ cookie, ...headers }, 'POST')))
    if (allowed) expect(await answer).toBe(alice)
    else await expect(answer).rejects.toEqual(rejected('forbidden'))
  })
})

describe('firstOf', () => {
  it('takes the first that knows its credentials, and never passes over wrong ones', async () => {
    const both = firstOf(
      bearer(new Map([['t', alice]])),
      hashedApiKeys({ keys: [{ sha256: hashApiKey('k'), actor: bob }], query: 'key' }),
    )
    expect(await both(request({ authorization: 'Bearer t' }))).toBe(alice)
    expect(await both(request({ 'x-api-key': 'k' }))).toBe(bob)
    expect(await both(request())).toBe(null)
    await expect(both(request({ authorization: 'Bearer wrong', 'x-api-key': 'k' }))).rejects.toEqual(rejected('unauthenticated'))
    expect([both.challenge, both.queryParams]).toEqual(['Bearer', ['key']])
  })
})

describe('an authenticate hook', () => {
  const call = { clock: fakeClock(), timeoutMs: 1000 }
  const run = (authenticate: unknown, req = request()) =>
    identify({ authenticate: authenticate as Authenticate } as Profile, req, call)

  it.each([undefined, null])('that returns %s means an anonymous request, unless credentials were sent', async value => {
    expect(await run(() => value)).toBe(null)
    await expect(run(() => value, request({ authorization: 'Basic x' }))).rejects.toEqual(rejected('unauthenticated'))
  })
  it.each([true, 'alice', {}, { id: '' }, { id: 5 }, []])('that returns %j refuses', async value => {
    await expect(run(() => value)).rejects.toEqual(rejected('internal'))
  })
  it('that throws or hangs refuses', async () => {
    await expect(
      run(() => {
        throw new Error('db down')
      }),
    ).rejects.toEqual(rejected('unavailable'))
    await expect(
      run(async () => {
        throw new StowageError('rate_limited', 'wait')
      }),
    ).rejects.toEqual(rejected('rate_limited'))
    const hanging = run(() => new Promise(() => undefined))
    const answer = expect(hanging).rejects.toEqual(rejected('unavailable'))
    await call.clock.advance(1000)
    await answer
    expect(call.clock.pending).toBe(0)
  })
  it('that answers at once, by a promise or not, starts no timer', async () => {
    let started = 0
    const clock = {
      ...call.clock,
      after: (...args: Parameters<typeof call.clock.after>) => {
        started++
        return call.clock.after(...args)
      },
    }
    const ways = [() => null, async () => null, async () => await Promise.resolve(alice), bearer(new Map())]
    for (const authenticate of ways) await identify({ authenticate } as Profile, request(), { clock, timeoutMs: 1000 })
    expect(started).toBe(0)
    const slow = () => new Promise<null>(resolve => setImmediate(resolve, null))
    expect(await identify({ authenticate: slow as Authenticate } as Profile, request(), { clock, timeoutMs: 1000 })).toBe(null)
    expect([started, clock.pending]).toEqual([1, 0])
  })
  it("that reads the application's own cookie does not let other sites write", async () => {
    const own = () => alice
    for (const headers of [{ 'sec-fetch-site': 'cross-site' }, { origin: 'https://evil.example' }]) {
      await expect(run(own, request({ cookie: 'sid=1', ...headers }, 'POST'))).rejects.toEqual(rejected('forbidden'))
      expect(await run(own, request({ cookie: 'sid=1', ...headers }, 'GET'))).toBe(alice)
    }
    expect(await run(own, request({ cookie: 'sid=1' }, 'POST'))).toBe(alice)
  })
})
