import assert from 'node:assert/strict'
import { StowageError } from '@stowage/core/contracts'
import type { HttpCase } from '../case.ts'
import { has, hasStatus, isProblem, sha256 } from '../expectations.ts'
import { eventually } from '../wire/eventually.ts'
import { type FormPart, file, form } from '../wire/form.ts'
import { MAX_BYTES, PUBLIC_URL } from '../world/api.ts'
import { as, TEXT, type World } from '../world/world.ts'

const URL = 'https://files.example/a/fox?sig=s3cret'
const world = { imports: true } as const
const found = { bytes: Buffer.from(TEXT), contentType: 'text/plain', filename: 'fox' }

function postJson(to: World, body: unknown, headers: Record<string, string> = as('alice')) {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return to.send('/notes', { method: 'POST', headers: { ...headers, 'content-type': 'application/json' }, body: text })
}

function postForm(to: World, ...parts: readonly FormPart[]) {
  const { headers, body } = form(...parts)
  return to.send('/notes', { method: 'POST', headers: { ...as('alice'), ...headers }, body })
}

const url = (value: string) => ({ name: 'url', value })

async function leavesNothing(of: World): Promise<void> {
  await eventually(async () => assert.equal(await of.objects(), 0))
  assert.equal((await of.send('/notes')).json.items.length, 0)
  assert.equal(of.origins.open, 0)
}

const accepted: readonly HttpCase[] = [
  {
    row: 'H43',
    title: 'a URL in JSON is imported: 201 with Location, ETag and the record, as for an upload',
    world,
    async run(world) {
      world.origins.files.set(URL, found)
      const made = await postJson(world, { url: URL, title: 'Fox', tags: ['a', 'b'], topic: 'animals', weight: 2 })
      hasStatus(made, 201)
      const { id } = made.json
      assert.equal(made.headers.location, `${PUBLIC_URL}/notes/${id}`)
      const record = await world.send(`/notes/${id}`)
      assert.equal(made.headers.etag, record.headers.etag)
      has(record.json, { title: 'Fox', tags: ['a', 'b'], filename: 'fox.txt', sizeBytes: TEXT.length, sha256: sha256(TEXT) })
      has(record.json, { fields: { topic: 'animals', weight: 2 }, contentType: 'text/plain' })
      assert.equal((await world.send(`/notes/${id}/content`)).text, TEXT)
      assert.deepEqual(world.origins.opened, [{ url: URL, maxBytes: MAX_BYTES }])
    },
  },
  {
    row: 'H43',
    title: 'a URL in a form without a file is imported too, wherever it stands',
    world,
    async run(world) {
      world.origins.files.set(URL, found)
      const title = { name: 'title', value: 'Fox' }
      for (const parts of [
        [url(URL), title],
        [title, url(URL)],
      ]) {
        const made = await postForm(world, ...parts)
        hasStatus(made, 201)
        has(made.json, { title: 'Fox', filename: 'fox.txt', sizeBytes: TEXT.length })
      }
    },
  },
]

