import assert from 'node:assert/strict'
import { failStream } from '../../storage/faults/fault.ts'
import type { HttpCase } from '../case.ts'
import { hasStatus, isProblem, lastingHeaders } from '../expectations.ts'
import type { Sent } from '../wire/answer.ts'
import { eventually } from '../wire/eventually.ts'
import { type FormPart, file, form } from '../wire/form.ts'
import { parseAnswer } from '../wire/parse-answer.ts'
import { sendByFetch } from '../wire/send-by-fetch.ts'
import { as, TEXT, type World } from '../world/world.ts'

const LARGE = 'z'.repeat(500_000)

const disconnectCases: readonly HttpCase[] = [
  {
    row: 'H41',
    title: 'a client that leaves in the middle of a download ends the read behind it',
    world: { streams: true },
    async run(world) {
      const { id } = await world.upload(LARGE)
      for (const stallAfterBytes of [0, 100_000]) {
        world.reads.stallAfterBytes = stallAfterBytes
        await world.leave(`/notes/${id}/content`, () => assert.equal(world.reads.stalled, 1))
        await eventually(() => assert.equal(world.reads.stalled, 0))
      }
    },
  },
  {
    row: 'H41',
    title: 'a client that leaves in the middle of an upload leaves nothing behind',
    socketOnly: true,
    async run(world) {
      const { headers, body } = form({ name: 'title', value: 'x' }, file('y'.repeat(20_000)))
      const lines = `Authorization: Bearer alice\r\nContent-Type: ${headers['content-type']}\r\nContent-Length: ${body.length}`
      for (const cut of [0, 1, 60, 200, 5000, body.length - 1]) {
        const socket = world.socket()
        const refused = world.logged.length + 1
        socket.write(`POST /notes HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n${lines}\r\n\r\n`)
        await socket.until('100 Continue')
        socket.write(body.subarray(0, cut))
        socket.reset()
        await eventually(() => assert.equal(world.logged.length, refused))
      }
      await eventually(async () => assert.equal(await world.objects(), 0))
      assert.equal((await world.stowage.trusted.list()).items.length, 0)
    },
  },
  {
    row: 'H41',
    title: 'a download that fails before its first byte is an error, one that fails later is cut',
    world: { streams: true },
    async run(world) {
      const { id } = await world.upload(LARGE)
      for (const [afterBytes, range] of [
        [0, {}],
        [0, { range: 'bytes=5-' }],
      ] as const) {
        const heal = world.storage.inject({ on: 'get', fault: failStream(afterBytes, new Error('disk on fire')) })
        isProblem(await world.send(`/notes/${id}/content`, { headers: range }), 500)
        heal()
      }
      for (const headers of [{}, { range: 'bytes=5-' }]) {
        const heal = world.storage.inject({ on: 'get', fault: failStream(200_000, new Error('disk on fire')) })
        const answer = await world.send(`/notes/${id}/content`, { headers })
        assert.equal(answer.complete, false, 'nobody takes the part for the whole')
        assert.ok(answer.bytes.length <= 200_000 && LARGE.startsWith(answer.bytes.toString()))
        heal()
      }
      assert.equal((await world.send(`/notes/${id}/content`)).text, LARGE)
    },
  },
  {
    row: 'H41',
    title: 'the connection of a download that was cut answers nothing more',
    socketOnly: true,
    world: { streams: true },
    async run(world) {
      const { id } = await world.upload(LARGE)
      world.storage.inject({ on: 'get', fault: failStream(100_000, new Error('disk on fire')) })
      const socket = world.socket()
      socket.write(`GET /notes/${id}/content HTTP/1.1\r\nHost: x\r\n\r\nGET /notes HTTP/1.1\r\nHost: x\r\n\r\n`)
      const received = await socket.ended
      assert.equal(received.toString('latin1').match(/HTTP\/1\.1 \d/g)?.length, 1)
      assert.equal(parseAnswer(received, 'GET').answer.complete, false)
    },
  },
]

const post = (world: World, parts: readonly FormPart[], path = '/notes') => {
  const { headers, body } = form(...parts)
  return world.send(path, { method: 'POST', headers: { ...as('alice'), ...headers }, body })
}

const part = (lines: string, value = 'a') => `--xXstowageXx\r\n${lines}\r\n\r\n${value}\r\n`
const FILE = 'Content-Disposition: form-data; name="file"; filename="a.txt"'

