import { createServer } from 'node:http'
import { ownerOnly } from '@stowage/core'
import { bearer, firstOf, hashApiKey, hashedApiKeys } from '@stowage/http'
import { nodeHandler } from '@stowage/http/node'
import { describe, expect, it, onTestFinished } from 'vitest'
import { rawSocket } from '../../raw-socket.ts'
import { listen } from '../../transports.ts'
import { ask } from './ask.ts'
import { keys } from './identities.ts'
import { openWorld, type World, type WorldOptions } from './world.ts'

const A = keys.alice
const B = keys.bob

async function serve(options: Partial<WorldOptions> = {}) {
  const world = await openWorld({ policy: ownerOnly({ read: 'anyone' }), ...options })
  const server = await listen(createServer(nodeHandler(world.api)))
  onTestFinished(() => server.close())
  /** Sends header lines exactly as they are written. */
  const send = async (lines: readonly string[], target = '/docs') => {
    const socket = rawSocket(server.port)
    socket.write(`${['GET', target, 'HTTP/1.1'].join(' ')}\r\n${['Host: x', 'Connection: close', ...lines].join('\r\n')}\r\n\r\n`)
    const answer = await socket.ended
    return { status: Number(answer.slice(9, 12)), answer }
  }
  return { world, send }
}

describe('threat 2: credentials that say two things, or nothing', () => {
  const query = () => {
    const known = new Map([A, B].map(key => [hashApiKey(key), { sha256: hashApiKey(key), actor: { id: key } }]))
    return hashedApiKeys({ keys: sha256 => known.get(sha256), query: 'api_key' })
  }
  const lines: readonly (readonly [string, readonly string[], string?])[] = [
    ['two Authorization lines', [`Authorization: Bearer ${A}`, `Authorization: Bearer ${B}`]],
    ['the same line twice', [`Authorization: Bearer ${A}`, `Authorization: Bearer ${A}`]],
    ['two lines in different cases', [`authorization: Bearer ${A}`, `AUTHORIZATION: Bearer ${A}`]],
    ['a good and an empty line', [`Authorization: Bearer ${A}`, 'Authorization:']],
    ['two credentials on one line', [`Authorization: Bearer ${A}, Bearer ${B}`]],
    ['an empty header', ['Authorization:']],
    ['an empty bearer', ['Authorization: Bearer']],
    ['a bearer of spaces', ['Authorization: Bearer    ']],
    ['a bearer of two words', [`Authorization: Bearer ${A} ${B}`]],
    ['a bearer behind a tab', [`Authorization: Bearer\t${A}`]],
    ['a scheme without its space', [`Authorization: Bearer${A}`]],
    ['a key without a scheme', [`Authorization: ${A}`]],
    ['another scheme', ['Authorization: Basic YWxpY2U6eA==']],
    ['a header and a query key', [`Authorization: Bearer ${A}`], `?api_key=${A}`],
    ['two headers', [`Authorization: Bearer ${A}`, `X-Api-Key: ${A}`]],
    ['two X-Api-Key lines', [`X-Api-Key: ${A}`, `X-Api-Key: ${B}`]],
    ['two keys in one X-Api-Key', [`X-Api-Key: ${A}, ${B}`]],
    ['an empty X-Api-Key', ['X-Api-Key:']],
    ['two query keys', [], `?api_key=${A}&api_key=${B}`],
    ['an empty query key', [], '?api_key='],
    ['a key with a NUL escape', [], `?api_key=${A}%00`],
    ['a digest for a key', [`X-Api-Key: ${hashApiKey(A)}`]],
  ]

  it('are 401 on a raw socket, never an anonymous request', async () => {
    const { world, send } = await serve({ authenticate: query() })
    world.guard()
    for (const [name, sent, search = ''] of lines) {
      const { status, answer } = await send(sent, `/docs${search}`)
      expect([name, status]).toEqual([name, 401])
      expect(answer.toLowerCase()).toContain('www-authenticate: bearer')
    }
    expect((await send([])).status).toBe(200)
    expect((await send([`Authorization: bearer ${A}`])).status).toBe(200)
    expect((await send([], `/docs?api_key=${A}`)).status).toBe(200)
  })

  it.each([
    ['a map', () => bearer(new Map([[A, { id: 'alice' }]]))],
    ['several ways', () => firstOf(bearer(new Map([[A, { id: 'alice' }]])), () => null)],
    ['a hook that knows nobody', () => () => null],
  ])('are 401 too under %s', async (_name, authenticate) => {
    const { world, send } = await serve({ authenticate: authenticate() })
    world.guard()
    const confused = lines.filter(
      ([, sent, search]) =>
        search === undefined && sent.some(line => /^authorization/i.test(line)) && !sent.some(line => /^x-api/i.test(line)),
    )
    expect(confused.length).toBeGreaterThan(10)
    for (const [name, sent] of confused) expect([name, (await send(sent)).status]).toEqual([name, 401])
  })

  it('a session that was altered, doubled or made for something else is nobody’s, and writes nothing', async () => {
    const world = await openWorld({ policy: ownerOnly({ read: 'anyone' }) })
    const hers = await world.make('alice', 'private')
    world.guard()
    const good = world.people.cookie('alice')
    const [name = '', token = ''] = good.split('=')
    const { token: link } = await world.stowage.as({ id: 'alice' }).createLink(hers.id)
    const cursorLike = world.stowage.signer('other').seal('alice')
    for (const cookie of [
      `${good}x`,
      `${name}=${token.slice(1)}`,
      `${good}; ${good}`,
      `${name}=${link}`,
      `${name}=${cursorLike}`,
      `${name}=alice`,
      `${name}=`,
    ]) {
      const told = await ask(world.api, `/docs/${hers.id}`, {
        method: 'DELETE',
        headers: { cookie, 'sec-fetch-site': 'same-origin' },
      })
      expect([cookie, told.status]).toEqual([cookie, 401])
    }
    expect(
      (await ask(world.api, `/docs/${hers.id}`, { method: 'DELETE', headers: { cookie: good, 'sec-fetch-site': 'same-origin' } }))
        .status,
    ).toBe(204)
  })
})

