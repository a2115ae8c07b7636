import assert from 'node:assert/strict'
import type { HttpCase } from '../case.ts'
import { digestOf, has, hasHeaders, hasStatus, isProblem, lastingHeaders } from '../expectations.ts'
import { type FormPart, file, form } from '../wire/form.ts'
import { PUBLIC_URL } from '../world/api.ts'
import { as, TEXT, type World } from '../world/world.ts'

const post = (world: World, parts: readonly FormPart[], path = '/notes') => {
  const { headers, body } = form(...parts)
  return world.send(path, { method: 'POST', headers: { ...as('alice'), ...headers }, body })
}

/** Pathname and query of each link by its relation. */
function linksOf(link: string | undefined): Record<string, string> {
  const found = [...(link ?? '').matchAll(/<([^>]*)>; rel="(\w+)"/g)]
  return Object.fromEntries(
    found.map(([, url = '', rel = '']) => {
      assert.ok(url.startsWith(`${PUBLIC_URL}/`), url)
      return [rel, url.slice(PUBLIC_URL.length)]
    }),
  )
}

const headCases: readonly HttpCase[] = [
  {
    row: 'H1',
    title: 'HEAD has the status and headers of GET, and no body: content of every size',
    async run(world) {
      const empty = await world.upload('', { path: '/drafts' })
      const paths = [`/drafts/${empty.id}/content`]
      for (const size of [5, 100_000, 300_000]) paths.push(`/notes/${(await world.upload('x'.repeat(size))).id}/content`)
      for (const path of [...paths, `${paths[1]}?download`]) await agrees(world, path)
    },
  },
  {
    row: 'H1',
    title: 'HEAD has the status and headers of GET, and no body: records, lists, links, 304 and errors',
    async run(world) {
      const { id } = await world.upload()
      const etag = (await world.send(`/notes/${id}`)).headers.etag as string
      const conditional = { 'if-none-match': etag }
      await agrees(world, `/notes/${id}`)
      await agrees(world, '/notes')
      await agrees(world, `/notes/${id}`, conditional)
      await agrees(world, '/notes/none', { 'x-request-id': 'same' })
      await agrees(world, '/notes?nothing=1', { 'x-request-id': 'same' })
      await agrees(world, '/nothing/at/all', { 'x-request-id': 'same' })
    },
  },
]

async function agrees(world: World, path: string, headers: Readonly<Record<string, string>> = {}): Promise<void> {
  const [got, head] = [await world.send(path, { headers }), await world.send(path, { method: 'HEAD', headers })]
  assert.deepEqual([path, head.status, head.text], [path, got.status, ''])
  assert.deepEqual(lastingHeaders(head), lastingHeaders(got), path)
}

const patchCases: readonly HttpCase[] = [
  {
    row: 'H28',
    title: 'a merge-patch sets what it names, removes by null, replaces lists, and leaves the rest',
    async run(world) {
      const { id } = await world.upload()
      const patch = async (body: string) => {
        const headers = { ...as('alice'), 'content-type': 'application/merge-patch+json' }
        const answer = await world.send(`/notes/${id}`, { method: 'PATCH', headers, body })
        hasStatus(answer, 200, body)
        return answer.json
      }
      await patch('{"title":"T","fields":{"topic":"t","weight":1},"tags":["x","y"],"metadata":{"a":{"b":1,"c":2},"d":[1,2]}}')
      has(await patch('{"fields":{"weight":2}}'), { title: 'T', fields: { topic: 't', weight: 2 }, tags: ['x', 'y'] })
      has(await patch('{"fields":{"topic":null}}'), { fields: { weight: 2 } })
      has(await patch('{"metadata":{"a":{"b":null},"d":[3]}}'), { metadata: { a: { c: 2 }, d: [3] } })
      has(await patch('{"tags":["z"],"title":null}'), { tags: ['z'], title: null, fields: { weight: 2 } })
      has(await patch('{}'), { tags: ['z'] })
    },
  },
  {
    row: 'H28',
    title: 'tags are added and taken away beside those that others change, or replaced',
    async run(world) {
      const { id } = await world.upload()
      const patch = (tags: unknown) => {
        const headers = { ...as('alice'), 'content-type': 'application/merge-patch+json' }
        return world.send(`/notes/${id}`, { method: 'PATCH', headers, body: JSON.stringify({ tags }) })
      }
      has((await patch(['a', 'b'])).json, { tags: ['a', 'b'] })
      has((await patch({ add: ['c', 'a'], remove: ['b', 'never'] })).json, { tags: ['a', 'c'] })
      const many = Array.from({ length: 12 }, (_, at) => `t${at}`)
      const answers = await Promise.all(many.map(tag => patch({ add: [tag] })))
      for (const answer of answers) hasStatus(answer, 200)
      assert.deepEqual((await world.send(`/notes/${id}`)).json.tags?.toSorted(), ['a', 'c', ...many].sort())
      for (const wrong of ['a', { add: 'a' }, { add: [''] }, { put: ['a'] }, 5]) isProblem(await patch(wrong), 422)
      has((await patch(null)).json, { tags: [] })
    },
  },
  {
    row: 'H28',
    title: 'the media type may be merge-patch or plain JSON, in any case and in UTF-8',
    async run(world) {
      const { id } = await world.upload()
      for (const type of ['application/merge-patch+json', 'application/json', 'Application/JSON; charset="UTF-8"']) {
        const headers = { ...as('alice'), 'content-type': type }
        hasStatus(await world.send(`/notes/${id}`, { method: 'PATCH', headers, body: `{"title":"é"}` }), 200, type)
      }
      assert.equal((await world.send(`/notes/${id}`)).json.title, 'é')
    },
  },
]

