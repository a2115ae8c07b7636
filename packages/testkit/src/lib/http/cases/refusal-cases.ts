import assert from 'node:assert/strict'
import { StowageError } from '@stowage/core/contracts'
import { failBefore } from '../../storage/faults/fault.ts'
import type { HttpCase } from '../case.ts'
import { hasHeaders, hasStatus, isProblem } from '../expectations.ts'
import { file, form } from '../wire/form.ts'
import { as, TEXT, type World } from '../world/world.ts'

const TEAM = '/api/teams/1/files'

const upload = (world: World, headers: Readonly<Record<string, string>>, path = '/notes') => {
  const formed = form(file('a'))
  return world.send(path, { method: 'POST', headers: { ...headers, ...formed.headers }, body: formed.body })
}

/** Every request that names the asset, with a body that would be right. */
function requestsFor(id: string) {
  const json = { 'content-type': 'application/json' }
  return [
    { method: 'GET', path: `/notes/${id}` },
    { method: 'HEAD', path: `/notes/${id}` },
    { method: 'GET', path: `/notes/${id}/content` },
    { method: 'HEAD', path: `/notes/${id}/content` },
    { method: 'PATCH', path: `/notes/${id}`, headers: json, body: '{"title":"x"}' },
    { method: 'PUT', path: `/notes/${id}/content`, headers: { 'content-type': 'text/plain' }, body: 'x' },
    { method: 'POST', path: `/notes/${id}/link` },
    { method: 'DELETE', path: `/notes/${id}` },
  ]
}