const formCases: readonly HttpCase[] = [
  {
    row: 'H42',
    title: 'a form with too many fields is 413, by the house limit and by a profile',
    async run(world) {
      const fields = (count: number) => Array.from({ length: count }, (_, at) => ({ name: 'tags', value: `t${at}` }))
      isProblem(await post(world, [...fields(10_000), file('a')]), 413)
      isProblem(await post(world, [file('a'), ...fields(101)]), 413)
      hasStatus(await post(world, [...fields(100), file('a')]), 201)
      isProblem(await post(world, [...fields(6), file('a')], '/drafts'), 413)
      hasStatus(await post(world, [...fields(5), file('a')], '/drafts'), 201)
      assert.equal(await world.objects(), 2)
    },
  },
  {
    row: 'H42',
    title: 'a field that is too long is 413, before the file and after it',
    async run(world) {
      const field = (length: number) => ({ name: 'description', value: 'x'.repeat(length) })
      isProblem(await post(world, [field(70_000), file('a')]), 413)
      isProblem(await post(world, [file('a'), field(70_000)]), 413)
      isProblem(await post(world, [field(1001), file('a')], '/drafts'), 413)
      hasStatus(await post(world, [field(1000), file('a')], '/drafts'), 201)
      assert.equal(await world.objects(), 1)
    },
  },
  {
    row: 'H42',
    title: 'headers of a part, their number and a name have limits; nothing is stored',
    async run(world) {
      const bodies: [string, string][] = [
        ['long header', part(`${FILE}\r\nX-Long: ${'x'.repeat(100_000)}`)],
        ['many headers', part(`${FILE}${'\r\nX-More: y'.repeat(5000)}`)],
        ['a header without end', `--xXstowageXx\r\nX-Long: ${'x'.repeat(200_000)}`],
        ['a long field name', part(`Content-Disposition: form-data; name="${'n'.repeat(50_000)}"`) + part(FILE)],
        ['no name', part('Content-Disposition: form-data; filename="a.txt"')],
        ['no disposition', part('Content-Type: text/plain')],
      ]
      const headers = { ...as('alice'), 'content-type': 'multipart/form-data; boundary=xXstowageXx' }
      for (const [what, body] of bodies) {
        const answer = await world.send('/notes', { method: 'POST', headers, body: `${body}--xXstowageXx--\r\n` })
        assert.ok([400, 413].includes(answer.status), `${what}: ${answer.status}`)
        isProblem(answer, answer.status, what)
      }
      for (const type of [
        'multipart/form-data',
        `multipart/form-data; boundary=${'x'.repeat(71)}`,
        'multipart/form-data; boundary=""',
      ]) {
        const answer = await world.send('/notes', {
          method: 'POST',
          headers: { ...as('alice'), 'content-type': type },
          body: form(file('a')).body,
        })
        isProblem(answer, answer.status, type)
        assert.ok([400, 415].includes(answer.status), type)
      }
      assert.equal(await world.objects(), 0)
    },
  },
]

/** Asked of the binding and of `api.fetch`; answers must be the same. */
function sharedRequests(id: string, etag: string): readonly (readonly [string, Sent])[] {
  const json = { ...as('alice'), 'content-type': 'application/json' }
  return [
    ['/notes', {}],
    [`/notes/${id}`, {}],
    [`/notes/${id}`, { headers: { 'if-none-match': etag } }],
    [`/notes/${id}`, { method: 'HEAD' }],
    [`/notes/${id}`, { method: 'PATCH', headers: json, body: '{"title":1}' }],
    [`/notes/${id}`, { method: 'PATCH', headers: json, body: '{' }],
    [`/notes/${id}`, { method: 'PATCH', headers: { ...json, 'if-match': '"x"' }, body: '{}' }],
    [`/notes/${id}`, { method: 'DELETE' }],
    [`/notes/${id}`, { method: 'DELETE', headers: as('bob') }],
    [`/notes/${id}/content`, {}],
    [`/notes/${id}/content`, { method: 'HEAD', headers: { range: 'bytes=0-1' } }],
    [`/notes/${id}/content`, { headers: { range: 'bytes=3-9' } }],
    [`/notes/${id}/content`, { headers: { range: 'bytes=99999-' } }],
    [`/notes/${id}/content?download`, { headers: as('alice') }],
    ['/notes', { method: 'OPTIONS', headers: { origin: 'https://x.example', 'access-control-request-method': 'POST' } }],
    ['/drafts', { headers: { origin: 'https://app.example.com' } }],
    ['/drafts', { headers: as('greedy') }],
    ['/notes', { method: 'PUT' }],
    ['/notes', { headers: { accept: 'image/png' } }],
    ['/notes', { headers: as('mallory') }],
    ['/notes?limit=0', {}],
    ['/notes', { method: 'POST', headers: { ...as('alice'), 'content-type': 'text/plain' }, body: 'x' }],
    ['/api/teams/1/files', { headers: as('bob') }],
    ['/api/teams/1/files', {}],
    ['/api/teams/2/files', { headers: as('alice') }],
    ['/nothing/at/all', {}],
  ]
}

