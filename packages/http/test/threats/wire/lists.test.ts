import { tagsFilter } from '@stowage/http'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { file, form } from '../../form.ts'
import { alice, openWire, sharedWire } from './wire-server.ts'

const server = sharedWire()
const TITLES = [
  '100%',
  '100',
  'a_b',
  'aXb',
  'back\\slash',
  '"quoted"',
  "it's",
  'near(a b)',
  'NEAR',
  'plus+plus',
  'star*',
  'ünïcode',
  "'; drop table assets; --",
]

beforeAll(async () => {
  for (const title of TITLES) {
    const { headers, body } = form({ name: 'title', value: title }, { name: 'tags', value: `tag ${title}` }, file('x'))
    const { status } = await server().send('/docs', { method: 'POST', headers: { ...alice, ...headers }, body })
    expect(status).toBe(201)
  }
})

async function titles(query: string): Promise<{ status: number; titles: string[] }> {
  const { status, json } = await server().send(`/docs?limit=200&${query}`)
  return { status, titles: json?.items?.flatMap(({ title }: { title: string | null }) => title ?? []) ?? [] }
}
const search = (text: string) => titles(`search=${encodeURIComponent(text)}`)

describe('threat 73: tags', () => {
  const upload = (...tags: readonly string[]) => {
    const { headers, body } = form(...tags.map(value => ({ name: 'tags', value })), file('x'))
    return server().send('/docs', { method: 'POST', headers: { ...alice, ...headers }, body })
  }
  const raw = (query: string) =>
    server().send(`/docs?filename=a.txt&${query}`, {
      method: 'POST',
      headers: { ...alice, 'content-type': 'text/plain' },
      body: 'x',
    })

  it.each([
    ['a,b'],
    ['a"b'],
    ["a'b"],
    ['a\\b'],
    ['a%b', 'a_b'],
    ['[a]'],
    ['{"a":1}'],
    ['null'],
    ['__proto__', 'constructor'],
    ['é', 'e\u0301'],
    ['😀'],
    ['a;b|c'],
  ])('%j are kept exactly, and found exactly', async (...tags) => {
    const { status, json } = await upload(...tags)
    expect([status, json.tags]).toEqual([201, tags])
    for (const tag of tags) {
      const found = await server().send(`/docs?tags=${encodeURIComponent(tag)}`)
      expect(found.json.items.map((item: { id: string }) => item.id)).toEqual([json.id])
    }
    expect((await server().send(`/docs/${json.id}`, { method: 'DELETE', headers: alice })).status).toBe(204)
  })
  it.each(['', ' ', 'a\tb', 'a\r\nb', 'a\x1bb', 'a\x85b', 'x'.repeat(201), 'x'.repeat(60_000)])('%j is refused', async tag => {
    await server().refuses(async () => (await upload(tag)).status, 422)
    await server().refuses(async () => (await upload('fine', tag)).status, 422)
    if (tag.length < 1000) await server().refuses(async () => (await raw(`tags=${encodeURIComponent(tag)}`)).status, 422)
  })
  it('101, and 10,000, are refused; the same a hundred times is one', async () => {
    const { refuses, send, upload: plain } = server()
    const many = (count: number) => Array.from({ length: count }, (_, at) => `t${at}`)
    await refuses(async () => (await upload(...many(101))).status, 413, 422)
    await refuses(async () => (await upload(...many(10_000))).status, 413, 422)
    const { id } = await plain('x')
    const headers = { ...alice, 'content-type': 'application/json' }
    const patch = (tags: readonly string[]) => send(`/docs/${id}`, { method: 'PATCH', headers, body: JSON.stringify({ tags }) })
    await refuses(async () => (await patch(many(101))).status, 422)
    await refuses(async () => (await patch(many(10_000))).status, 422)
    expect((await patch(Array<string>(10_000).fill('same'))).json.tags).toEqual(['same'])
  })
  it('that a separator splits stay exact too', async () => {
    const split = tagsFilter('all', { separator: ',' })
    expect(split(['a,b,', ',,', "c'"], 'tags')).toEqual({ op: 'tags', match: 'all', tags: ['a', 'b', "c'"] })
  })
})

