import assert from 'node:assert/strict'
import { failBefore } from '../../storage/faults/fault.ts'
import type { HttpCase } from '../case.ts'
import { has, hasHeaders, hasStatus, isProblem } from '../expectations.ts'
import { as, type World } from '../world/world.ts'

/** Look like paths of the api, and are none. */
const STRAY = [
  '/notes/',
  '//notes',
  '/notes//',
  '/NOTES',
  '/notes/%2F',
  '/n%6ftes',
  '/notes/x%00',
  '/notes/%zz',
  '/notes/%ff',
  '/notes/a%5Cb',
  '/notes.',
  '/notes/%252e%252e',
  '/notes/a/b/c/d',
  '/',
  '/nothing/at/all',
]
/** A URL parser makes others of these before `fetch` sees them. */
const STRAY_ON_SOCKETS = ['/notes/%2e%2e', '/notes/..', '/notes/../notes', '/notes/.']

const MALFORMED: readonly (readonly [string, string])[] = [
  ['two lengths', 'Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!'],
  ['a list of lengths', 'Content-Length: 5, 6\r\n\r\nhello!'],
  ['a length and chunks', 'Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
  ['chunks and a length', 'Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n'],
  ['a negative length', 'Content-Length: -5\r\n\r\nhello'],
  ['a signed length', 'Content-Length: +5\r\n\r\nhello'],
  ['a hexadecimal length', 'Content-Length: 0x5\r\n\r\nhello'],
  ['a length behind a space', 'Content-Length : 5\r\n\r\nhello'],
  ['chunks that are not last', 'Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n'],
  ['an unknown transfer coding', 'Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n'],
  ['a bad chunk size', 'Transfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n0\r\n\r\n'],
  ['a chunk without its end', 'Transfer-Encoding: chunked\r\n\r\n5\r\nhelloX0\r\n\r\n'],
  ['a chunk size of too many digits', 'Transfer-Encoding: chunked\r\n\r\n10000000000000005\r\nhello\r\n0\r\n\r\n'],
  ['bare line feeds', 'Content-Length: 5\nX-Other: y\n\nhello'],
  ['a bare carriage return', 'X-Other: a\rTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
  ['a NUL in a header', 'X-Other: a\0b\r\nContent-Length: 5\r\n\r\nhello'],
  ['a line that is no header', 'nonsense\r\nContent-Length: 5\r\n\r\nhello'],
  ['a header name with a space', 'X Other: y\r\nContent-Length: 5\r\n\r\nhello'],
]

const socketCases: readonly HttpCase[] = [
  {
    row: 'H27',
    title: 'bytes that are no request are 400 as a problem, the connection ends, and nothing behind them is answered',
    socketOnly: true,
    async run(world) {
      for (const [what, rest] of MALFORMED) {
        const socket = world.socket()
        const head =
          'POST /notes?filename=a.txt HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer alice\r\nContent-Type: text/plain\r\n'
        socket.write(`${head}${rest}GET /notes HTTP/1.1\r\nHost: x\r\n\r\n`)
        isParserProblem((await socket.ended).toString('latin1'), 400, what)
        assert.equal(await world.objects(), 0, what)
      }
    },
  },
  {
    row: 'H27',
    title: 'a folded header line is refused, or its fold is a space',
    socketOnly: true,
    async run(world) {
      const socket = world.socket()
      socket.write('GET /notes HTTP/1.1\r\nHost: x\r\nX-Other: a\r\n Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n')
      assert.match((await socket.ended).toString('latin1'), /^HTTP\/1\.1 (400|200) /)
    },
  },
  {
    row: 'H27',
    title: 'headers without end are 431 as a problem',
    socketOnly: true,
    async run(world) {
      const socket = world.socket()
      socket.write(`GET /notes HTTP/1.1\r\nHost: x\r\nX-Long: ${'x'.repeat(100_000)}\r\n\r\n`)
      isParserProblem((await socket.ended).toString('latin1'), 431)
    },
  },
  {
    row: 'H27',
    title: 'a request that expects the unknown is 417 as a problem',
    socketOnly: true,
    async run(world) {
      const socket = world.socket()
      socket.write('GET /notes HTTP/1.1\r\nHost: x\r\nExpect: the unexpected\r\n\r\n')
      isParserProblem((await socket.ended).toString('latin1'), 417)
    },
  },
  {
    row: 'H27',
    title: 'a request without Host is 400, and not in HTML',
    socketOnly: true,
    async run(world) {
      const socket = world.socket()
      socket.write('GET /notes HTTP/1.1\r\nConnection: close\r\n\r\n')
      const answer = (await socket.ended).toString('latin1')
      assert.match(answer, /^HTTP\/1\.1 400 /)
      assert.doesNotMatch(answer, /<|text\/html/)
    },
  },
  {
    row: 'H27',
    title: 'paths that a URL parser would tidy are 404 problems as they are',
    socketOnly: true,
    async run(world) {
      await areStray(world, STRAY_ON_SOCKETS)
      const answer = await world.send('/notes/a\\b', { headers: as('alice') })
      // The server of a framework may refuse it before the binding sees it.
      if (answer.status !== 400) isProblem(answer, 404)
    },
  },
]

function isParserProblem(answer: string, status: number, what = ''): void {
  assert.match(answer, new RegExp(`^HTTP/1\\.1 ${status} `), what)
  assert.equal(answer.match(/HTTP\/1\.1 \d/g)?.length, 1, `${what}: one answer`)
  assert.match(answer, /\r\ncontent-type: application\/problem\+json\r\n/i, what)
  assert.match(answer, /\r\nconnection: close\r\n/i, what)
  assert.equal(JSON.parse(answer.slice(answer.indexOf('\r\n\r\n'))).status, status, what)
}

async function areStray(world: World, paths: readonly string[]): Promise<void> {
  for (const path of paths) isProblem(await world.send(path, { headers: as('alice') }), 404, path)
}

export const problemCases: readonly HttpCase[] = [
  ...socketCases,
  { row: 'H27', title: 'paths that are none of the api are 404 problems', run: world => areStray(world, STRAY) },
  {
    row: 'H27',
    title: 'a failure inside is a 500 problem that says nothing of it; the log does',
    world: { streams: true },
    async run(world) {
      const { id } = await world.upload('x'.repeat(100_000))
      world.storage.inject({ on: 'get', fault: failBefore(new Error('EIO: /dev/sda1 on fire, password=hunter2')) })
      const answer = await world.send(`/notes/${id}/content`)
      isProblem(answer, 500)
      assert.doesNotMatch(answer.text, /EIO|sda1|hunter2/)
      hasHeaders(answer, { 'content-disposition': null, etag: null, 'accept-ranges': null })
      assert.ok(JSON.stringify(world.logged).includes('sda1'))
    },
  },
  {
    row: 'H27',
    title: "a profile's own error shape holds for every error of its paths, with the headers of HTTP",
    async run(world) {
      const path = '/api/teams/1/files'
      const table: [string, string, Record<string, string>, number][] = [
        ['POST', path, {}, 401],
        ['GET', path, as('mallory'), 401],
        ['GET', '/api/teams/9/files', as('alice'), 404],
        ['GET', `${path}/none`, as('alice'), 404],
        ['PUT', path, as('alice'), 405],
        ['POST', path, { ...as('alice'), 'content-type': 'text/csv' }, 415],
        ['GET', `${path}?nothing=1`, as('alice'), 400],
        ['GET', path, { ...as('alice'), accept: 'image/png' }, 406],
      ]
      for (const [method, at, headers, status] of table) {
        const answer = await world.send(at, { method, headers })
        hasStatus(answer, status, `${method} ${at}`)
        assert.deepEqual(Object.keys(answer.json), ['error'], `${method} ${at}`)
        hasHeaders(answer, { 'content-type': 'application/json', 'cache-control': 'no-store' })
        if (status === 401) hasHeaders(answer, { 'www-authenticate': 'Bearer' })
        if (status === 405) assert.match(answer.headers.allow ?? '', /POST/)
      }
    },
  },
  {
    row: 'H27',
    title: 'a problem has the id of its request: the given one where it is well-formed, else one of its own',
    async run(world) {
      const given = await world.send('/notes/none', { headers: { 'x-request-id': 'abc-1.2_3' } })
      assert.deepEqual([given.headers['x-request-id'], given.json.requestId], ['abc-1.2_3', 'abc-1.2_3'])
      for (const wrong of ['a b', '<x>', 'x'.repeat(65)]) {
        const { headers, json } = await world.send('/notes/none', { headers: { 'x-request-id': wrong } })
        assert.match(headers['x-request-id'] ?? '', /^[0-9a-f-]{36}$/)
        assert.equal(json.requestId, headers['x-request-id'])
      }
    },
  },
  {
    row: 'H27',
    title: 'each refusal is logged once, without credentials or queries',
    async run(world) {
      await world.send('/notes/none?secret=hunter2', { headers: as('mallory') })
      assert.equal(world.logged.length, 1)
      assert.doesNotMatch(JSON.stringify(world.logged), /mallory|hunter2/)
      has(world.logged[0]?.details ?? {}, { status: 401, operation: 'get', route: '/notes/:id' })
    },
  },
]