const listCases: readonly HttpCase[] = [
  {
    row: 'H39',
    title: 'pages by cursor have Link next with the filters kept, no last, and none on the last page',
    async run(world) {
      for (const weight of ['1', '2', '3']) {
        await post(world, [{ name: 'topic', value: 'a&b' }, { name: 'weight', value: weight }, file('x')])
        await world.upload('other')
      }
      const first = await world.send('/notes?topic=a%26b&limit=2')
      assert.equal(first.json.items.length, 2)
      const links = linksOf(first.headers.link)
      assert.deepEqual(Object.keys(links), ['next'])
      const next = new URLSearchParams(links.next?.split('?')[1])
      assert.deepEqual(
        [...next],
        [
          ['topic', 'a&b'],
          ['limit', '2'],
          ['cursor', first.json.cursor],
        ],
      )
      const second = await world.send(links.next as string)
      assert.deepEqual(
        second.json.items.map(({ fields }) => fields.weight),
        [1],
      )
      assert.deepEqual([second.json.cursor, second.headers.link ?? null], [null, null])
    },
  },
  {
    row: 'H39',
    title: 'pages by offset have Link prev too',
    async run(world) {
      for (const name of ['a', 'b', 'c', 'd', 'e']) await world.upload(name, { path: '/drafts', name })
      const middle = await world.send('/drafts?sort=filename&visibility=public&offset=2')
      assert.deepEqual(
        middle.json.items.map(({ filename }) => filename),
        ['c', 'd'],
      )
      const links = linksOf(middle.headers.link)
      assert.deepEqual(Object.keys(links).sort(), ['next', 'prev'])
      const names = async (path = '') => (await world.send(path)).json.items.map(({ filename }) => filename)
      assert.deepEqual([await names(links.prev), await names(links.next)], [['a', 'b'], ['e']])
      for (const link of Object.values(links)) assert.match(link, /visibility=public/)
    },
  },
  {
    row: 'H39',
    title: 'a cursor holds for its own question and actor only',
    async run(world) {
      for (const value of ['1', '2', '3']) await world.upload(value)
      const { cursor } = (await world.send('/notes?limit=2')).json
      for (const [query, headers] of [
        ['topic=other', {}],
        ['sort=createdAt', {}],
        ['limit=2', as('bob')],
      ] as const) {
        isProblem(await world.send(`/notes?${query}&cursor=${cursor}`, { headers }), 400, query)
      }
      hasStatus(await world.send(`/notes?limit=2&cursor=${cursor}`), 200)
    },
  },
  {
    row: 'H39',
    title: 'search text is taken literally',
    async run(world) {
      await post(world, [{ name: 'title', value: '100% _sure_ "quoted"' }, file('x')])
      await post(world, [{ name: 'title', value: '1000 surely' }, file('x')])
      for (const term of ['NEAR(', "'", '\\', '%', '_']) {
        hasStatus(await world.send(`/notes?search=${encodeURIComponent(term)}`), 200, term)
      }
      for (const term of ['100%', '_sure_', '"quoted"']) {
        assert.equal((await world.send(`/notes?search=${encodeURIComponent(term)}`)).json.items.length, 1, term)
      }
    },
  },
]

const CLAIMS = {
  'x-forwarded-host': 'evil.example',
  'x-forwarded-proto': 'gopher',
  'x-forwarded-prefix': '/evil.example',
  'x-original-url': '//evil.example',
  forwarded: 'host=evil.example;proto=gopher',
}