export const refusalCases: readonly HttpCase[] = [
  {
    row: 'H23',
    title: 'DELETE is 204 without a body, and 404 when it is repeated',
    async run(world) {
      const { id } = await world.upload()
      const remove = () => world.send(`/notes/${id}`, { method: 'DELETE', headers: as('alice') })
      const gone = await remove()
      assert.deepEqual([gone.status, gone.text], [204, ''])
      hasHeaders(gone, { 'transfer-encoding': null })
      for (let again = 0; again < 2; again += 1) isProblem(await remove(), 404)
    },
  },
  {
    row: 'H24',
    title: '401 has a challenge: without credentials, with unknown ones, with ones that nobody understands',
    async run(world) {
      const credentials = [
        'Bearer mallory',
        'Bearer ',
        'Bearer',
        'Basic YTpi',
        'Bearer alice, Bearer bob',
        'Bearer al ice',
        'alice',
      ]
      for (const headers of [{}, ...credentials.map(authorization => ({ authorization }))]) {
        const answer = await upload(world, headers)
        isProblem(answer, 401, JSON.stringify(headers))
        hasHeaders(answer, { 'www-authenticate': 'Bearer' })
      }
      assert.equal(await world.objects(), 0)
    },
  },
  {
    row: 'H24',
    title: 'wrong credentials are refused also where none are needed',
    async run(world) {
      const { id } = await world.upload()
      for (const path of ['/notes', `/notes/${id}`, `/notes/${id}/content`]) {
        isProblem(await world.send(path, { headers: as('mallory') }), 401, path)
      }
    },
  },
  {
    row: 'H24',
    title: 'two Authorization lines are 401, whichever comes first',
    socketOnly: true,
    async run(world) {
      for (const [one, two] of [
        ['alice', 'bob'],
        ['bob', 'alice'],
        ['alice', 'alice'],
      ]) {
        const socket = world.socket()
        const lines = `Authorization: Bearer ${one}\r\nauthorization: Bearer ${two}\r\n`
        socket.write(`GET /notes HTTP/1.1\r\nHost: x\r\n${lines}Connection: close\r\n\r\n`)
        assert.match((await socket.ended).toString('latin1'), /^HTTP\/1\.1 401 /)
      }
    },
  },
  {
    row: 'H24',
    title: 'what can be seen but not changed is 403, and stays as it was',
    async run(world) {
      const { id } = await world.upload()
      const writes = requestsFor(id).filter(({ method }) => ['PATCH', 'PUT', 'DELETE'].includes(method))
      for (const { path, headers, ...sent } of writes) {
        isProblem(await world.send(path, { ...sent, headers: { ...headers, ...as('bob') } }), 403, sent.method)
      }
      const [record, content] = [await world.send(`/notes/${id}`), await world.send(`/notes/${id}/content`)]
      assert.deepEqual([record.json.title, content.text], [null, TEXT])
    },
  },
  {
    row: 'H24',
    title: '404 hides what may not be known of, exactly like what is not there',
    async run(world) {
      const { id } = await world.upload(TEXT, { path: TEAM, name: 'plan.txt' })
      const routes: [string, string, string][] = [
        ['GET', `${TEAM}/${id}`, `${TEAM}/none`],
        ['HEAD', `${TEAM}/${id}`, `${TEAM}/none`],
        ['PATCH', `${TEAM}/${id}`, `${TEAM}/none`],
        ['DELETE', `${TEAM}/${id}`, `${TEAM}/none`],
        ['GET', '/teams/1/files/plan.txt', '/teams/1/files/none.txt'],
        ['HEAD', '/teams/1/files/plan.txt', '/teams/1/files/none.txt'],
        ['GET', `${TEAM}/${id}/download`, `${TEAM}/none/download`],
        ['GET', TEAM, '/api/teams/9/files'],
        ['POST', TEAM, '/api/teams/9/files'],
        ['GET', `${TEAM}/none`, '/api/teams/9/files/none'],
      ]
      const sent = { headers: { ...as('carol'), 'content-type': 'application/json', 'x-request-id': 'same' } }
      for (const [method, hidden, absent] of routes) {
        const body = method === 'PATCH' ? { body: '{}' } : {}
        const answers = [
          await world.send(hidden, { ...sent, ...body, method }),
          await world.send(absent, { ...sent, ...body, method }),
        ].map(({ status, text, headers: { date: _, ...headers } }) => ({ status, text, headers }))
        assert.equal(answers[0]?.status, 404, hidden)
        assert.deepEqual(answers[0], answers[1], hidden)
      }
      assert.equal((await world.send(TEAM, { headers: as('bob') })).json.files.length, 1)
    },
  },
  {
    row: 'H25',
    title: 'a method that a path does not take is 405 with Allow, whatever an override says',
    async run(world) {
      const { id } = await world.upload()
      const table: [string, string, string][] = [
        ['PUT', '/notes', 'POST, GET, HEAD, OPTIONS'],
        ['DELETE', '/notes', 'POST, GET, HEAD, OPTIONS'],
        ['POST', `/notes/${id}`, 'GET, PATCH, DELETE, HEAD, OPTIONS'],
        ['DELETE', `/notes/${id}/content`, 'GET, PUT, HEAD, OPTIONS'],
        ['GET', '/notes/generate', 'POST, OPTIONS'],
      ]
      for (const [method, path, allow] of table) {
        const answer = await world.send(path, { method, headers: as('alice') })
        isProblem(answer, 405, `${method} ${path}`)
        hasHeaders(answer, { allow }, `${method} ${path}`)
      }
      const headers = { ...as('alice'), 'x-http-method-override': 'DELETE', 'x-method-override': 'DELETE' }
      hasStatus(await world.send(`/notes/${id}?_method=DELETE`, { headers }), 200)
      hasStatus(await world.send(`/notes/${id}`), 200)
    },
  },
  {
    row: 'H25',
    title: 'OPTIONS says what a path takes',
    async run(world) {
      const answer = await world.send('/notes', { method: 'OPTIONS' })
      assert.deepEqual([answer.status, answer.headers.allow, answer.text], [204, 'POST, GET, HEAD, OPTIONS', ''])
    },
  },
  {
    row: 'H25',
    title: 'an Accept that excludes JSON is 406',
    async run(world) {
      const { id } = await world.upload()
      for (const accept of ['image/png', 'text/html', 'application/json;q=0', 'text/*;q=0.5, image/*']) {
        for (const path of ['/notes', `/notes/${id}`]) isProblem(await world.send(path, { headers: { accept } }), 406, accept)
      }
      for (const accept of ['*/*', 'application/*', 'text/html, */*;q=0.1', 'application/problem+json', '']) {
        hasStatus(await world.send('/notes', { headers: { accept } }), 200, accept)
      }
      hasStatus(await world.send(`/notes/${id}/content`, { headers: { accept: 'image/png' } }), 200, 'bytes are what they are')
    },
  },
  {
    row: 'H25',
    title: 'what was deleted is 404 by every way',
    async run(world) {
      const { id } = await world.upload()
      await world
        .upload('x', { path: TEAM, name: 'gone.txt' })
        .then(made => world.send(`${TEAM}/${made.id}`, { method: 'DELETE', headers: as('alice') }))
      hasStatus(await world.send(`/notes/${id}`, { method: 'DELETE', headers: as('alice') }), 204)
      for (const { path, headers, ...sent } of requestsFor(id)) {
        const answer = await world.send(path, { ...sent, headers: { ...headers, ...as('alice') } })
        hasStatus(answer, 404, `${sent.method} ${path}`)
      }
      hasStatus(await world.send('/teams/1/files/gone.txt', { headers: as('alice') }), 404)
      assert.equal((await world.send('/notes')).json.items.length, 0)
    },
  },
  {
    row: 'H26',
    title: 'too many requests are 429 with Retry-After, before a body is read',
    async run(world) {
      for (const answer of [
        await upload(world, as('greedy'), '/drafts'),
        await world.send('/drafts', { headers: as('greedy') }),
      ]) {
        isProblem(answer, 429)
        hasHeaders(answer, { 'retry-after': '7' })
      }
      assert.equal(world.storage.calls.filter(({ op }) => op === 'put').length, 0)
    },
  },
  {
    row: 'H26',
    title: 'storage that cannot be reached is 503 with Retry-After, for uploads and downloads',
    world: { streams: true },
    async run(world) {
      const { id } = await world.upload('x'.repeat(100_000))
      const down = failBefore(new StowageError('unavailable', 'no route to 10.0.0.7'))
      world.storage.inject({ on: 'get', fault: down })
      world.storage.inject({ on: 'put', fault: down })
      for (const answer of [await world.send(`/notes/${id}/content`), await upload(world, as('alice'))]) {
        isProblem(answer, 503)
        assert.match(answer.headers['retry-after'] ?? '', /^[1-9]\d*$/)
        assert.doesNotMatch(answer.text, /10\.0\.0\.7/)
      }
    },
  },
]
