import assert from 'node:assert/strict'
import { gzipSync } from 'node:zlib'
import type { HttpCase } from '../case.ts'
import { hasHeaders, hasStatus } from '../expectations.ts'
import type { Answer } from '../wire/answer.ts'
import { APP_ORIGIN } from '../world/api.ts'
import { as, TEXT, type World } from '../world/world.ts'

const PNG = Buffer.from(
  '89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000a49444154789c63000100000500010d0a2db40000000049454e44ae426082',
  'hex',
)
const SANDBOX = "default-src 'none'; sandbox"
const TEAM = '/api/teams/1/files'

async function content(world: World, value: string | Uint8Array, name: string, type: string): Promise<Answer> {
  const { id } = await world.upload(value, { name, type })
  return world.send(`/notes/${id}/content`)
}

/** One answer of every sort: with bytes, part of them, none; JSON; errors of each family. */
async function answersOfEverySort(world: World, base: '/notes' | '/drafts', headers: Readonly<Record<string, string>> = {}) {
  const { id } = await world.upload(TEXT, { path: base })
  const at = (path: string, more: Readonly<Record<string, string>> = {}, method = 'GET') =>
    world.send(`${base}${path}`, { method, headers: { ...headers, ...more } })
  const etag = (await at(`/${id}`)).headers.etag as string
  return {
    content: await at(`/${id}/content`),
    part: await at(`/${id}/content`, { range: 'bytes=0-0' }),
    head: await at(`/${id}/content`, {}, 'HEAD'),
    outside: await at(`/${id}/content`, { range: 'bytes=9999999-' }),
    record: await at(`/${id}`),
    unchanged: await at(`/${id}`, { 'if-none-match': etag }),
    list: await at(''),
    options: await at('', {}, 'OPTIONS'),
    badQuery: await at('?nothing=1'),
    unknown: await at('/none'),
    refused: await at('', as('mallory')),
    wrongMethod: await at('', {}, 'PUT'),
    notAcceptable: await at('', { accept: 'image/png' }),
  }
}

const nameCases: readonly HttpCase[] = [
  {
    row: 'H29',
    title: 'a plain name is quoted; any other is ASCII first, then in full',
    async run(world) {
      const names: [string, string][] = [
        ['note.txt', 'filename="note.txt"'],
        ["it's (1).txt", 'filename="it\'s (1).txt"'],
        ['naïve.txt', 'filename="na_ve.txt"; filename*=UTF-8\'\'na%C3%AFve.txt'],
        ['Отчёт; 1.txt', 'filename="_____; 1.txt"; filename*=UTF-8\'\'%D0%9E%D1%82%D1%87%D1%91%D1%82%3B%201.txt'],
        ['100%.txt', 'filename="100_.txt"; filename*=UTF-8\'\'100%25.txt'],
        ['a%22b.txt', 'filename="a_b.txt"; filename*=UTF-8\'\'a%22b.txt'],
        ['😀.txt', 'filename="_.txt"; filename*=UTF-8\'\'%F0%9F%98%80.txt'],
      ]
      for (const [name, disposition] of names) {
        hasHeaders(await content(world, TEXT, name, 'text/plain'), { 'content-disposition': `inline; ${disposition}` }, name)
      }
    },
  },
  {
    row: 'H29',
    title: 'paths, controls and bidi never come back in a name',
    async run(world) {
      for (const name of ['..%2Fa.txt', 'a%00.txt', 'a%0D%0Ax: y.txt', 'a%E2%80%AEtxt.exe', 'C:%5Ca.txt']) {
        const headers = { ...as('alice'), 'content-type': 'text/plain' }
        const made = await world.send(`/notes?filename=${name}`, { method: 'POST', headers, body: TEXT })
        if (made.status === 400) continue
        const { headers: got } = await world.send(`/notes/${made.json.id}/content`)
        assert.doesNotMatch(got['content-disposition'] ?? '', /[/\\]|%2F|%5C|%0|%E2%80%AE/i, name)
      }
    },
  },
  {
    row: 'H29',
    title: 'content downloads on demand',
    async run(world) {
      const { id } = await world.upload()
      const answer = await world.send(`/notes/${id}/content?download`)
      hasHeaders(answer, { 'content-disposition': 'attachment; filename="note.txt"' })
    },
  },
  {
    row: 'H30',
    title: 'only what cannot run is shown in place; the bytes decide what it is',
    async run(world) {
      const svg = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
      const table: [string, string | Uint8Array, string, string][] = [
        ['pic.png', PNG, 'image/png', 'inline'],
        ['note.txt', TEXT, 'text/plain', 'inline'],
        ['script.txt', '<script>alert(1)</script>', 'text/plain', 'inline'],
        ['page.html', '<!doctype html><script>alert(1)</script>', 'text/html', 'attachment'],
        ['image.svg', svg, 'image/svg+xml', 'attachment'],
        ['fake.png', '<script>alert(1)</script>', 'image/png', 'attachment'],
        ['x.xml', '<?xml version="1.0"?><x/>', 'application/xml', 'attachment'],
        ['x.js', 'alert(1)', 'text/javascript', 'attachment'],
        ['x.pdf', '%PDF-1.7\n', 'application/pdf', 'attachment'],
        ['x.bin', Buffer.from([0, 1, 2, 255]), 'application/octet-stream', 'attachment'],
      ]
      for (const [name, value, type, disposition] of table) {
        const answer = await content(world, value, name, type)
        assert.equal(answer.headers['content-disposition']?.split(';')[0], disposition, name)
        if (disposition === 'inline') assert.match(answer.headers['content-type'] ?? '', /^(image\/png|text\/plain)/)
      }
    },
  },
  {
    row: 'H30',
    title: 'no query changes what content is served as',
    async run(world) {
      const { id } = await world.upload()
      const plain = await world.send(`/notes/${id}/content`)
      const query = 'response-content-type=text/html&response-content-disposition=inline&type=text/html'
      const asked = await world.send(`/notes/${id}/content?${query}`)
      for (const name of ['content-type', 'content-disposition']) assert.equal(asked.headers[name], plain.headers[name])
    },
  },
]

