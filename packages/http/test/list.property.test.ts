import type { Asset, UploadInput } from '@stowage/core'
import { cursorPaging, type Paging } from '@stowage/http'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { as, openApi } from './open-api.ts'
import { type Send, transports } from './transports.ts'

const WORDS = ['Red', 'blue', 'größe', 'Größe x', 'a%b', 'a_b', "it's", '日本', ''] as const
const TAGS = ['one', 'two', 'Two', 'tag,comma', 'größe'] as const
const paging: Paging = cursorPaging({ default: 5, max: 40 })
const SORTS = ['createdAt', 'updatedAt', 'title', 'filename', 'sizeBytes'] as const

const record = fc.record(
  {
    title: fc.constantFrom(...WORDS),
    description: fc.constantFrom(...WORDS),
    filename: fc.constantFrom('b.txt', 'a.txt', 'B.txt', 'größe.txt', 'c'),
    visibility: fc.constantFrom('public', 'private'),
    tags: fc.uniqueArray(fc.constantFrom(...TAGS), { maxLength: 3 }),
    fields: fc.record({ topic: fc.constantFrom('x', 'y', 'X'), weight: fc.constantFrom(-1, 0, 2.5) }, { requiredKeys: [] }),
    body: fc.integer({ min: 1, max: 4 }).map(size => Buffer.alloc(size, 'x')),
    contentType: fc.constantFrom('text/plain', 'application/octet-stream'),
  },
  { requiredKeys: ['body'] },
)

const some = <T>(value: fc.Arbitrary<T>) => fc.option(value, { freq: 3, nil: undefined })
const query = fc.record({
  type: some(fc.subarray(['text', 'image', 'other', 'document'], { minLength: 1, maxLength: 2 })),
  visibility: some(fc.subarray(['public', 'private', 'secret'], { minLength: 1, maxLength: 2 })),
  tags: some(fc.subarray([...TAGS, 'none'], { minLength: 1, maxLength: 2 })),
  topic: some(fc.subarray(['x', 'y', 'X', 'z'], { minLength: 1, maxLength: 3 })),
  weight: some(fc.subarray(['-1', '0', '2.5', '7'], { minLength: 1, maxLength: 2 })),
  search: some(
    fc.array(fc.constantFrom('red', 'GROSSE', 'grosse', 'GRÖ', 'o', 'a%', '_', "'", '本', 'txt', 'two'), { maxLength: 2 }),
  ),
  sort: some(fc.tuple(fc.constantFrom('', '-'), fc.constantFrom(...SORTS)).map(([sign, column]) => `${sign}${column}`)),
  limit: some(fc.integer({ min: 1, max: 40 }).map(String)),
})
type Query = typeof query extends fc.Arbitrary<infer T> ? T : never

let opened: Awaited<ReturnType<typeof openApi>>
let send: Send
let close: () => Promise<void>
let assets: Asset[]

beforeAll(async () => {
  opened = await openApi({ profile: { list: { paging } } })
  ;({ send, close } = await (transports[1] as (typeof transports)[number]).open(opened.api))
  assets = []
  for (const given of fc.sample(record, { numRuns: 70, seed: 11 })) {
    assets.push(await opened.stowage.as({ id: 'alice' }).upload(given as UploadInput))
  }
})
afterAll(async () => {
  await close()
  await opened.close()
})

const paramsOf = (asked: Query): [string, string][] =>
  Object.entries(asked).flatMap(([name, value]) => {
    if (value === undefined) return []
    if (name === 'search') return [[name, (value as string[]).join(' ')] as [string, string]]
    return (Array.isArray(value) ? value : [value]).map((one): [string, string] => [name, one])
  })
const pathOf = (params: readonly [string, string][]): string => `/notes?${new URLSearchParams(params as [string, string][])}`

const folded = (text: string | null): string =>
  (text ?? '').normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().replaceAll('ß', 'ss')
const bytesOrder = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b))

