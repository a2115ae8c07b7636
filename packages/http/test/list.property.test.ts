import type { Asset, UploadInput } from '@stowage/core'
import { cursorPaging, type Paging } from '@stowage/http'
import { fakeClock } from '@stowage/testkit'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { as, openApi } from './open-api.ts'
import { type Send, transports } from './transports.ts'

const WORDS = ['Red', 'blue', 'größe', 'Größe x', 'a%b', 'a_b', "it's", '日本', ''] as const
const TAGS = ['one', 'two', 'Two', 'tag,comma', 'größe'] as const
const paging: Paging = cursorPaging({ default: 5, max: 40 })
const SORTS = ['createdAt', 'updatedAt', 'title', 'filename', 'sizeBytes'] as const
const TYPES = ['text', 'image', 'file', 'pdf'] as const
const PEOPLE = ['alice', 'bob', 'nobody'] as const

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

const START = Date.parse('2026-01-31T23:00:00Z')
/** Of the 70 assets, each a minute after the one before. */
const MOMENTS = [
  '2026-01-31T23:20:00Z',
  '2026-02-01',
  '2026-02-01T01:00:00.5+01:00',
  '2026-02-01T00:10:00.0005Z',
  '2027-01-01',
] as const

const everything = fc.record({
  type: fc.subarray([...TYPES], { minLength: 1, maxLength: 2 }),
  visibility: fc.subarray(['public', 'private'], { minLength: 1, maxLength: 2 }),
  createdBy: fc.subarray([...PEOPLE], { minLength: 1, maxLength: 2 }),
  'tags[all]': fc.subarray([...TAGS], { minLength: 1, maxLength: 2 }),
  'sizeBytes[gte]': fc.integer({ min: 0, max: 5 }),
  'sizeBytes[lt]': fc.integer({ min: 0, max: 5 }),
  'weight[gt]': fc.constantFrom(-1, 0, 2.4),
  'weight[lte]': fc.constantFrom(-1, 0, 2.5),
  'createdAt[gte]': fc.constantFrom(...MOMENTS),
  'updatedAt[lt]': fc.constantFrom(...MOMENTS),
  tags: fc.subarray([...TAGS, 'none'], { minLength: 1, maxLength: 2 }),
  topic: fc.subarray(['x', 'y', 'X', 'z'], { minLength: 1, maxLength: 3 }),
  weight: fc.subarray(['-1', '0', '2.5', '7'], { minLength: 1, maxLength: 2 }),
  search: fc.array(fc.constantFrom('red', 'GROSSE', 'grosse', 'GRÖ', 'o', 'a%', '_', "'", '本', 'txt', 'two'), { maxLength: 2 }),
  sort: fc.tuple(fc.constantFrom('', '-'), fc.constantFrom(...SORTS)).map(([sign, column]) => `${sign}${column}`),
  limit: fc.integer({ min: 1, max: 40 }).map(String),
})
type Everything = typeof everything extends fc.Arbitrary<infer T> ? T : never
const NAMES = Object.keys(fc.sample(everything, 1)[0] as object) as (keyof Everything)[]

/** A question with at most so many parameters: with all of them, hardly anything would be found. */
const asking = (most: number): fc.Arbitrary<Partial<Everything>> =>
  fc
    .tuple(everything, fc.subarray(NAMES, { maxLength: most }))
    .map(([all, names]) => Object.fromEntries(names.map(name => [name, all[name]])))
const query = asking(4)
type Query = Partial<Everything>

let opened: Awaited<ReturnType<typeof openApi>>
let send: Send
let close: () => Promise<void>
let assets: Asset[]

beforeAll(async () => {
  const clock = fakeClock({ now: START })
  opened = await openApi({ profile: { list: { paging } }, clock })
  ;({ send, close } = await (transports[1] as (typeof transports)[number]).open(opened.api))
  assets = []
  for (const given of fc.sample(record, { numRuns: 70, seed: 11 })) {
    assets.push(await opened.stowage.as({ id: assets.length % 3 === 0 ? 'bob' : 'alice' }).upload(given as UploadInput))
    await clock.advance(60_000)
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
    return (Array.isArray(value) ? value : [value]).map((one): [string, string] => [name, String(one)])
  })
const pathOf = (params: readonly [string, string][]): string => `/notes?${new URLSearchParams(params as [string, string][])}`

const folded = (text: string | null): string =>
  (text ?? '').normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().replaceAll('ß', 'ss')
const bytesOrder = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b))

/** The list as one would write it over an array. */
function naive({ sort = '-createdAt', search = [], type, visibility, createdBy, tags, topic, weight, ...rest }: Query): Asset[] {
  const found = assets.filter(
    asset =>
      (type === undefined || type.includes(asset.type as 'text')) &&
      (createdBy === undefined || createdBy.includes(asset.createdBy as 'bob')) &&
      (rest['tags[all]'] ?? []).every(tag => asset.tags.includes(tag)) &&
      within(asset, rest) &&
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

function within(asset: Asset, asked: Partial<Query>): boolean {
  const weight = asset.fields.weight as number | undefined
  // Dates of JavaScript leave out what is finer than milliseconds.
  const moment = (text: string) => Date.parse(text) + (text.endsWith('.0005Z') ? 0.5 : 0)
  const bounds: [unknown, (bound: never) => boolean][] = [
    [asked['sizeBytes[gte]'], (bound: number) => (asset.sizeBytes ?? 0) >= bound],
    [asked['sizeBytes[lt]'], (bound: number) => (asset.sizeBytes ?? 0) < bound],
    [asked['weight[gt]'], (bound: number) => weight !== undefined && weight > bound],
    [asked['weight[lte]'], (bound: number) => weight !== undefined && weight <= bound],
    [asked['createdAt[gte]'], (bound: string) => asset.createdAt.getTime() >= moment(bound)],
    [asked['updatedAt[lt]'], (bound: string) => asset.updatedAt.getTime() < moment(bound)],
  ]
  return bounds.every(([bound, holds]) => bound === undefined || holds(bound as never))
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
      'weight[lt]',
      'createdAt[gte]',
      'words',
      'ranked',
      'tags[all]',
      'createdBy',
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
      fc.asyncProperty(asking(2), asking(2), async (first, second) => {
        const asked = ({ limit: _limit, ...given }: Query) => paramsOf(given)
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