const sameCases: readonly HttpCase[] = [
  {
    row: 'H46',
    title: 'the binding answers exactly as api.fetch does',
    async run(world) {
      const { id } = await world.upload()
      const etag = (await world.send(`/notes/${id}`)).headers.etag as string
      for (const [path, sent] of sharedRequests(id, etag)) {
        const known = { ...sent, headers: { ...sent.headers, 'x-request-id': 'same' } }
        const [own, shared] = [await world.send(path, known), await sendByFetch(world.api.fetch, path, known)]
        const what = `${sent.method ?? 'GET'} ${path}`
        assert.deepEqual([what, own.status, own.text], [what, shared.status, shared.text])
        assert.deepEqual(lastingHeaders(own), lastingHeaders(shared), what)
      }
    },
  },
  {
    row: 'H46',
    title: 'requests that come at once on one connection are answered in their order',
    socketOnly: true,
    async run(world) {
      const { id } = await world.upload()
      const requests = [
        ['GET', `/notes/${id}/content`, 200],
        ['HEAD', `/notes/${id}/content`, 200],
        ['GET', '/notes/none', 404],
        ['GET', `/notes/${id}`, 200],
        ['OPTIONS', '/notes', 204],
        ['GET', '/nothing/at/all', 404],
        ['GET', '/notes', 200],
      ] as const
      const socket = world.socket()
      const last = 'Connection: close\r\n'
      const bytes = requests.map(([method, path], at) => {
        return `${method} ${path} HTTP/1.1\r\nHost: x\r\n${at === requests.length - 1 ? last : ''}\r\n`
      })
      socket.write(bytes.join(''))
      let rest = await socket.ended
      for (const [method, path, status] of requests) {
        const parsed = parseAnswer(rest, method)
        assert.deepEqual([path, parsed.answer.status], [path, status])
        if (method === 'GET' && path.endsWith('/content')) assert.equal(parsed.answer.text, TEXT)
        rest = parsed.rest
      }
      assert.equal(rest.length, 0)
    },
  },
  {
    row: 'H46',
    title: 'a GET or HEAD with a body is answered, and the body is not taken for a request',
    socketOnly: true,
    async run(world) {
      const { id } = await world.upload()
      for (const method of ['GET', 'HEAD']) {
        const socket = world.socket()
        const hidden = 'DELETE /notes HTTP/1.1\r\nHost: x\r\n\r\n'
        socket.write(`${method} /notes/${id}/content HTTP/1.1\r\nHost: x\r\nContent-Length: ${hidden.length}\r\n\r\n${hidden}`)
        socket.write('GET /notes HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
        const first = parseAnswer(await socket.ended, method)
        hasStatus(first.answer, 200, method)
        const second = parseAnswer(first.rest, 'GET')
        assert.deepEqual([second.answer.status, second.rest.length], [200, 0])
      }
    },
  },
  {
    row: 'H46',
    title: 'HTTP/1.0 is answered without chunks, and its connection ends',
    socketOnly: true,
    async run(world) {
      const { id } = await world.upload()
      for (const path of [`/notes/${id}/content`, '/notes', '/notes/none']) {
        const socket = world.socket()
        socket.write(`GET ${path} HTTP/1.0\r\n\r\n`)
        const { answer, rest } = parseAnswer(await socket.ended, 'GET')
        assert.equal(answer.headers['transfer-encoding'], undefined)
        assert.deepEqual([answer.complete, rest.length], [true, 0])
        hasStatus(answer, path.endsWith('none') ? 404 : 200)
      }
    },
  },
]

export const connectionCases: readonly HttpCase[] = [...disconnectCases, ...formCases, ...sameCases]