const browserCases: readonly HttpCase[] = [
  {
    row: 'H31',
    title: 'every answer says nosniff',
    async run(world) {
      for (const [what, answer] of Object.entries(await answersOfEverySort(world, '/notes'))) {
        hasHeaders(answer, { 'x-content-type-options': 'nosniff' }, what)
      }
      hasHeaders(await world.send('/nothing/at/all'), { 'x-content-type-options': 'nosniff' })
    },
  },
  {
    row: 'H32',
    title: 'served content is sandboxed: whole, in part, by HEAD and by a signed link',
    async run(world) {
      const { content: whole, part, head } = await answersOfEverySort(world, '/notes')
      const file = await world.upload(TEXT, { path: TEAM })
      const { url } = (await world.send(`${TEAM}/${file.id}/download`, { headers: as('bob') })).json
      for (const answer of [whole, part, head, await world.send(new URL(url).pathname)]) {
        hasHeaders(answer, { 'content-security-policy': SANDBOX })
      }
    },
  },
  {
    row: 'H33',
    title: 'CORP is on every answer, errors too: cross-origin for public content, same-origin for the rest',
    async run(world) {
      const { content: whole, part, head, ...rest } = await answersOfEverySort(world, '/notes')
      for (const answer of [whole, part, head]) hasHeaders(answer, { 'cross-origin-resource-policy': 'cross-origin' })
      for (const [what, answer] of Object.entries(rest)) {
        hasHeaders(answer, { 'cross-origin-resource-policy': 'same-origin' }, what)
      }
    },
  },
  {
    row: 'H33',
    title: 'CORS is on every answer to an allowed origin, errors too, and names what scripts may read',
    async run(world) {
      for (const [base, origin] of [
        ['/drafts', APP_ORIGIN],
        ['/notes', '*'],
      ] as const) {
        for (const [what, answer] of Object.entries(await answersOfEverySort(world, base, { origin: APP_ORIGIN }))) {
          hasHeaders(answer, { 'access-control-allow-origin': origin }, `${base} ${what}`)
          const exposed = (answer.headers['access-control-expose-headers'] ?? '').toLowerCase().split(/, */)
          for (const name of ['etag', 'location', 'link', 'content-range', 'retry-after', 'content-disposition', 'repr-digest']) {
            assert.ok(exposed.includes(name), `${base} ${what}: ${name}`)
          }
        }
      }
    },
  },
  {
    row: 'H33',
    title: 'another origin gets no CORS, nor does a profile without it',
    async run(world) {
      const origin = 'https://evil.example'
      for (const answer of Object.values(await answersOfEverySort(world, '/drafts', { origin }))) {
        hasHeaders(answer, { 'access-control-allow-origin': null, 'access-control-allow-credentials': null })
      }
      hasHeaders(await world.send(TEAM, { headers: { origin, ...as('bob') } }), { 'access-control-allow-origin': null })
    },
  },
  {
    row: 'H33',
    title: 'a preflight needs no credentials and allows the methods and headers that there are',
    async run(world) {
      const headers = { origin: APP_ORIGIN, 'access-control-request-method': 'PATCH' }
      const answer = await world.send('/drafts/x', { method: 'OPTIONS', headers })
      hasStatus(answer, 204)
      hasHeaders(answer, { 'access-control-allow-origin': APP_ORIGIN })
      assert.match(answer.headers['access-control-allow-methods'] ?? '', /PATCH/)
      const allowed = (answer.headers['access-control-allow-headers'] ?? '').toLowerCase().split(/, */)
      for (const name of [
        'authorization',
        'content-type',
        'if-match',
        'if-none-match',
        'range',
        'repr-digest',
        'content-digest',
      ]) {
        assert.ok(allowed.includes(name), name)
      }
      const other = await world.send('/drafts/x', { method: 'OPTIONS', headers: { ...headers, origin: 'https://evil.example' } })
      hasHeaders(other, { 'access-control-allow-methods': null, 'access-control-allow-origin': null })
    },
  },
]