const refused: readonly HttpCase[] = [
  {
    row: 'H43',
    title: 'a file and a URL, two URLs, or neither are 400, and nothing is fetched or kept',
    world,
    async run(world) {
      for (const parts of [
        [url(URL), file(TEXT)],
        [file(TEXT), url(URL)],
        [url(URL), url(URL)],
        [{ name: 'title', value: 'x' }],
      ]) {
        isProblem(await postForm(world, ...parts), 400)
      }
      for (const body of [{}, { title: 'x' }, { url: null }]) isProblem(await postJson(world, body), 400, JSON.stringify(body))
      assert.deepEqual(world.origins.opened, [])
      await leavesNothing(world)
    },
  },
  {
    row: 'H43',
    title: 'members that are not known are 400, wrong ones 422 with their pointer, malformed JSON 400; nothing is fetched',
    world,
    async run(world) {
      for (const name of ['file', 'URL', 'urls', 'createdBy', 'state', '__proto__', 'tags[]', 'body', 'sha256']) {
        isProblem(await postJson(world, `{"url":"${URL}","${name}":"x"}`), 400, name)
      }
      for (const [body, pointer] of [
        [{ url: 5 }, '/url'],
        [{ url: '' }, '/url'],
        [{ url: [URL] }, '/url'],
        [{ url: URL, title: 5 }, '/title'],
        [{ url: URL, tags: 'a' }, '/tags'],
        [{ url: URL, weight: '1' }, '/fields/weight'],
      ] as const) {
        const answer = await postJson(world, body)
        isProblem(answer, 422, pointer)
        assert.deepEqual(
          answer.json.errors?.map(error => error.pointer),
          [pointer],
        )
      }
      for (const body of ['{"url":', '[]', `{"url":"${URL}","url":"${URL}"}`]) {
        assert.ok([400, 422].includes((await postJson(world, body)).status), body)
      }
      assert.deepEqual(world.origins.opened, [])
      await leavesNothing(world)
    },
  },
  {
    row: 'H43',
    title: 'whoever may not create is refused before anything is fetched',
    world,
    async run(world) {
      isProblem(await postJson(world, { url: URL }, {}), 401)
      isProblem(await postJson(world, { url: URL }, { authorization: 'Bearer nobody' }), 401)
      const headers = { ...as('bob'), 'content-type': 'application/json' }
      const answer = await world.send('/api/teams/1/files', { method: 'POST', headers, body: JSON.stringify({ url: URL }) })
      hasStatus(answer, 403)
      assert.deepEqual(world.origins.opened, [])
    },
  },
  {
    row: 'H43',
    title: 'what cannot be had is 422 in one form of words; what its origin spoils has statuses of its own',
    world,
    async run(world) {
      const said = new Set<string>()
      for (const at of ['http://127.0.0.1:6379/', 'http://nobody.example/', 'file:///etc/passwd', 'x']) {
        const answer = await postJson(world, { url: at })
        isProblem(answer, 422)
        said.add(JSON.stringify({ ...answer.json, requestId: '' }))
      }
      assert.equal(said.size, 1)
      for (const [code, status] of [
        ['content_too_large', 413],
        ['unsupported_media_type', 415],
        ['bad_gateway', 502],
        ['timeout', 504],
      ] as const) {
        world.origins.files.set(URL, new StowageError(code, 'The origin is to blame.'))
        isProblem(await postJson(world, { url: URL }), status)
      }
      await leavesNothing(world)
      assert.doesNotMatch(JSON.stringify(world.logged), /s3cret/)
    },
  },
  {
    row: 'H43',
    title: 'more bytes than a file may have are 413, and nothing of them stays',
    world,
    async run(world) {
      world.origins.files.set(URL, { bytes: Buffer.alloc(MAX_BYTES + 1, 'x') })
      isProblem(await postJson(world, { url: URL }), 413)
      await leavesNothing(world)
    },
  },
  {
    row: 'H43',
    title: 'a server without an importer takes no url, in JSON or in a form',
    async run(world) {
      const answer = await postJson(world, { url: URL })
      isProblem(answer, 400)
      assert.match(answer.text, /externalUrl/)
      isProblem(await postForm(world, url(URL)), 400)
      isProblem(await postForm(world, file(TEXT), url(URL)), 400)
      await leavesNothing(world)
    },
  },
  {
    row: 'H43',
    title: 'a client that goes away ends its import, and nothing of it stays',
    world,
    socketOnly: true,
    async run(world) {
      world.origins.files.set(URL, { bytes: Buffer.alloc(MAX_BYTES, 'x') })
      world.origins.stalls = true
      const body = JSON.stringify({ url: URL })
      const head = ['POST /notes HTTP/1.1', 'Host: x', `Authorization: ${as('alice').authorization}`]
      const socket = world.socket()
      socket.write([...head, 'Content-Type: application/json', `Content-Length: ${body.length}`, '', body].join('\r\n'))
      await eventually(() => assert.equal(world.origins.open, 1))
      socket.reset()
      await eventually(() => assert.equal(world.origins.open, 0))
      await leavesNothing(world)
    },
  },
]

export const importCases: readonly HttpCase[] = [...accepted, ...refused]
