import assert from 'node:assert/strict'
import type { HttpCase } from '../case.ts'
import { has, hasHeaders, hasStatus, isProblem, sha256 } from '../expectations.ts'
import { as, TEXT, type World } from '../world/world.ts'

const PAST = 'Mon, 01 Jan 2001 00:00:00 GMT'
const FUTURE = 'Fri, 01 Jan 2100 00:00:00 GMT'

type Conditions = Readonly<Record<string, string>>

/** Asks for content under conditions; `@` stands for its ETag. */
async function judges(world: World, table: readonly (readonly [Conditions, number])[]): Promise<void> {
  const { id } = await world.upload()
  const path = `/notes/${id}/content`
  const etag = (await world.send(path)).headers.etag as string
  for (const [conditions, status] of table) {
    const headers = Object.fromEntries(Object.entries(conditions).map(([name, value]) => [name, value.replace('@', etag)]))
    hasStatus(await world.send(path, { headers }), status, JSON.stringify(conditions))
  }
}

async function patch(world: World, path: string, body: string, headers: Conditions = {}) {
  return world.send(path, {
    method: 'PATCH',
    headers: { ...as('alice'), 'content-type': 'application/merge-patch+json', ...headers },
    body,
  })
}

const put = (world: World, path: string, body: string, headers: Conditions = {}) =>
  world.send(path, { method: 'PUT', headers: { ...as('alice'), 'content-type': 'text/plain', ...headers }, body })