const varies = (answer: Answer) => (answer.headers.vary ?? '').toLowerCase().split(/, */).filter(Boolean)

const cacheCases: readonly HttpCase[] = [
  {
    row: 'H34',
    title: 'where the origin decides, every answer varies by Origin, also without one',
    async run(world) {
      for (const headers of [{}, { origin: APP_ORIGIN }, { origin: 'https://evil.example' }]) {
        for (const [what, answer] of Object.entries(await answersOfEverySort(world, '/drafts', headers))) {
          assert.ok(varies(answer).includes('origin'), `${what}: ${answer.headers.vary}`)
        }
      }
    },
  },
  {
    row: 'H34',
    title: 'answers that Accept decides about vary by it',
    async run(world) {
      for (const base of ['/notes', '/drafts'] as const) {
        const { record, unchanged, list, badQuery, unknown, notAcceptable } = await answersOfEverySort(world, base)
        for (const answer of [record, unchanged, list, badQuery, unknown, notAcceptable]) {
          assert.ok(varies(answer).includes('accept'), `${answer.status} ${answer.headers.vary}`)
        }
      }
    },
  },
  {
    row: 'H34',
    title: 'what credentials opened is never for others to keep',
    async run(world) {
      const { id, sha256 } = await world.upload()
      const file = await world.upload(TEXT, { path: TEAM, name: 'plan.txt' })
      const version = `?v=${sha256?.slice(0, 16)}`
      const paths = [`/notes/${id}`, '/notes', `/notes/${id}/content`, `/notes/${id}/content${version}`]
      for (const path of [...paths, TEAM, `${TEAM}/${file.id}`, '/teams/1/files/plan.txt']) {
        const { headers, status } = await world.send(path, { headers: as('alice') })
        assert.equal(status, 200, path)
        assert.match(headers['cache-control'] ?? '', /\bprivate\b|\bno-store\b/, path)
        assert.doesNotMatch(headers['cache-control'] ?? '', /public|s-maxage|immutable/, path)
      }
    },
  },
  {
    row: 'H35',
    title: 'public content asks anew each time, or as seldom as the profile says; its version never',
    async run(world) {
      const [note, draft] = [await world.upload(), await world.upload(TEXT, { path: '/drafts' })]
      const version = note.sha256?.slice(0, 16)
      const control = async (path: string) => (await world.send(path)).headers['cache-control']
      assert.equal(await control(`/notes/${note.id}/content`), 'public, no-cache, no-transform')
      assert.equal(await control(`/drafts/${draft.id}/content`), 'public, max-age=60, must-revalidate, no-transform')
      assert.equal(await control(`/notes/${note.id}/content?v=${version}`), 'public, max-age=31536000, immutable, no-transform')
    },
  },
  {
    row: 'H35',
    title: 'a URL of a version that is not there any more is 404 and not kept',
    async run(world) {
      const { id, sha256 } = await world.upload()
      const headers = { ...as('alice'), 'content-type': 'text/plain' }
      hasStatus(await world.send(`/notes/${id}/content`, { method: 'PUT', headers, body: 'new' }), 200)
      for (const version of [sha256?.slice(0, 16), '0000000000000000', '']) {
        const answer = await world.send(`/notes/${id}/content?v=${version}`)
        hasStatus(answer, 404)
        hasHeaders(answer, { 'cache-control': 'no-store' })
      }
    },
  },
  {
    row: 'H35',
    title: 'private content is private, and still revalidated by 304',
    async run(world) {
      await world.upload(TEXT, { path: TEAM, name: 'plan.txt' })
      const { headers } = await world.send('/teams/1/files/plan.txt', { headers: as('bob') })
      assert.equal(headers['cache-control'], 'private, no-cache, no-transform')
      const again = await world.send('/teams/1/files/plan.txt', {
        headers: { ...as('bob'), 'if-none-match': headers.etag as string },
      })
      hasStatus(again, 304)
      hasHeaders(again, { 'cache-control': 'private, no-cache, no-transform' })
      const gone = await world.send('/teams/1/files/plan.txt', { headers: { 'if-none-match': headers.etag as string } })
      assert.ok([401, 404].includes(gone.status), 'a cached copy does not replace credentials')
    },
  },
  {
    row: 'H37',
    title: 'content goes out as it lies there, whatever codings a client takes, and says no-transform',
    async run(world) {
      const { id } = await world.upload('x'.repeat(100_000))
      for (const range of [{}, { range: 'bytes=0-49999' }]) {
        const answer = await world.send(`/notes/${id}/content`, { headers: { 'accept-encoding': 'gzip, br, deflate', ...range } })
        hasHeaders(answer, { 'content-encoding': null, 'transfer-encoding': null })
        assert.equal(answer.bytes.length, 'range' in range ? 50_000 : 100_000)
        assert.match(answer.headers['cache-control'] ?? '', /\bno-transform\b/)
      }
    },
  },
  {
    row: 'H37',
    title: 'a compressed file stays a compressed file',
    async run(world) {
      const bytes = gzipSync(TEXT)
      const answer = await content(world, bytes, 'a.txt.gz', 'application/gzip')
      hasHeaders(answer, { 'content-encoding': null, 'content-type': 'application/gzip' })
      assert.ok(answer.bytes.equals(bytes))
    },
  },
]