describe('threat 74: search text that is syntax elsewhere', () => {
  it.each(TITLES)('%s finds exactly what holds it', async title => {
    const terms = title.toLowerCase().split(/\s+/)
    const found = await search(title)
    expect(found.status).toBe(200)
    expect(found.titles.toSorted()).toEqual(
      TITLES.filter(other => terms.every(term => other.toLowerCase().includes(term))).toSorted(),
    )
  })
  it.each([
    '%%%',
    '___',
    '\\%',
    '""""',
    'NEAR(a b, 5)',
    'a AND b',
    'NOT x',
    'title:a',
    '{title}:a',
    '^a',
    'a*',
    '(',
    ')',
    '-',
    '+a -b',
    "' OR '1'='1",
    '"a" "b',
    'rowid:1',
    '\u0000x',
    '\x1f',
    'a\x1fb',
    '💥',
  ])('%s never fails, and means itself', async text => {
    const found = await search(text)
    expect([200, 400, 422]).toContain(found.status)
    if (found.status === 200) {
      // The character that parts texts in the index is no part of any text, nor of a term.
      const terms = text.toLowerCase().replaceAll('\x1f', '').split(/\s+/)
      const possible = TITLES.filter(title => terms.every(term => `tag ${title} note.txt`.toLowerCase().includes(term)))
      expect(possible).toEqual(expect.arrayContaining(found.titles))
    }
  })
  it.each(['%', '"a" "b', 'a NEAR b', 'a* OR b', '^a', 'words:a', '-a', '(', "'", '\\', '💥', '+a'])(
    '%s in words is text too',
    async text => {
      for (const query of [`words=${encodeURIComponent(text)}`, `words=${encodeURIComponent(text)}&ranked=true`]) {
        const found = await titles(query)
        // Terms without a word hold everywhere; no file here has a text.
        expect(found).toEqual({ status: 200, titles: /[a-z]/.test(text) ? [] : expect.arrayContaining(TITLES) })
      }
    },
  )
  it('of any shape is answered, and shows nothing that does not hold it', { timeout: 60_000 }, async () => {
    const unit = fc.oneof(
      fc.constantFrom('%', '_', '\\', '"', "'", '*', '(', ')', ':', '^', '-', ' ', 'OR', 'NEAR', 'a', 'ü', '\x1f'),
      fc.string({ unit: 'binary', maxLength: 2 }),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(unit, { maxLength: 10 }), async pieces => {
        const { status } = await search(pieces.join('').toWellFormed())
        expect([200, 400, 422]).toContain(status)
      }),
      { numRuns: 120, seed: 74 },
    )
  })
  it('of great length or many words is refused', async () => {
    for (const text of ['a'.repeat(501), 'a '.repeat(11), '% '.repeat(400)]) expect((await search(text)).status).toBe(400)
  })
})

