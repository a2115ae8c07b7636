import { createServer, type RequestListener, type ServerResponse } from 'node:http'
import { ownerOnly } from '@stowage/core'
import { nodeHandler } from '@stowage/http/node'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type Answer, listen } from '../../transports.ts'
import { keys } from './identities.ts'
import { openWorld } from './world.ts'

const COOKIE = 'sid=0123456789'

/** Ways in which session middleware puts its cookie on an answer. */
const ways: Readonly<Record<string, (res: ServerResponse) => void>> = {
  'at once': res => void res.setHeader('Set-Cookie', COOKIE),
  'in another case': res => void res.setHeader('sEt-cOoKiE', [COOKIE, 'b=2']),
  'added to others': res => void res.appendHeader('Set-Cookie', COOKIE),
  'as late as in writeHead': res => {
    const { writeHead } = res
    res.writeHead = ((...args: Parameters<typeof writeHead>) => {
      res.setHeader('Set-Cookie', COOKIE)
      return writeHead.apply(res, args)
    }) as typeof writeHead
  },
  'as late as in writeHead, added': res => {
    const { writeHead } = res
    res.writeHead = ((...args: Parameters<typeof writeHead>) => {
      res.appendHeader('set-cookie', COOKIE)
      return writeHead.apply(res, args)
    }) as typeof writeHead
  },
}

async function serve(addCookie: (res: ServerResponse) => void) {
  const world = await openWorld({ policy: ownerOnly({ read: 'public' }), profile: { delivery: { publicMaxAgeSeconds: 60 } } })
  const open = await world.make('alice', 'public')
  const closed = await world.make('alice', 'private')
  world.guard()
  const handler = nodeHandler(world.api)
  const listener: RequestListener = (req, res) => {
    addCookie(res)
    handler(req, res)
  }
  const server = await listen(createServer(listener))
  onTestFinished(() => server.close())
  return { world, open, closed, send: server.send }
}

const cacheable = ({ headers }: Answer) => headers.get('cache-control')?.includes('public') === true

describe('threat 12: a session in what everybody may cache', () => {
  it.each(Object.entries(ways))(
    'no answer is both public and sets a cookie that middleware put there %s',
    async (_name, addCookie) => {
      const { world, open, closed, send } = await serve(addCookie)
      const cookie = world.people.cookie('alice')
      const session = { cookie, 'sec-fetch-site': 'same-origin' }
      const version = `v=${open.sha256?.slice(0, 16)}`
      let shared = 0
      for (const { id } of [open, closed]) {
        for (const path of [
          `/docs/${id}`,
          `/docs/${id}/content`,
          `/docs/${id}/content?${version}`,
          `/docs/${id}/content?download`,
        ]) {
          for (const method of ['GET', 'HEAD']) {
            for (const extra of [{}, { range: 'bytes=0-1' }, { 'if-none-match': '*' }, { range: 'bytes=99-' }]) {
              for (const credentials of [{}, session, { cookie: 'sid=old' }, { authorization: `Bearer ${keys.alice}` }]) {
                const answer = await send(path, { method, headers: { ...credentials, ...extra } })
                if (cacheable(answer)) {
                  shared++
                  expect([path, answer.headers.get('set-cookie')]).toEqual([path, null])
                }
                // What somebody's credentials opened is theirs alone.
                if (credentials === session) expect(cacheable(answer)).toBe(false)
              }
            }
          }
        }
      }
      expect(shared).toBeGreaterThan(10)
      // The cookie of an answer that nobody else gets stays: the test would see it.
      expect((await send(`/docs/${open.id}`)).headers.get('set-cookie')).toContain('sid=')
    },
  )

  it('nothing that is refused may be kept by anybody', async () => {
    const { closed, send } = await serve(() => undefined)
    for (const path of [`/docs/${closed.id}`, `/docs/${closed.id}/content`, '/docs/none', '/nowhere']) {
      for (const headers of [{}, { authorization: 'Bearer wrong' }]) {
        const answer = await send(path, { headers })
        expect(answer.status).toBeGreaterThanOrEqual(400)
        expect(answer.headers.get('cache-control')).toBe('no-store')
      }
    }
  })

  it('an asset that was public and is private now is 404 to the caches’ question, whichever URL they hold', async () => {
    const { world, open, send } = await serve(() => undefined)
    const version = open.sha256?.slice(0, 16)
    const urls = [`/docs/${open.id}/content`, `/docs/${open.id}/content?v=${version}`]
    const etag = open.contentEtag ?? ''
    for (const url of urls) expect((await send(url, { headers: { 'if-none-match': etag } })).status).toBe(304)
    await world.stowage.as({ id: 'alice' }).update(open.id, { visibility: 'private' })
    for (const url of urls) {
      for (const headers of [{}, { 'if-none-match': etag }, { range: 'bytes=0-1' }]) {
        const answer = await send(url, { headers })
        expect([answer.status, answer.headers.get('cache-control')]).toEqual([404, 'no-store'])
      }
      const hers = await send(url, { headers: { authorization: `Bearer ${keys.alice}` } })
      expect([hers.status, hers.headers.get('cache-control')]).toEqual([200, 'private, no-cache, no-transform'])
    }
  })
})
