import assert from 'node:assert/strict'
import type { HttpCase } from '../case.ts'
import { has, hasHeaders, hasStatus, isProblem, sha256 } from '../expectations.ts'
import { file, form } from '../wire/form.ts'
import { PUBLIC_URL } from '../world/api.ts'
import { as, TEXT, type World } from '../world/world.ts'

const rawHeaders = { ...as('alice'), 'content-type': 'text/plain' }

async function leavesNothing(world: World): Promise<void> {
  assert.equal(await world.objects(), 0)
  assert.equal((await world.send('/notes')).json.items.length, 0)
}

const typeCases: readonly HttpCase[] = [
  {
    row: 'H19',
    title: 'an upload of a type that is not taken is 415 with Accept-Post',
    async run(world) {
      const sent: [string, string][] = [
        ['text/plain', '{"title":"x"}'],
        ['application/xml', '<title>x</title>'],
        ['application/x-www-form-urlencoded', 'a=b'],
        ['multipart/mixed; boundary=x', '--x--'],
      ]
      for (const [type, body] of sent) {
        const answer = await world.send('/notes', { method: 'POST', headers: { ...as('alice'), 'content-type': type }, body })
        isProblem(answer, 415, type)
        assert.match(answer.headers['accept-post'] ?? '', /multipart\/form-data/)
      }
    },
  },
  {
    row: 'H19',
    title: 'a patch of a type that is not taken is 415 with Accept-Patch',
    async run(world) {
      const { id } = await world.upload()
      for (const type of ['text/plain', 'application/json; charset=latin1', 'application/json-patch+json', 'nonsense']) {
        const headers = { ...as('alice'), 'content-type': type }
        const answer = await world.send(`/notes/${id}`, { method: 'PATCH', headers, body: '{}' })
        isProblem(answer, 415, type)
        hasHeaders(answer, { 'accept-patch': 'application/merge-patch+json, application/json' }, type)
      }
    },
  },
  {
    row: 'H19',
    title: 'an encoded body is 415, and the answer says that none is taken encoded',
    async run(world) {
      const { headers, body } = form(file('a'))
      for (const encoding of ['gzip', 'br', 'gzip, identity']) {
        const answer = await world.send('/notes', {
          method: 'POST',
          headers: { ...as('alice'), ...headers, 'content-encoding': encoding },
          body,
        })
        isProblem(answer, 415, encoding)
        hasHeaders(answer, { 'accept-encoding': 'identity' })
      }
      await leavesNothing(world)
    },
  },
]

const PATCHES: readonly (readonly [string, number, string?])[] = [
  ['{', 400],
  ['{"title":"a","title":"b"}', 400],
  ['{"__proto__":{"x":1}}', 400],
  ['{"metadata":{"__proto__":1}}', 400],
  ['{"metadata":{"x":1e400}}', 400],
  ['['.repeat(100_000), 400],
  ['{"createdBy":"bob"}', 400],
  ['{"sizeBytes":1}', 400],
  ['\xff\xfe', 400],
  ['', 400],
  ['[]', 422, ''],
  ['"x"', 422, ''],
  ['{"title":1}', 422, '/title'],
  ['{"fields":{"topic":5}}', 422, '/fields/topic'],
  ['{"fields":{"topic":"t","weight":"heavy"}}', 422, '/fields/weight'],
  ['{"tags":"x"}', 422, '/tags'],
  ['{"tags":["a",1]}', 422, '/tags/1'],
]

const syntaxCases: readonly HttpCase[] = [
  {
    row: 'H20',
    title: 'a patch with broken syntax is 400, one with wrong values is 422 with JSON pointers',
    async run(world) {
      const { id } = await world.upload()
      const etag = (await world.send(`/notes/${id}`)).headers.etag
      for (const [body, status, pointer] of PATCHES) {
        const answer = await world.send(`/notes/${id}`, {
          method: 'PATCH',
          headers: { ...as('alice'), 'content-type': 'application/json' },
          body: Buffer.from(body, 'latin1'),
        })
        isProblem(answer, status, body.slice(0, 60))
        if (pointer !== undefined) assert.equal(answer.json.errors?.[0]?.pointer, pointer, body)
      }
      assert.equal(Reflect.get({}, 'x'), undefined, 'nothing was polluted')
      assert.equal((await world.send(`/notes/${id}`)).headers.etag, etag)
    },
  },
  {
    row: 'H20',
    title: 'a wrong form is 400, one with wrong values is 422, and neither stores anything',
    async run(world) {
      for (const [what, body, status, mention] of FORMS) {
        const answer = await world.send('/notes', {
          method: 'POST',
          headers: { ...as('alice'), ...body.headers },
          body: body.body,
        })
        isProblem(answer, status, what)
        assert.ok(answer.json.detail.includes(mention), `${what}: ${answer.json.detail}`)
        if (status === 422) assert.match(answer.json.errors?.[0]?.pointer ?? answer.json.field ?? '', /./, what)
      }
      await leavesNothing(world)
    },
  },
  {
    row: 'H20',
    title: 'a query that means nothing is 400',
    async run(world) {
      for (const query of QUERIES) {
        const answer = await world.send(`/notes?${query}`)
        isProblem(answer, 400, query.slice(0, 40))
        assert.equal(answer.json.errors, undefined)
      }
    },
  },
]