const hostCases: readonly HttpCase[] = [
  {
    row: 'H40',
    title: 'no URL is built from what a request claims of its host',
    async run(world) {
      const headers = { host: 'evil.example', ...CLAIMS }
      const formed = form(file(TEXT))
      const made = await world.send('/notes', {
        method: 'POST',
        headers: { ...as('alice'), ...formed.headers, ...headers },
        body: formed.body,
      })
      await world.upload()
      for (const answer of [
        made,
        await world.send('/notes?limit=1', { headers }),
        await world.send('/notes/none', { headers }),
      ]) {
        assert.doesNotMatch(answer.text + JSON.stringify(answer.headers), /evil|gopher/)
      }
      assert.equal(made.headers.location, `${PUBLIC_URL}/notes/${made.json.id}`)
    },
  },
  {
    row: 'H40',
    title: 'an absolute-form target is its path alone',
    socketOnly: true,
    async run(world) {
      const { id } = await world.upload()
      for (const origin of ['http://evil.example', 'http://user@evil.example:99', 'HTTP://evil.example']) {
        const answer = await world.send(`${origin}/notes?limit=1`)
        // The server of a framework may know the scheme in small letters only.
        if (!origin.startsWith('HTTP') || answer.status !== 400) hasStatus(answer, 200, origin)
        assert.doesNotMatch(answer.text + JSON.stringify(answer.headers), /evil/)
      }
      assert.equal((await world.send(`http://evil.example/notes/${id}/content`)).text, TEXT)
    },
  },
  {
    row: 'H40',
    title: 'two Host lines are refused, or the first counts for nothing',
    socketOnly: true,
    async run(world) {
      await world.upload()
      const socket = world.socket()
      socket.write('GET /notes HTTP/1.1\r\nHost: evil.example\r\nHost: wicked.example\r\nConnection: close\r\n\r\n')
      const answer = (await socket.ended).toString('latin1')
      assert.match(answer, /^HTTP\/1\.1 (400|200) /)
      assert.doesNotMatch(answer, /evil|wicked/)
    },
  },
]

const digestCases: readonly HttpCase[] = [
  {
    row: 'H38',
    title: 'Repr-Digest is of the whole, in every answer; Content-Digest, where there is one, of the bytes sent',
    async run(world) {
      for (const value of [TEXT, 'y'.repeat(200_000)]) {
        const { id } = await world.upload(value)
        const path = `/notes/${id}/content`
        const table = [
          [await world.send(path), value],
          [await world.send(path, { headers: { range: 'bytes=1-7' } }), value.slice(1, 8)],
          [await world.send(path, { method: 'HEAD' }), ''],
        ] as const
        for (const [answer, sent] of table) {
          hasHeaders(answer, { 'repr-digest': digestOf(value), digest: null, 'content-md5': null })
          const content = answer.headers['content-digest']
          assert.ok(content === undefined || content === digestOf(sent), `${answer.status} ${content}`)
        }
      }
    },
  },
  {
    row: 'H38',
    title: 'a part of a small content says its Content-Digest',
    async run(world) {
      const { id } = await world.upload()
      const answer = await world.send(`/notes/${id}/content`, { headers: { range: 'bytes=-9' } })
      hasHeaders(answer, { 'content-digest': digestOf(TEXT.slice(-9)) })
    },
  },
  {
    row: 'H38',
    title: 'a digest that a sender announces is held against the bytes, each of them where there are two',
    async run(world) {
      const headers = { ...as('alice'), 'content-type': 'text/plain' }
      const send = (digests: Readonly<Record<string, string>>, body = TEXT) =>
        world.send('/notes?filename=a.txt', { method: 'POST', headers: { ...headers, ...digests }, body })
      const [right, wrong] = [digestOf(TEXT), digestOf('other')]
      for (const name of ['repr-digest', 'content-digest']) {
        hasStatus(await send({ [name]: right }), 201, name)
        hasStatus(await send({ [name]: `md5=:AAAAAAAAAAAAAAAAAAAAAA==:, ${right}` }), 201, name)
        isProblem(await send({ [name]: wrong }), 422, name)
        isProblem(await send({ [name]: 'sha-256=nonsense' }), 400, name)
      }
      isProblem(await send({ 'repr-digest': right, 'content-digest': wrong }), 422)
      isProblem(await send({ 'repr-digest': wrong, 'content-digest': right }), 422)
      hasStatus(await send({ 'repr-digest': right, 'content-digest': right }), 201)
    },
  },
]

export const recordCases: readonly HttpCase[] = [...headCases, ...patchCases, ...digestCases, ...listCases, ...hostCases]