/** The list as one would write it over an array. */
function naive({ sort = '-createdAt', search = [], type, visibility, tags, topic, weight }: Query): Asset[] {
  const found = assets.filter(
    asset =>
      (type === undefined || type.includes(asset.type)) &&
      (visibility === undefined || visibility.includes(asset.visibility)) &&
      (tags === undefined || asset.tags.some(tag => tags.includes(tag as 'one'))) &&
      (topic === undefined || topic.includes(asset.fields.topic as 'x')) &&
      (weight === undefined || weight.map(Number).includes(asset.fields.weight as number)) &&
      search.every(term =>
        [asset.title, asset.description, asset.filename, ...asset.tags].some(text => folded(text).includes(folded(term))),
      ),
  )
  const column = sort.replace('-', '') as (typeof SORTS)[number]
  const sign = sort.startsWith('-') ? -1 : 1
  return found.sort((a, b) => inOrder(a[column], b[column], sign) || sign * bytesOrder(String(a.id), String(b.id)))
}

/** Null sorts last in both directions. */
function inOrder(a: Asset['title'] | Date | number, b: Asset['title'] | Date | number, sign: number): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null)
  return sign * (typeof a === 'string' ? bytesOrder(a, String(b)) : Number(a) - Number(b))
}

async function pages(asked: Query): Promise<unknown[]> {
  const ids: unknown[] = []
  let cursor: string | null = null
  do {
    const params = paramsOf(asked)
    const answer = await send(pathOf(cursor === null ? params : [...params, ['cursor', cursor]]))
    expect(answer.status, answer.text).toBe(200)
    ids.push(...answer.json.items.map((item: { id: unknown }) => item.id))
    cursor = answer.json.cursor
  } while (cursor !== null)
  return ids
}

describe('a list of 70 assets', () => {
  test('holds, for any question and page size, what a loop over all of them finds, in its order', async () => {
    await fc.assert(
      fc.asyncProperty(query, async asked => {
        expect(await pages(asked)).toEqual(naive(asked).map(({ id }) => id))
      }),
      { numRuns: 100 },
    )
  })

  test('any text in its parameters is answered or refused, never failed at', async () => {
    const name = fc.constantFrom(
      'type',
      'visibility',
      'tags',
      'topic',
      'weight',
      'search',
      'sort',
      'limit',
      'cursor',
      '__proto__',
    )
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 8 }),
      fc.constantFrom('', '-', '"', "'", '*', 'a*', '%', 'x NEAR y', '1e400'),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(name, text), { maxLength: 4 }), async params => {
        const { status } = await send(pathOf(params.map(([key, value]) => [key, value.toWellFormed()])))
        expect([200, 400]).toContain(status)
      }),
      { numRuns: 100 },
    )
  })
})

describe('a cursor', () => {
  const start = async (path: string): Promise<string> => (await send(path, { headers: as('alice') })).json.cursor
  const refused = async (path: string, headers = as('alice')) => {
    const answer = await send(path, { headers })
    expect([answer.status, answer.json.code]).toEqual([400, 'invalid_cursor'])
  }

  test('with any one character changed, left out or added is refused', async () => {
    const cursor = await start('/notes?limit=3&sort=title')
    const character = fc.constantFrom(...'ABab09-_.~+/= %'.split(''))
    await fc.assert(
      fc.asyncProperty(fc.nat(cursor.length), fc.nat(1), fc.option(character, { nil: '' }), async (at, drop, put) => {
        const changed = cursor.slice(0, at) + put + cursor.slice(at + drop)
        fc.pre(changed !== cursor)
        await refused(
          pathOf([
            ['limit', '3'],
            ['sort', 'title'],
            ['cursor', changed],
          ]),
        )
      }),
      { numRuns: 250 },
    )
  })

  test('opens for its own question alone: another filter, search, sort or actor is refused', async () => {
    await fc.assert(
      fc.asyncProperty(query, query, async (first, second) => {
        const asked = (given: Query) => paramsOf({ ...given, limit: undefined })
        const page = await send(pathOf([...asked(first), ['limit', '1']]), { headers: as('alice') })
        fc.pre(page.json.cursor !== null)
        const cursor: [string, string] = ['cursor', page.json.cursor]
        expect((await send(pathOf([...asked(first), cursor]), { headers: as('alice') })).status).toBe(200)
        await refused(pathOf([...asked(first), cursor]), as('bob'))
        await refused(pathOf([...asked(first), cursor]), {} as ReturnType<typeof as>)
        const meaning = ({ sort = '-createdAt', search = [], limit: _limit, ...filters }: Query) =>
          JSON.stringify([sort, search, filters])
        if (meaning(first) !== meaning(second)) await refused(pathOf([...asked(second), cursor]))
      }),
      { numRuns: 100 },
    )
  })
})