const FORMS = [
  ['no file', form({ name: 'title', value: 'x' }), 400, 'file'],
  ['two files', form(file('a'), file('b')), 400, 'two files'],
  ['an empty file', form(file('')), 400, 'empty'],
  ['a file in another field', form({ ...file('a'), name: 'upload' }), 400, '"file", not "upload"'],
  ['text in the file field', form({ name: 'file', value: 'a' }), 400, 'must be a file'],
  ['an unknown field', form({ name: 'owner', value: 'bob' }, file('a')), 400, 'owner'],
  ['an unknown field after the file', form(file('a'), { name: '__proto__', value: 'bob' }), 400, '__proto__'],
  ['a wrong field', form({ name: 'topic', value: 'x'.repeat(21) }, file('a')), 422, 'topic'],
  ['a wrong field after the file', form(file('a'), { name: 'weight', value: 'heavy' }), 422, 'weight'],
  ['malformed metadata', form({ name: 'metadata', value: '{' }, file('a')), 422, 'metadata'],
  ['a repeated field', form({ name: 'title', value: 'a' }, { name: 'title', value: 'b' }, file('a')), 400, 'title'],
  ['a name with a path', form(file('a', '../../etc/passwd')), 400, 'filename'],
  ['a name with a control', form(file('a', 'a\u0007.txt')), 400, ''],
  ['a name with bidi', form(file('a', 'a\u202etxt.exe')), 400, 'filename'],
  ['a missing end', { ...form(file('a')), body: form(file('a')).body.subarray(0, -10) }, 400, ''],
  ['malformed parts', { ...form(), body: Buffer.from('--xXstowageXx\r\nNonsense\r\n\r\n') }, 400, ''],
] as const

const QUERIES = [
  'owner=alice',
  'limit=0',
  'limit=-1',
  'limit=201',
  'limit=NaN',
  'limit=1&limit=2',
  'cursor=xx',
  'sort=sha256',
  'sort=createdAt;drop',
  'topic=%00',
  '__proto__=x',
  'filter[x]=1',
  'type=nothing',
  'weight[gte]=1',
  'ranked=true',
  'ranked=yes&words=a',
  'words=a&words=b',
  `cursor=${'x'.repeat(5000)}`,
  'offset=1',
]

const createdCases: readonly HttpCase[] = [
  {
    row: 'H21',
    title: 'an upload is 201 with Location, ETag and the asset; Location leads to the same',
    async run(world) {
      const { headers, body } = form({ name: 'title', value: 'Fox' }, file(TEXT, 'fox.txt'))
      const answer = await world.send('/notes', { method: 'POST', headers: { ...as('alice'), ...headers }, body })
      hasStatus(answer, 201)
      const { id } = answer.json
      hasHeaders(answer, { location: `${PUBLIC_URL}/notes/${id}`, 'content-type': 'application/json' })
      has(answer.json, {
        title: 'Fox',
        filename: 'fox.txt',
        contentType: 'text/plain',
        sizeBytes: TEXT.length,
        createdBy: 'alice',
        visibility: 'public',
        sha256: sha256(TEXT),
        url: `${PUBLIC_URL}/notes/${id}/content`,
      })
      const found = await world.send(new URL(answer.headers.location as string).pathname)
      assert.deepEqual([found.headers.etag, found.text], [answer.headers.etag, answer.text])
      assert.match(answer.headers.etag ?? '', /^"[^"]+"$/)
    },
  },
  {
    row: 'H21',
    title: 'fields count before and after the file, by their declared type',
    async run(world) {
      const late = [
        { name: 'weight', value: '2.5' },
        { name: 'tags', value: 'a' },
        { name: 'tags', value: 'b' },
        { name: 'metadata', value: '{"x":1}' },
      ]
      const { headers, body } = form({ name: 'topic', value: 'birds' }, file(TEXT), ...late)
      const { json } = await world.send('/notes', { method: 'POST', headers: { ...as('alice'), ...headers }, body })
      has(json, { fields: { topic: 'birds', weight: 2.5 }, tags: ['a', 'b'], metadata: { x: 1 } })
    },
  },
  {
    row: 'H21',
    title: 'a raw body is taken with its name and details in the query, or its name in Content-Disposition',
    async run(world) {
      const query = await world.send('/notes?filename=a%20b.txt&title=T', { method: 'POST', headers: rawHeaders, body: TEXT })
      hasStatus(query, 201)
      has(query.json, { filename: 'a b.txt', title: 'T', sizeBytes: TEXT.length })
      const headers = { ...rawHeaders, 'content-disposition': 'attachment; filename="x"; filename*=UTF-8\'\'%C3%A9.txt' }
      const named = await world.send('/notes', { method: 'POST', headers, body: [TEXT, TEXT] })
      has(named.json, { filename: 'é.txt', sizeBytes: 2 * TEXT.length })
    },
  },
]

export const bodyCases: readonly HttpCase[] = [...typeCases, ...syntaxCases, ...createdCases]
