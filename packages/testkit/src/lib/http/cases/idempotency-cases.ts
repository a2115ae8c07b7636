import assert from 'node:assert/strict'
import type { HttpCase } from '../case.ts'
import { hasHeaders, hasStatus, isProblem } from '../expectations.ts'
import type { Answer } from '../wire/answer.ts'
import { eventually } from '../wire/eventually.ts'
import { type FormPart, file, form } from '../wire/form.ts'
import { as, TEXT, type World } from '../world/world.ts'

const URL = 'https://files.example/fox'
const KEY = { 'idempotency-key': '"8e03978e-40d5-43dd-bc93-6894a57f9324"' }

const post = (world: World, parts: readonly FormPart[], headers: Readonly<Record<string, string>> = KEY, path = '/notes') => {
  const { headers: type, body } = form(...parts)
  return world.send(path, { method: 'POST', headers: { ...as('alice'), ...type, ...headers }, body })
}
const postJson = (world: World, body: object) => {
  const headers = { ...as('alice'), ...KEY, 'content-type': 'application/json' }
  return world.send('/notes', { method: 'POST', headers, body: JSON.stringify(body) })
}
const postRaw = (world: World, body: string, headers: Readonly<Record<string, string>> = KEY) =>
  world.send('/notes?filename=fox.txt', {
    method: 'POST',
    headers: { ...as('alice'), 'content-type': 'text/plain', ...headers },
    body,
  })

/** Both made the same, and only one thing was made. */
async function oneOf(world: World, first: Answer, second: Answer): Promise<void> {
  hasStatus(first, 201)
  hasStatus(second, 201)
  assert.deepEqual(second.json, first.json)
  const { location = '', etag = '' } = first.headers
  assert.ok(location.endsWith(`/notes/${first.json.id}`))
  hasHeaders(second, { location, etag })
  assert.equal((await world.send('/notes')).json.items.length, 1)
}

const replays: readonly HttpCase[] = [
  {
    row: 'H22',
    title: 'the same form again is 201 with the same Location and record, wherever its fields stand',
    async run(world) {
      const title = { name: 'title', value: 'Fox' }
      const first = await post(world, [title, file(TEXT)])
      await oneOf(world, first, await post(world, [file(TEXT), title]))
      assert.equal(await world.objects(), 1)
    },
  },
  {
    row: 'H22',
    title: 'the same raw body again is one asset; a key in quotes is the same as without',
    async run(world) {
      const first = await postRaw(world, TEXT)
      await oneOf(world, first, await postRaw(world, TEXT, { 'idempotency-key': KEY['idempotency-key'].slice(1, -1) }))
      assert.equal(await world.objects(), 1)
    },
  },
  {
    row: 'H22',
    title: 'the same URL again is fetched once',
    world: { imports: true },
    async run(world) {
      world.origins.files.set(URL, { bytes: Buffer.from(TEXT), contentType: 'text/plain', filename: 'fox' })
      const first = await postJson(world, { url: URL, title: 'Fox' })
      await oneOf(world, first, await postJson(world, { title: 'Fox', url: URL }))
      assert.equal(world.origins.opened.length, 1)
    },
  },
  {
    row: 'H22',
    title: 'the same link again is one asset',
    async run(world) {
      const link = { externalUrl: 'https://example.com/', tags: ['a', 'b'] }
      await oneOf(world, await postJson(world, link), await postJson(world, link))
    },
  },
  {
    row: 'H22',
    title: 'what was changed since is answered as it is, what was deleted is 404, also of another asset',
    async run(world) {
      const { json } = await postRaw(world, TEXT)
      const patch = { method: 'PATCH', headers: { ...as('alice'), 'content-type': 'application/json' }, body: '{"title":"New"}' }
      const patched = await world.send(`/notes/${json.id}`, patch)
      const again = await postRaw(world, TEXT)
      assert.deepEqual([again.status, again.json.title, again.headers.etag], [201, 'New', patched.headers.etag])
      hasStatus(await world.send(`/notes/${json.id}`, { method: 'DELETE', headers: as('alice') }), 204)
      isProblem(await postRaw(world, TEXT), 404)
    },
  },
]