const linkCases: readonly HttpCase[] = [
  {
    row: 'H44',
    title: 'a signed link opens its asset without credentials, by GET and HEAD, in parts too, and tells no other site',
    async run(world) {
      const path = await linkTo(world)
      const answer = await world.send(path)
      assert.deepEqual([answer.status, answer.text], [200, TEXT])
      hasHeaders(answer, { 'referrer-policy': 'no-referrer', 'cache-control': 'private, no-cache, no-transform' })
      hasStatus(await world.send(path, { headers: { range: 'bytes=0-2' } }), 206)
      hasStatus(await world.send(path, { method: 'HEAD' }), 200)
      for (const method of ['PUT', 'DELETE', 'PATCH', 'POST']) hasStatus(await world.send(path, { method }), 405, method)
    },
  },
  {
    row: 'H44',
    title: 'no changed character of a signed link opens anything',
    async run(world) {
      const path = await linkTo(world)
      const from = path.lastIndexOf('/') + 1
      const swap = (at: number) => `${path.slice(0, at)}${path[at] === 'A' ? 'B' : 'A'}${path.slice(at + 1)}`
      const altered = Array.from({ length: path.length - from }, (_, at) => swap(from + at))
      for (const each of [...altered, path.slice(0, -1), `${path}A`, `${path}=`]) {
        const { status, text } = await world.send(each)
        assert.equal(status, 403, each)
        assert.doesNotMatch(text, /fox/)
      }
    },
  },
  {
    row: 'H44',
    title: 'a signed link ends at its time, with its version, and with its asset',
    async run(world) {
      const [late, replaced, deleted] = [
        await signed(world, 'late'),
        await signed(world, 'replaced'),
        await signed(world, 'deleted'),
      ]
      const headers = { ...as('alice'), 'content-type': 'text/plain' }
      hasStatus(await world.send(`/notes/${replaced.id}/content`, { method: 'PUT', headers, body: 'new' }), 200)
      hasStatus(await world.send(`/notes/${deleted.id}`, { method: 'DELETE', headers }), 204)
      for (const { path } of [replaced, deleted]) hasStatus(await world.send(path), 404)
      await world.clock.advance(59_000)
      assert.equal((await world.send(late.path)).text, 'late')
      await world.clock.advance(1_000)
      hasStatus(await world.send(late.path), 403)
    },
  },
  {
    row: 'H44',
    title: 'a link is made by whoever may read, and is not for caches to keep',
    async run(world) {
      const { id } = await world.upload(TEXT, { path: TEAM })
      hasStatus(await world.send(`${TEAM}/${id}/download`), 401)
      hasStatus(await world.send(`${TEAM}/${id}/download`, { headers: as('carol') }), 404)
      const answer = await world.send(`${TEAM}/${id}/download`, { headers: as('bob') })
      hasStatus(answer, 200)
      hasHeaders(answer, { 'cache-control': 'private, no-store' })
    },
  },
]

async function linkTo(world: World): Promise<string> {
  const { id } = await world.upload(TEXT, { path: TEAM })
  return new URL((await world.send(`${TEAM}/${id}/download`, { headers: as('bob') })).json.url).pathname
}

/** A link of 60 seconds to a new note. */
async function signed(world: World, text: string): Promise<{ id: string; path: string }> {
  const { id } = await world.upload(text)
  const headers = { ...as('alice'), 'content-type': 'application/json' }
  const made = await world.send(`/notes/${id}/link`, { method: 'POST', headers, body: '{"expiresInSeconds":60}' })
  hasStatus(made, 200)
  return { id, path: new URL(made.json.url).pathname }
}

export const deliveryCases: readonly HttpCase[] = [...nameCases, ...browserCases, ...cacheCases, ...linkCases]