export const conditionCases: readonly HttpCase[] = [
  {
    row: 'H11',
    title: 'conditions are judged in the one right order',
    run: world =>
      judges(world, [
        [{ 'if-match': '@' }, 200],
        [{ 'if-match': '*' }, 200],
        [{ 'if-match': '"a", @' }, 200],
        [{ 'if-match': 'W/@' }, 412],
        [{ 'if-match': '"x"' }, 412],
        [{ 'if-match': '"x"', 'if-none-match': '@' }, 412],
        [{ 'if-match': '@', 'if-none-match': '@' }, 304],
        [{ 'if-unmodified-since': PAST }, 412],
        [{ 'if-unmodified-since': FUTURE }, 200],
        [{ 'if-match': '@', 'if-unmodified-since': PAST }, 200],
        [{ 'if-unmodified-since': PAST, 'if-none-match': '@' }, 412],
        [{ 'if-modified-since': FUTURE }, 304],
        [{ 'if-modified-since': PAST }, 200],
        [{ 'if-modified-since': 'nonsense' }, 200],
        [{ 'if-unmodified-since': 'nonsense' }, 200],
        [{ 'if-none-match': '"x"', 'if-modified-since': FUTURE }, 200],
        [{ range: 'bytes=0-1', 'if-none-match': '@' }, 304],
        [{ range: 'bytes=99999-', 'if-none-match': '@' }, 304],
        [{ range: 'bytes=0-1', 'if-match': '"x"' }, 412],
        [{ range: 'bytes=99999-', 'if-match': '"x"' }, 412],
        [{ range: 'bytes=0-1', 'if-match': '@' }, 206],
      ]),
  },
  {
    row: 'H11',
    title: 'who may not is told so before any condition is judged',
    async run(world) {
      const { id } = await world.upload(TEXT, { path: '/api/teams/1/files', name: 'plan.txt' })
      const headers = { 'if-match': '"x"', 'if-none-match': '*' }
      hasStatus(await world.send(`/api/teams/1/files/${id}`, { headers: { ...as('carol'), ...headers } }), 404)
      hasStatus(await world.send('/teams/1/files/plan.txt', { headers: { ...as('carol'), ...headers } }), 404)
      const note = await world.upload()
      for (const [method, path] of [
        ['PATCH', ''],
        ['DELETE', ''],
        ['PUT', '/content'],
      ] as const) {
        const sent = { method, body: '{}', headers: { 'content-type': 'application/json', 'if-match': '"x"' } }
        const [nobody, other] = [
          await world.send(`/notes/${note.id}${path}`, sent),
          await world.send(`/notes/${note.id}${path}`, { ...sent, headers: { ...sent.headers, ...as('bob') } }),
        ]
        assert.deepEqual([method, nobody.status, other.status], [method, 401, 403])
      }
    },
  },
  {
    row: 'H11',
    title: 'what is not there is 404 whatever the conditions',
    async run(world) {
      for (const path of ['/notes/none', '/notes/none/content']) {
        for (const name of ['if-match', 'if-none-match']) {
          hasStatus(await world.send(path, { headers: { [name]: '*' } }), 404, `${path} ${name}`)
        }
      }
    },
  },
  {
    row: 'H11',
    title: 'writes hold every condition too, and change nothing where one fails',
    async run(world) {
      const { id } = await world.upload()
      const path = `/notes/${id}`
      const etag = (await world.send(path)).headers.etag as string
      const failing: Conditions[] = [
        { 'if-none-match': '*' },
        { 'if-none-match': etag },
        { 'if-none-match': `"a", W/${etag}` },
        { 'if-unmodified-since': PAST },
        { 'if-match': etag, 'if-none-match': '*' },
      ]
      for (const conditions of failing) {
        const what = JSON.stringify(conditions)
        isProblem(await patch(world, path, '{"title":"changed"}', conditions), 412, what)
        isProblem(await put(world, `${path}/content`, 'changed', conditions), 412, what)
        isProblem(await world.send(path, { method: 'DELETE', headers: { ...as('alice'), ...conditions } }), 412, what)
      }
      assert.equal((await world.send(path)).headers.etag, etag)
      const holding: Conditions[] = [
        { 'if-none-match': '"other"' },
        { 'if-unmodified-since': FUTURE },
        { 'if-unmodified-since': 'nonsense' },
        { 'if-match': '*', 'if-unmodified-since': PAST },
      ]
      for (const conditions of holding) hasStatus(await patch(world, path, '{"title":"new"}', conditions), 200)
    },
  },
  {
    row: 'H12',
    title: 'If-None-Match compares weakly, in lists, and takes *',
    run: world =>
      judges(world, [
        [{ 'if-none-match': '@' }, 304],
        [{ 'if-none-match': 'W/@' }, 304],
        [{ 'if-none-match': '"x", @' }, 304],
        [{ 'if-none-match': '"a,b", W/"x",W/@ ,"y"' }, 304],
        [{ 'if-none-match': '*' }, 304],
        [{ 'if-none-match': '"x"' }, 200],
        [{ 'if-none-match': '"*"' }, 200],
        [{ 'if-none-match': '""' }, 200],
      ]),
  },
  {
    row: 'H12',
    title: 'a record is revalidated the same way, by GET and HEAD',
    async run(world) {
      const { id } = await world.upload()
      const etag = (await world.send(`/notes/${id}`)).headers.etag as string
      for (const method of ['GET', 'HEAD']) {
        for (const value of [etag, `W/${etag}`, `"x", ${etag}`, '*']) {
          hasStatus(await world.send(`/notes/${id}`, { method, headers: { 'if-none-match': value } }), 304, value)
        }
        hasStatus(await world.send(`/notes/${id}`, { method, headers: { 'if-none-match': '"x"' } }), 200)
      }
    },
  },
  {
    row: 'H13',
    title: '304 repeats ETag, Vary, Cache-Control, Expires and CORS of the 200, and has no body',
    async run(world) {
      const [note, draft] = [await world.upload(), await world.upload(TEXT, { path: '/drafts' })]
      const paths = [
        `/notes/${note.id}`,
        `/notes/${note.id}/content`,
        `/drafts/${draft.id}`,
        `/drafts/${draft.id}/content`,
        `/drafts/${draft.id}/content?v=${draft.sha256?.slice(0, 16)}`,
      ]
      const repeated = ['etag', 'vary', 'cache-control', 'expires', 'content-location', 'access-control-allow-origin']
      for (const path of paths) {
        for (const origin of ['https://app.example.com', 'https://other.example']) {
          const { headers } = await world.send(path, { headers: { origin } })
          assert.ok(headers.etag && headers['cache-control'])
          const cached = await world.send(path, { headers: { origin, 'if-none-match': headers.etag } })
          hasStatus(cached, 304, path)
          hasHeaders(cached, Object.fromEntries(repeated.map(name => [name, headers[name] ?? null])), path)
          assert.equal(cached.text, '')
          assert.ok(
            ['0', undefined].includes(cached.headers['content-length']) ||
              cached.headers['content-length'] === headers['content-length'],
          )
        }
      }
    },
  },
  {
    row: 'H14',
    title: 'the ETag of content is strong, comes from its digest, and outlives changes of the record',
    async run(world) {
      const [one, two, other] = [await world.upload(), await world.upload(), await world.upload('other')]
      const etagOf = async (id: string) => (await world.send(`/notes/${id}/content`)).headers.etag
      const etag = await etagOf(one.id)
      assert.match(etag ?? '', /^"[\x21\x23-\x7e]+"$/)
      assert.equal(await etagOf(two.id), etag)
      assert.notEqual(await etagOf(other.id), etag)
      hasStatus(await patch(world, `/notes/${one.id}`, '{"title":"new"}'), 200)
      assert.equal(await etagOf(one.id), etag)
      const ranged = await world.send(`/notes/${one.id}/content`, { headers: { range: 'bytes=0-0' } })
      assert.equal(ranged.headers.etag, etag)
    },
  },
  {
    row: 'H14',
    title: 'the ETag of a record is another one, and changes with every change',
    async run(world) {
      const { id } = await world.upload()
      const seen = new Set([(await world.send(`/notes/${id}/content`)).headers.etag])
      const note = async () => seen.add((await world.send(`/notes/${id}`)).headers.etag)
      await note()
      const patched = await patch(world, `/notes/${id}`, '{"title":"new"}')
      await note()
      assert.ok(seen.has(patched.headers.etag), 'the answer to the change has the new one')
      const replaced = await put(world, `/notes/${id}/content`, 'other')
      await note()
      assert.ok(seen.has(replaced.headers.etag))
      assert.equal(seen.size, 4)
    },
  },
  {
    row: 'H15',
    title: 'If-Match on PATCH, PUT and DELETE is 412 for any but the present ETag',
    async run(world) {
      const { id } = await world.upload()
      const path = `/notes/${id}`
      const old = (await world.send(path)).headers.etag as string
      const changed = await patch(world, path, '{"title":"New","fields":{"topic":"t"},"tags":["x"]}', { 'if-match': old })
      has(changed.json, { title: 'New', fields: { topic: 't' }, tags: ['x'] })
      const now = changed.headers.etag as string
      for (const stale of [old, `W/${now}`, '"x"', '"x", "y"', 'nonsense']) {
        isProblem(await patch(world, path, '{"title":"Old"}', { 'if-match': stale }), 412, stale)
        isProblem(await put(world, `${path}/content`, 'old', { 'if-match': stale }), 412, stale)
        isProblem(await world.send(path, { method: 'DELETE', headers: { ...as('alice'), 'if-match': stale } }), 412, stale)
      }
      assert.deepEqual([(await world.send(path)).json.title, (await world.send(`${path}/content`)).text], ['New', TEXT])
      hasStatus(await patch(world, path, '{"title":"Newer"}', { 'if-match': `"x", ${now}` }), 200)
      hasStatus(await world.send(path, { method: 'DELETE', headers: { ...as('alice'), 'if-match': '*' } }), 204)
    },
  },
  {
    row: 'H15',
    title: 'content is replaced under the ETag of its bytes',
    async run(world) {
      const { id } = await world.upload()
      const etag = (await world.send(`/notes/${id}/content`)).headers.etag as string
      const answer = await put(world, `/notes/${id}/content`, 'other', { 'if-match': etag })
      hasStatus(answer, 200)
      has(answer.json, { sizeBytes: 5, sha256: sha256('other') })
      assert.equal((await world.send(`/notes/${id}/content`)).text, 'other')
      hasStatus(await put(world, `/notes/${id}/content`, 'third', { 'if-match': etag }), 412)
      hasStatus(await put(world, `/notes/${id}/content`, ''), 400)
    },
  },
  {
    row: 'H15',
    title: 'a profile may demand If-Match: 428 without',
    async run(world) {
      const { id } = await world.upload(TEXT, { path: '/drafts' })
      const path = `/drafts/${id}`
      isProblem(await patch(world, path, '{"title":"x"}'), 428)
      isProblem(await put(world, `${path}/content`, 'x'), 428)
      isProblem(await world.send(path, { method: 'DELETE', headers: as('alice') }), 428)
      const etag = (await world.send(path)).headers.etag as string
      hasStatus(await patch(world, path, '{"title":"x"}', { 'if-match': etag }), 200)
    },
  },
  {
    row: 'H15',
    title: 'a change of many assets is under no If-Match: 412, and each result is that of a change of one',
    async run(world) {
      const { id } = await world.upload()
      const headers = { ...as('alice'), 'content-type': 'application/json' }
      const bulk = (path: string, more: object, conditions: Conditions = {}) => {
        const body = JSON.stringify({ ids: [id, 'none'], ...more })
        return world.send(`/notes/bulk/${path}`, { method: 'POST', headers: { ...headers, ...conditions }, body })
      }
      const etag = (await world.send(`/notes/${id}`)).headers.etag as string
      for (const ifMatch of [etag, '*']) {
        isProblem(await bulk('tag', { add: ['x'] }, { 'if-match': ifMatch }), 412)
        isProblem(await bulk('delete', {}, { 'if-match': ifMatch }), 412)
      }
      const statuses = ({ text }: { readonly text: string }) =>
        JSON.parse(text).results.map(({ status }: { status: number }) => status)
      assert.deepEqual(statuses(await bulk('tag', { add: ['x'] })), [200, 404])
      assert.deepEqual((await world.send(`/notes/${id}`)).json.tags, ['x'])
      assert.deepEqual(statuses(await bulk('delete', {})), [204, 404])
      hasStatus(await world.send(`/notes/${id}`), 404)
      hasStatus(await bulk('delete', { ids: Array.from({ length: 1001 }, (_, at) => String(at)) }), 400)
    },
  },
  {
    row: 'H15',
    title: 'of several writers with one ETag, one wins',
    async run(world) {
      const { id } = await world.upload()
      const etag = (await world.send(`/notes/${id}`)).headers.etag as string
      const titles = ['a', 'b', 'c', 'd', 'e']
      const answers = await Promise.all(
        titles.map(title => patch(world, `/notes/${id}`, JSON.stringify({ title }), { 'if-match': etag })),
      )
      assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 412, 412, 412, 412])
      const winner = titles[answers.findIndex(({ status }) => status === 200)]
      assert.equal((await world.send(`/notes/${id}`)).json.title, winner)
    },
  },
  {
    row: 'H16',
    title: 'a write that is repeated because its answer was lost is 412 or 2xx, and changes nothing more',
    async run(world) {
      const { id } = await world.upload()
      const path = `/notes/${id}`
      const etag = (await world.send(path)).headers.etag as string
      const first = await patch(world, path, '{"title":"x"}', { 'if-match': etag })
      const again = await patch(world, path, '{"title":"x"}', { 'if-match': etag })
      assert.ok([200, 412].includes(again.status), String(again.status))
      const { json, headers } = await world.send(path)
      assert.deepEqual([json.title, headers.etag], ['x', first.headers.etag])
    },
  },
]