describe('threat 75: numbers and columns that are none', () => {
  it.each([
    '-1',
    '0',
    '201',
    '1e2',
    '0x10',
    '10.0',
    'NaN',
    'Infinity',
    '',
    ' 10',
    '10 ',
    '10;',
    '9007199254740993',
    '1 or 1=1',
    '१०',
    '+5',
    '10,10',
    '10\0',
  ])('limit=%s is 400', async limit => {
    await server().refuses(async () => (await server().send(`/docs?limit=${encodeURIComponent(limit)}`)).status, 400)
  })
  it.each([
    'id',
    'createdBy',
    'sha256',
    'blobId',
    'version',
    'rowid',
    'seq',
    'title;drop table assets',
    'title desc',
    '"title"',
    'title,filename',
    '--title',
    '-',
    '',
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
    'fields.topic',
    '(select 1)',
    'TITLE',
  ])('sort=%s is 400', async sort => {
    await server().refuses(async () => (await server().send(`/docs?sort=${encodeURIComponent(sort)}`)).status, 400)
  })
  it.each([
    'limit=1&limit=2',
    'sort=title&sort=title',
    'search=a&search=b',
    'cursor=x',
    'cursor=',
    'cursor=a&cursor=b',
    'offset=1',
    'page=1',
    'limit[]=1',
    'sort[column]=title',
    'where=1',
    'filter={}',
    'select=*',
    '$where=1',
    'weight=1%20or%201=1',
    'words=a&words=b',
    'ranked=true',
    'ranked=true&words=%20',
    'ranked=1&words=a',
    'ranked=true&ranked=true&words=a',
    'ranked=true&words=a&sort=title',
    'createdAt[gte]=2026-01-01&createdAt[gte]=2026-01-01',
    'createdAt[eq]=2026-01-01',
    'createdAt=2026-01-01',
    'title[gte]=a',
    'topic[gte]=a',
    'width[gte]=1',
    'tags[none]=a',
    'sizeBytes=1',
    'sizeBytes[gte]=-',
    'sizeBytes[gte]=1e3',
    'sizeBytes[gte]=',
    'weight=1e5',
    'weight=NaN',
    'weight=',
    'weight=0x1',
  ])('%s is 400', async query => {
    await server().refuses(async () => (await server().send(`/docs?${query}`)).status, 400)
  })
  it.each([
    '2026-02-30',
    '2026-13-01',
    '26-01-01',
    '2026-1-1',
    '2026-01-01T00:00:00',
    '2026-01-01 00:00:00Z',
    '2026-01-01T24:00:00Z',
    '2026-01-01T00:00:00 02:00',
    '1767225600000',
    'now',
    '-1',
    '',
    '2026-01-01;',
    '２０２６-01-01',
    'Thu, 01 Jan 2026 00:00:00 GMT',
  ])('createdAt[gte]=%s is 400, and says what a date is', async date => {
    const answer = await server().send(`/docs?createdAt[gte]=${encodeURIComponent(date)}`)
    expect([answer.status, answer.json.field]).toEqual([400, 'createdAt[gte]'])
    expect(answer.json.detail).toContain('2026-01-31T10:30:00Z')
  })
  it('in filters are values, never SQL', async () => {
    for (const value of ["x' or '1'='1", '%', '" or ""="', 'null', "'; drop table x; --", '\\']) {
      for (const name of ['topic', 'tags', 'tags[all]', 'createdBy', 'contentType']) {
        expect([name, await titles(`${name}=${encodeURIComponent(value)}`)]).toEqual([name, { status: 200, titles: [] }])
      }
      for (const name of ['type', 'visibility', 'processing', 'sizeBytes[gte]', 'createdAt[lt]', 'weight[gt]', 'ranked']) {
        await server().refuses(async () => (await titles(`${name}=${encodeURIComponent(value)}`)).status, 400)
      }
    }
    expect((await titles('')).titles).toEqual(expect.arrayContaining(TITLES))
  })
})

describe('threat 76: a question that asks for very much', () => {
  const repeat = (pair: string, times: number) => Array<string>(times).fill(pair).join('&')
  it('as the head of a request ends at what Node reads', async () => {
    const { exchange, refuses } = server()
    const bomb = `GET /docs?${repeat('tags=a', 100_000)} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`
    await refuses(async () => Number(/^HTTP\/1\.1 (\d+)/.exec(await exchange(bomb))?.[1]), 431)
  })
  it.each([
    ['101 tags', repeat('tags=a', 101)],
    ['2,000 tags', repeat('tags=a', 2000)],
    ['2,000 values of a field', repeat('topic=a', 2000)],
    ['2,000 numbers', repeat('weight=1', 1800)],
    ['2,000 searches', repeat('search=a', 1500)],
    ['2,000 unknown names', Array.from({ length: 1500 }, (_, at) => `x${at}=1`).join('&')],
  ])('%s are 400', async (_, query) => {
    await server().refuses(async () => (await server().send(`/docs?${query}`)).status, 400)
  })
  it('through fetch, where no head limits it, is 400 all the same', async () => {
    const asked = async (query: string) => (await server().api.fetch(new Request(`http://x/docs?${query}`))).status
    for (const query of [repeat('tags=a', 100_000), repeat('type=image', 100_000), `search=${'a%20'.repeat(100_000)}`]) {
      await server().refuses(() => asked(query), 400)
    }
  })
  it('in one value that a profile splits is 400 over 1,000', async () => {
    const wire = await openWire({ profile: { list: { filter: { tags: tagsFilter('any', { separator: ',' }) } } } })
    expect((await wire.send(`/docs?tags=${'a,'.repeat(500)}`)).status).toBe(200)
    await wire.refuses(
      async () => (await wire.send(`/docs?tags=${Array.from({ length: 2000 }, (_, at) => `t${at}`)}`)).status,
      400,
    )
  })
})
