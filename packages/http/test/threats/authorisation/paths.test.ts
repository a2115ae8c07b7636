import { createServer, type RequestListener } from 'node:http'
import { ownerOnly } from '@stowage/core'
import { nodeHandler } from '@stowage/http/node'
import { describe, expect, it, onTestFinished } from 'vitest'
import { rawSocket } from '../../raw-socket.ts'
import { listen } from '../../transports.ts'
import { keys } from './identities.ts'
import { BYTES } from './plans.ts'
import { openWorld, type World } from './world.ts'

async function serve(wrap: (handler: RequestListener) => RequestListener = handler => handler) {
  const world = await openWorld({ policy: ownerOnly() })
  const hers = await world.make('alice', 'private')
  world.guard()
  const handler = nodeHandler(world.api)
  const server = await listen(createServer(wrap((req, res) => handler(req, res))))
  onTestFinished(() => server.close())
  const send = async (requestLine: string, lines: readonly string[] = []) => {
    const socket = rawSocket(server.port)
    socket.write(
      `${requestLine} HTTP/1.1\r\n${['Host: x', 'Connection: close', 'X-Request-Id: it', ...lines].join('\r\n')}\r\n\r\n`,
    )
    const text = await socket.ended
    return { status: Number(text.slice(9, 12)), text: text.replace(/^Date: .*\r\n/m, '') }
  }
  return { world, hers, send }
}

/** Other spellings of a path: what a guard in front may read differently from the router behind it. */
function spellings(path: string): readonly string[] {
  const [first = '', ...rest] = path.slice(1).split('/')
  const tail = rest.length === 0 ? '' : `/${rest.join('/')}`
  return [
    `/${path}`,
    `//${first}${tail}`,
    `/${first}/${tail}`,
    `/${first}//${rest.join('//')}`,
    `/./${first}${tail}`,
    `/x/../${first}${tail}`,
    `/${first}/.${tail}`,
    `/${first}/x/..${tail}`,
    `/%2e/${first}${tail}`,
    `/x/%2e%2e/${first}${tail}`,
    `/x%2f..%2f${first}${tail}`,
    `/%${first.charCodeAt(0).toString(16)}${first.slice(1)}${tail}`,
    `/${first.toUpperCase()}${tail}`,
    `/${first[0]?.toUpperCase()}${first.slice(1)}${tail}`,
    `${path}/`,
    `${path}//`,
    `${path}/.`,
    `${path}%20`,
    `${path}%00`,
    `${path};a=b`,
    `${path}.json`,
    `${path}%3f`,
    `${path}%23`,
    `${path}\\`,
    `/\\${first}${tail}`,
    `/${first}\\${rest.join('\\')}`,
    `/${first}%2f${rest.join('%2f')}`,
    `/${first}%5c${rest.join('%5c')}`,
    `/%252e/${first}${tail}`,
    `/${first}%252f${rest.join('%252f')}`,
    `/${first}\u00ad${tail}`.replace('\u00ad', '%C2%AD'),
    `/\uff44${first.slice(1)}${tail}`.replace('\uff44', '%EF%BD%84'),
  ].filter(spelling => spelling !== path)
}

const withKey = (name: keyof typeof keys) => [`Authorization: Bearer ${keys[name]}`]
const doorsTo = (id: unknown) => [
  `/docs/${id}`,
  `/docs/${id}/content`,
  '/docs',
  `/named/file-1.txt`,
  `/other-methods/${id}/download`,
]

describe('threat 83: a path that guard and router read differently', () => {
  it('is 404 in every other spelling, also for who may read it, and the same for anybody', async () => {
    const { hers, send } = await serve()
    for (const path of doorsTo(hers.id)) {
      expect([path, (await send(`GET ${path}`, withKey('alice'))).status]).toEqual([path, 200])
      for (const spelling of spellings(path)) {
        const [hers, his, nobodys] = [
          await send(`GET ${spelling}`, withKey('alice')),
          await send(`GET ${spelling}`, withKey('bob')),
          await send(`GET ${spelling}`),
        ]
        // As a single segment more it may be the name of something else, which is guarded as any other.
        expect([spelling, [404, 400].includes(hers.status)]).toEqual([spelling, true])
        expect(hers.text).not.toContain(BYTES)
        if (nobodys.status !== 401) expect([spelling, his.text, nobodys.text]).toEqual([spelling, hers.text, hers.text])
      }
    }
  })

  it('passes no naive guard that stands before the api', async () => {
    let guarded = 0
    // What an application might write: everything below /docs is for people who are signed in.
    const { hers, send } = await serve(handler => (req, res) => {
      if (/^\/(docs|named|other-methods)(\/|\?|$)/.test(req.url ?? '') && req.headers['x-internal'] === undefined) {
        guarded++
        res.writeHead(418).end()
        return
      }
      handler(req, res)
    })
    for (const path of doorsTo(hers.id)) {
      expect((await send(`GET ${path}`, withKey('alice'))).status).toBe(418)
      expect((await send(`GET ${path}`, [...withKey('alice'), 'X-Internal: 1'])).status).toBe(200)
      for (const spelling of spellings(path)) {
        const answer = await send(`GET ${spelling}`, withKey('alice'))
        expect([spelling, [404, 400, 418].includes(answer.status)]).toEqual([spelling, true])
      }
    }
    expect(guarded).toBeGreaterThan(5)
  })

  it('reads a whole URL, and a query, as the path in them', async () => {
    const { hers, send } = await serve()
    for (const target of [`http://evil.example/docs/${hers.id}`, `http://x/docs/${hers.id}?a=/docs`, `/docs/${hers.id}?/../x`]) {
      expect([target, (await send(`GET ${target}`)).status]).toEqual([target, 401])
      expect([target, (await send(`GET ${target}`, withKey('bob'))).status]).toEqual([target, 404])
      const answer = await send(`GET ${target}`, withKey('alice'))
      expect([target, answer.status, answer.text.includes('evil.example')]).toEqual([target, 200, false])
    }
    for (const target of ['*', 'docs', `x:/docs/${hers.id}`, 'http:///docs', 'http://x//docs', 'http://x'])
      expect([target, [400, 404].includes((await send(`GET ${target}`, withKey('alice'))).status)]).toEqual([target, true])
  })

  it('takes its method from the request line and nowhere else', async () => {
    const { world, hers, send } = await serve()
    const before = await world.state()
    const overrides = ['X-HTTP-Method-Override', 'X-HTTP-Method', 'X-Method-Override', '_method']
    for (const name of overrides) {
      const answer = await send(`GET /docs/${hers.id}`, [...withKey('alice'), `${name}: DELETE`])
      expect([name, answer.status]).toEqual([name, 200])
      expect((await send(`POST /docs/${hers.id}`, [...withKey('alice'), `${name}: DELETE`, 'Content-Length: 0'])).status).toBe(
        405,
      )
    }
    expect((await send(`GET /docs/${hers.id}?_method=DELETE`, withKey('alice'))).status).toBe(200)
    for (const method of ['TRACE', 'PROPFIND', 'PURGE', 'LOCK', 'get', 'Delete', 'DELETEX'])
      expect([method, [400, 405].includes((await send(`${method} /docs/${hers.id}`, withKey('alice'))).status)]).toEqual([
        method,
        true,
      ])
    expect(await world.state()).toEqual(before)
    await stillThere(world, hers.id)
  })
})

async function stillThere(world: World, id: string | number): Promise<void> {
  expect((await world.stowage.trusted.get({ id })).id).toBe(id)
}