describe('threat 18: a credential that was revoked', () => {
  const tries: readonly (readonly [string, (world: World) => Record<string, string>, (world: World) => void])[] = [
    ['key', () => ({ authorization: `Bearer ${A}` }), ({ people }) => void people.known.delete(hashApiKey(A))],
    [
      'session',
      ({ people }) => ({ cookie: people.cookie('alice'), 'sec-fetch-site': 'same-origin' }),
      ({ people }) => void people.users.delete('alice'),
    ],
  ]
  it.each(tries)('is refused with the very next request: a %s', async (name, headersOf, revoke) => {
    const world = await openWorld({ policy: ownerOnly() })
    const hers = await world.make('alice', 'private')
    world.guard()
    const headers = headersOf(world)
    const paths = [`/docs/${hers.id}`, `/docs/${hers.id}/content`, '/docs']
    for (const path of paths) expect([name, path, (await ask(world.api, path, { headers })).status]).toEqual([name, path, 200])
    revoke(world)
    for (const path of paths) expect([name, path, (await ask(world.api, path, { headers })).status]).toEqual([name, path, 401])
    expect((await ask(world.api, `/docs/${hers.id}`, { method: 'DELETE', headers })).status).toBe(401)
    expect((await world.stowage.trusted.get({ id: hers.id })).id).toBe(hers.id)
  })

  it('and a role that was taken away', async () => {
    const world = await openWorld({ policy: ownerOnly() })
    const hers = await world.make('alice', 'private')
    const headers = { authorization: `Bearer ${A}` }
    world.guard()
    expect((await ask(world.api, `/docs/${hers.id}`, { headers })).status).toBe(200)
    world.people.known.set(hashApiKey(A), { sha256: hashApiKey(A), actor: { id: 'somebody-else' } })
    expect((await ask(world.api, `/docs/${hers.id}`, { headers })).status).toBe(404)
  })
})
