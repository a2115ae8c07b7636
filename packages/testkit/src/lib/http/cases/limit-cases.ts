import assert from 'node:assert/strict'
import type { HttpCase } from '../case.ts'
import { isProblem } from '../expectations.ts'
import { eventually } from '../wire/eventually.ts'
import { file, form } from '../wire/form.ts'
import { MAX_BYTES } from '../world/api.ts'
import { as, TEXT, type World } from '../world/world.ts'

const RAW = '/notes?filename=a.txt'
const rawHeaders = { ...as('alice'), 'content-type': 'text/plain' }
const CHUNK = 'x'.repeat(65_536)
const tooMany = Array.from({ length: 20 }, () => CHUNK)

/** Head of a raw upload, for sockets. */
const post = (headers: string, path = RAW, who = 'alice') =>
  `POST ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${who}\r\nContent-Type: text/plain\r\n${headers}\r\n`

async function leavesNothing(world: World): Promise<void> {
  await eventually(async () => assert.equal(await world.objects(), 0))
  assert.equal((await world.send('/notes')).json.items.length, 0)
}

const tooLarge: readonly HttpCase[] = [
  {
    row: 'H17',
    title: 'a body announced as too large is 413 before it is read',
    async run(world) {
      const body = 'x'.repeat(MAX_BYTES + 1)
      const raw = await world.send(RAW, { method: 'POST', headers: rawHeaders, body })
      isProblem(raw, 413)
      assert.match(raw.json.detail, /1000000/)
      const formed = form(file('a'.repeat(10_000_000)))
      isProblem(
        await world.send('/notes', { method: 'POST', headers: { ...as('alice'), ...formed.headers }, body: formed.body }),
        413,
      )
      assert.equal(world.storage.calls.filter(({ op }) => op === 'put').length, 0)
    },
  },
  {
    row: 'H17',
    title: 'a body that turns out too large is 413 while it streams, and nothing of it stays',
    async run(world) {
      isProblem(await world.send(RAW, { method: 'POST', headers: rawHeaders, body: tooMany }), 413)
      const formed = form(file('a'.repeat(MAX_BYTES + 1)))
      const answer = await world.send('/notes', {
        method: 'POST',
        headers: { ...as('alice'), ...formed.headers },
        body: [formed.body.toString()],
      })
      isProblem(answer, 413)
      assert.match(answer.json.detail, /1000000/)
      await leavesNothing(world)
    },
  },
  {
    row: 'H17',
    title: 'content that turns out too large leaves the old one',
    async run(world) {
      const { id } = await world.upload()
      const answer = await world.send(`/notes/${id}/content`, { method: 'PUT', headers: rawHeaders, body: tooMany })
      isProblem(answer, 413)
      assert.equal((await world.send(`/notes/${id}/content`)).text, TEXT)
      await eventually(async () => assert.equal(await world.objects(), 1))
    },
  },
  {
    row: 'H17',
    title: 'a JSON body has a limit of its own',
    async run(world) {
      const { id } = await world.upload()
      const sent = { method: 'PATCH', headers: { ...as('alice'), 'content-type': 'application/json' } }
      const body = `{"title":"${'x'.repeat(300_000)}"}`
      isProblem(await world.send(`/notes/${id}`, { ...sent, body }), 413)
      isProblem(await world.send(`/notes/${id}`, { ...sent, body: [body] }), 413)
    },
  },
  {
    row: 'H17',
    title: 'a client that goes on writing can read the 413, and its connection ends',
    socketOnly: true,
    async run(world) {
      const socket = world.socket()
      socket.write(post('Transfer-Encoding: chunked\r\n'))
      // Endless, as far as the server knows.
      for (let sent = 0; sent < 60; sent += 1) socket.write(`10000\r\n${CHUNK}\r\n`)
      const answer = (await socket.ended).toString('latin1')
      assert.match(answer, /^HTTP\/1\.1 413 /)
      assert.match(answer, /\r\nconnection: close\r\n/i)
      assert.match(answer, /"code":"content_too_large"/)
      await leavesNothing(world)
    },
  },
  {
    row: 'H17',
    title: 'a refused body that is short leaves its connection usable',
    socketOnly: true,
    async run(world) {
      const socket = world.socket()
      socket.write('POST /notes/nothing/at/all HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n')
      await socket.until('HTTP/1.1 404 ')
      socket.write('helloGET /notes HTTP/1.1\r\nHost: x\r\n\r\n')
      await socket.until('HTTP/1.1 200 OK')
    },
  },
]

const HUGE = 'Content-Length: 99999999\r\nExpect: 100-continue\r\n'
const continueCases: readonly HttpCase[] = [
  {
    row: 'H18',
    title: '100 Continue comes once the upload is allowed, and then the body',
    socketOnly: true,
    async run(world) {
      const socket = world.socket()
      socket.write(post('Content-Length: 5\r\nExpect: 100-continue\r\nConnection: close\r\n'))
      await socket.until('HTTP/1.1 100 Continue\r\n\r\n')
      socket.write('hello')
      await socket.until('HTTP/1.1 201 Created')
      assert.equal(await world.objects(), 1)
    },
  },
  ...(
    [
      ['without credentials', `POST ${RAW} HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\n${HUGE}\r\n`, 401],
      ['with unknown credentials', post(HUGE, RAW, 'mallory'), 401],
      ['at another path', post(HUGE, '/notes/none/content'), 405],
      ['where nothing is', post(HUGE, '/nothing/at/all'), 404],
      ['for an upload that is too large', post(HUGE), 413],
      ['for a type that is not taken', post(HUGE, '/notes'), 415],
      ['to a space that is hidden', post(HUGE, '/api/teams/1/files?filename=a.txt', 'carol'), 404],
      ['to whoever may not create', post(HUGE, '/api/teams/1/files?filename=a.txt', 'bob'), 403],
      ['to whoever asks too often', post(HUGE, '/drafts?filename=a.txt', 'greedy'), 429],
    ] as const
  ).map(
    ([whom, head, status]): HttpCase => ({
      row: 'H18',
      title: `100 Continue does not come ${whom}: ${status}`,
      socketOnly: true,
      async run(world) {
        const socket = world.socket()
        socket.write(head)
        const answer = (await socket.ended).toString('latin1')
        assert.match(answer, new RegExp(`^HTTP/1\\.1 ${status} `))
        assert.match(answer, /\r\nconnection: close\r\n/i)
        assert.doesNotMatch(answer, /100 Continue/)
      },
    }),
  ),
]

export const limitCases: readonly HttpCase[] = [...tooLarge, ...continueCases]