const refusals: readonly HttpCase[] = [
  {
    row: 'H22',
    title: 'another request with the same key is 422, and makes nothing',
    async run(world) {
      await postRaw(world, TEXT)
      const others = [
        () => postRaw(world, `${TEXT}!`),
        () => post(world, [file(TEXT), { name: 'title', value: 'Fox' }]),
        () => post(world, [file('x'.repeat(200_000))]),
        () => postJson(world, { externalUrl: 'https://example.com/' }),
      ]
      for (const other of others) isProblem(await other(), 422)
      assert.deepEqual([(await world.send('/notes')).json.items.length, await world.objects()], [1, 1])
    },
  },
  {
    row: 'H22',
    title: 'a request that is sent while its first is under way is 409 with Retry-After',
    async run(world) {
      const { promise, resolve } = Promise.withResolvers<void>()
      const body = (async function* () {
        await promise
        yield Buffer.from(TEXT)
      })()
      const notes = world.stowage.as({ id: 'alice' })
      const input = { body, filename: 'fox.txt', contentType: 'text/plain' }
      const first = notes.upload({ ...input, idempotencyKey: KEY['idempotency-key'].slice(1, -1) })
      try {
        await eventually(async () => isProblem(await postRaw(world, TEXT), 409))
        hasHeaders(await postRaw(world, TEXT), { 'retry-after': '1' })
      } finally {
        resolve()
        await first
      }
      hasStatus(await postRaw(world, TEXT), 201)
      assert.equal(await world.objects(), 1)
    },
  },
  {
    row: 'H22',
    title: 'a request that was refused gives its key back',
    async run(world) {
      isProblem(await post(world, [file(TEXT), { name: 'weight', value: 'heavy' }]), 422)
      isProblem(await post(world, [file(TEXT), file(TEXT)]), 400)
      hasStatus(await post(world, [file(TEXT), { name: 'weight', value: '5' }]), 201)
    },
  },
  {
    row: 'H22',
    title: 'a key of another actor is another key',
    async run(world) {
      const made = [await postRaw(world, TEXT), await postRaw(world, 'other', { ...KEY, ...as('bob') })]
      assert.deepEqual(
        made.map(({ status }) => status),
        [201, 201],
      )
      assert.notEqual(made[0]?.json.id, made[1]?.json.id)
    },
  },
]

const BROKEN = [
  '',
  '""',
  '"',
  '"a',
  'a"b"',
  'a,b',
  'a b',
  '"a b"',
  '"a" "b"',
  '"a", "b"',
  'a, b',
  '"a";b=1',
  '"a\\b"',
  'x'.repeat(256),
  `"${'x'.repeat(256)}"`,
]

const headers: readonly HttpCase[] = [
  {
    row: 'H22',
    title: 'a malformed key is 400, and makes nothing',
    async run(world) {
      for (const key of BROKEN) isProblem(await postRaw(world, TEXT, { 'idempotency-key': key }), 400, JSON.stringify(key))
      assert.equal(await world.objects(), 0)
      for (const key of ['x'.repeat(255), '"\\"\\\\"', "!#$%&'()*+-./:<=>?@[]^_`{|}~"]) {
        hasStatus(await postRaw(world, TEXT, { 'idempotency-key': key }), 201, key)
      }
    },
  },
  {
    row: 'H22',
    title: 'two keys are 400, also where they are the same',
    socketOnly: true,
    async run(world) {
      const socket = world.socket()
      const key = 'Idempotency-Key: a\r\n'
      const head = 'POST /notes?filename=a.txt HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer alice\r\nContent-Type: text/plain\r\n'
      socket.write(`${head}${key}${key}Content-Length: 1\r\nConnection: close\r\n\r\na`)
      assert.match((await socket.ended).toString('latin1'), /^HTTP\/1\.1 400 /)
      assert.equal(await world.objects(), 0)
    },
  },
  {
    row: 'H22',
    title: 'a key that is demanded and missing is 400, behind credentials; what makes nothing needs none',
    async run(world) {
      const send = (headers: Readonly<Record<string, string>>) => post(world, [file(TEXT)], headers, '/keyed')
      const missing = await send({})
      isProblem(missing, 400)
      assert.equal((missing.json as { field?: string }).field, 'Idempotency-Key')
      isProblem(await send({ authorization: 'Bearer mallory' }), 401)
      const made = await send(KEY)
      hasStatus(made, 201)
      const json = { ...as('alice'), 'content-type': 'application/json' }
      hasStatus(await world.send('/keyed'), 200)
      hasStatus(await world.send(`/keyed/${made.json.id}`, { method: 'PATCH', headers: json, body: '{"title":"x"}' }), 200)
      hasStatus(await world.send(`/keyed/${made.json.id}`, { method: 'DELETE', headers: as('alice') }), 204)
    },
  },
  {
    row: 'H33',
    title: 'pages of other origins may send a key',
    async run(world) {
      const headers = { origin: 'https://page.example', 'access-control-request-method': 'POST' }
      const answer = await world.send('/notes', { method: 'OPTIONS', headers })
      assert.ok(answer.headers['access-control-allow-headers']?.split(', ').includes('Idempotency-Key'))
    },
  },
]

export const idempotencyCases: readonly HttpCase[] = [...replays, ...refusals, ...headers]
