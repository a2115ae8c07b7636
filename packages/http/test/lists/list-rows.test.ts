import { defineKind, ownerOnly } from '@stowage/core'
import type { AssetRecord } from '@stowage/core/contracts'
import { cursorPaging, offsetPaging, pagePaging } from '@stowage/http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { as, idOf, type Library, openLibrary, START } from './open-library.ts'

const COUNT = 240
const TITLES = ['a', 'B', 'b', 'Z', 'é', 'e\u0301', '~', '日本', '😀', 'a b']
const kind = defineKind({
  name: 'doc',
  fields: z.object({ weight: z.number().optional() }),
  sorts: ['title', 'weight', 'sizeBytes', 'updatedAt'],
  policy: ownerOnly({ read: 'public' }),
})

/** Of alice and bob by turns, every third public; four at each time, titles that repeat and some without one. */
const rowOf = (at: number): Partial<AssetRecord> => ({
  createdBy: at % 2 === 0 ? 'alice' : 'bob',
  visibility: at % 3 === 0 ? 'public' : 'private',
  title: at % 7 === 0 ? null : (TITLES[at % TITLES.length] as string),
  description: `of number ${at % 50}`,
  sizeBytes: at % 5,
  tags: [`t${at % 4}`, ...(at % 6 === 0 ? ['six'] : [])],
  fields: at % 4 === 0 ? {} : { weight: (at % 9) - 4 },
  createdAt: START + Math.floor(at / 4) * 1000,
  updatedAt: START + ((at * 37) % 60) * 1000,
})

let library: Library
let records: readonly AssetRecord[]
beforeAll(async () => {
  library = await openLibrary({
    kind,
    profiles: {
      '/docs': { list: { total: 'exact', paging: cursorPaging({ max: 100 }) } },
      '/bounded': { list: { total: 'bounded' } },
      '/pages': { list: { total: 'exact', paging: pagePaging() } },
      '/offsets': { list: { total: 'exact', paging: offsetPaging() } },
    },
  })
  records = await library.insert(Array.from({ length: COUNT }, (_, at) => rowOf(at)))
})
afterAll(() => library.close())

const PEOPLE = ['alice', 'bob', 'carol'] as const
const isSeen = (actor: string) => (row: AssetRecord) => row.visibility === 'public' || row.createdBy === actor
const bytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b))
type Value = string | number | null

/** Ids in the order of a value, nulls last, ties by id. */
function sorted(rows: readonly AssetRecord[], value: (row: AssetRecord) => Value, sign: 1 | -1): string[] {
  const order = (a: Value, b: Value): number =>
    a === null || b === null
      ? Number(a === null) - Number(b === null)
      : sign * (typeof a === 'string' ? bytes(a, String(b)) : a - Number(b))
  return rows.toSorted((a, b) => order(value(a), value(b)) || sign * bytes(a.id, b.id)).map(({ id }) => id)
}
const idsOf = async (actor: string, path: string) => (await library.pages(actor, path)).flat().map(({ id }) => id)
const SORTS: Readonly<Record<string, (row: AssetRecord) => Value>> = {
  createdAt: row => row.createdAt,
  updatedAt: row => row.updatedAt,
  title: row => row.title,
  sizeBytes: row => row.sizeBytes,
  weight: row => (row.fields.weight as number | undefined) ?? null,
}

describe('lists over HTTP, on a database', () => {
  it.each(PEOPLE)('M24: what %s may not see comes before paging and counting: pages are full, totals exact', async actor => {
    const seen = records.filter(isSeen(actor))
    const pages = await library.pages(actor, '/docs?limit=7')
    expect(pages.slice(0, -1).every(page => page.length === 7)).toBe(true)
    expect(pages.flat().map(({ id }) => id)).toEqual(sorted(seen, row => row.createdAt, -1))
    for (const query of ['', 'tags=six', 'search=number', 'createdBy=alice', 'visibility=private', 'sizeBytes[gte]=3']) {
      const { items, total } = (await library.by(actor)(`/docs?limit=100&${query}`)).json
      const all = await idsOf(actor, `/docs?limit=100&${query}`)
      expect([query, total]).toEqual([query, { count: all.length, exact: true }])
      expect(items.every((item: AssetRecord) => isSeen(actor)(item))).toBe(true)
      const { json } = await library.by(actor)(`/offsets?limit=5&offset=3&${query}`)
      expect([json.items.map(({ id }: AssetRecord) => id), json.total.count]).toEqual([all.slice(3, 8), all.length])
    }
  })

  it.each(Object.keys(SORTS))(
    'M25 to M28: by %s, ties by id, nulls last, asc and desc alike, as the cursor compares',
    async sort => {
      const seen = records.filter(isSeen('alice'))
      const value = SORTS[sort] as (row: AssetRecord) => Value
      for (const sign of [1, -1] as const) {
        const path = `/docs?limit=13&sort=${sign === 1 ? '' : '-'}${sort}`
        expect(await idsOf('alice', path)).toEqual(sorted(seen, value, sign))
      }
      const [up, down] = [
        await idsOf('alice', `/docs?limit=100&sort=${sort}`),
        await idsOf('alice', `/docs?limit=100&sort=-${sort}`),
      ]
      const nulls = seen.filter(row => value(row) === null).length
      const [ups, downs] = [up.slice(0, up.length - nulls), down.slice(0, down.length - nulls)]
      expect(ups).toEqual(downs.toReversed())
    },
  )

  it('M29 to M31: rows that come, go or change under way make no other row come twice or be left out', async () => {
    const seen = records.filter(isSeen('alice')).map(({ id }) => id)
    const told: string[] = []
    const passing = new Set<string>()
    const { json } = library
    let cursor = ''
    for (let page = 0; cursor !== null; page++) {
      const answer = await library.by('alice')(`/docs?limit=20&sort=title&cursor=${cursor}`.replace(/&cursor=$/, ''))
      told.push(...answer.json.items.map(({ id }: { id: string }) => id))
      cursor = answer.json.cursor
      if (page > 3) continue
      const [fresh] = await library.insert([{ id: idOf(COUNT + page), title: 'M', createdBy: 'alice' }])
      passing.add(fresh?.id as string)
      // The very row that the cursor stands on, and one that is still to come.
      const last = answer.json.items.findLast(({ createdBy }: AssetRecord) => createdBy === 'alice')
      const other = seen.find(id => !told.includes(id) && records.find(row => row.id === id)?.createdBy === 'alice') as string
      expect((await library.by('alice')(`/docs/${last.id}`, { method: 'DELETE' })).status).toBe(204)
      expect((await json('alice')(`/docs/${other}`, { title: '!' }, { method: 'PATCH' })).status).toBe(200)
      passing.add(other).add(last.id)
    }
    const steady = (ids: readonly string[]) => ids.filter(id => !passing.has(id))
    expect(steady(told).toSorted(bytes)).toEqual(steady(seen).toSorted(bytes))
    records = records.filter(({ id }) => !passing.has(id))
    for (const id of passing) await library.stowage.trusted.delete(id).catch(() => undefined)
  })

  it('M32: bounds finer than a millisecond are kept, not cut', async () => {
    const second = new Date(START + 10_000).toISOString().slice(0, -5)
    const at = records.filter(row => row.createdAt === START + 10_000 && isSeen('alice')(row)).length
    const count = async (bounds: string) => (await library.by('alice')(`/docs?${bounds}`)).json.total.count
    expect(at).toBeGreaterThan(0)
    const after = await count(`createdAt[gt]=${second}Z`)
    expect(await count(`createdAt[gte]=${second}Z`)).toBe(after + at)
    expect(await count(`createdAt[gte]=${second}.000001Z`)).toBe(after)
    expect(await count(`createdAt[gt]=${second}.000001Z`)).toBe(after)
    expect(await count(`createdAt[gte]=${second}.000Z&createdAt[lt]=${second}.000001Z`)).toBe(at)
    expect(await count(`createdAt[gte]=${second}.000Z&createdAt[lte]=${second}.999999999Z`)).toBe(at)
    const there = `${new Date(START + 10_000 + 5_400_000).toISOString().slice(0, -5)}%2B01:30`
    expect(await count(`createdAt[gte]=${there}&createdAt[lte]=${there}`)).toBe(at)
    expect(await count('createdAt[gte]=2026-03-01&createdAt[lt]=2026-03-02')).toBe(records.filter(isSeen('alice')).length)
    expect(await count('createdAt[lt]=2026-03-01')).toBe(0)
  })

  it('M33: a cursor opens for its own actor, filter and sort, unaltered', async () => {
    const { cursor } = (await library.by('alice')('/docs?limit=5&sort=title&tags=t1')).json
    const again = (query: string, actor = 'alice', of = cursor) =>
      library.send(`/docs?${query}&cursor=${of}`, { headers: as(actor) })
    expect((await again('limit=9&sort=title&tags=t1')).status).toBe(200)
    const answers = [
      await again('sort=title&tags=t1', 'bob'),
      await again('sort=title&tags=t2'),
      await again('sort=title'),
      await again('sort=-title&tags=t1'),
      await again('sort=title&tags[all]=t1'),
      await again('sort=title&tags=t1&createdAt[gte]=2026-01-01'),
      await again('words=a&ranked=true&tags=t1'),
      await again('sort=title&tags=t1', 'alice', `${cursor.slice(0, 9)}A${cursor.slice(10)}`),
    ]
    for (const [at, { status, json }] of answers.entries()) expect([at, status, json.code]).toEqual([at, 400, 'invalid_cursor'])
  })

  it.each(['0', '-1', '101', '1.5', '1e1', ''])('M34: limit=%s is 400', async limit => {
    expect((await library.by('alice')(`/docs?limit=${limit}`)).status).toBe(400)
    expect((await library.by('alice')(`/offsets?limit=${limit}`)).status).toBe(400)
    expect((await library.by('alice')(`/pages?per_page=${limit}`)).status).toBe(400)
  })

  it('M35: the last page is known as such, full or not', async () => {
    const all = records.filter(isSeen('bob')).length
    const whole = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].filter(size => all % size === 0).at(-1) as number
    for (const limit of [whole, all, Math.ceil(all / 3)].filter(size => size <= 100)) {
      const pages = await library.pages('bob', `/docs?limit=${limit}`)
      expect([limit, pages.length, pages.at(-1)?.length]).toEqual([limit, Math.ceil(all / limit), all % limit || limit])
    }
    const last = await library.by('bob')(`/offsets?limit=10&offset=${all - 10}`)
    expect([last.json.items.length, last.json.cursor]).toEqual([10, null])
    expect(last.headers.get('link')).not.toContain('next')
  })

  it('M36: pages, offsets, cursors and totals agree', async () => {
    const query = 'tags=t0&tags=t1&sort=-sizeBytes'
    const all = await idsOf('bob', `/docs?limit=9&${query}`)
    for (const size of [7, 20]) {
      const [paged, skipped]: [string[], string[]] = [[], []]
      for (let page = 1; page <= Math.ceil(all.length / size); page++) {
        const byPage = await library.by('bob')(`/pages?page=${page}&per_page=${size}&${query}`)
        const byOffset = await library.by('bob')(`/offsets?offset=${(page - 1) * size}&limit=${size}&${query}`)
        for (const [ids, { json }] of [
          [paged, byPage],
          [skipped, byOffset],
        ] as const) {
          ids.push(...json.items.map(({ id }: AssetRecord) => id))
          expect([json.total, json.cursor === null]).toEqual([{ count: all.length, exact: true }, page * size >= all.length])
        }
      }
      expect([paged, skipped]).toEqual([all, all])
    }
    const beyond = (await library.by('bob')(`/pages?page=1000000&${query}`)).json
    expect([beyond.items, beyond.cursor, beyond.total.count]).toEqual([[], null, all.length])
  })

  it('M36: a bounded total ends at 10,000 and says that it is not exact', async () => {
    const many = Array.from({ length: 10_001 }, (_, at) => ({ id: idOf(100_000 + at), createdBy: 'carol', sizeBytes: at }))
    await library.insert(many)
    const totalOf = async (path: string) => (await library.by('carol')(path)).json.total
    const open = records.filter(isSeen('carol')).length
    expect(await totalOf('/bounded?limit=1')).toEqual({ count: 10_000, exact: false })
    expect(await totalOf('/docs?limit=1')).toEqual({ count: 10_001 + open, exact: true })
    expect(await totalOf('/bounded?limit=1&createdBy=carol&sizeBytes[lt]=10000')).toEqual({ count: 10_000, exact: true })
    expect(await totalOf('/bounded?limit=1&createdBy=carol&sizeBytes[lte]=10000')).toEqual({ count: 10_000, exact: false })
  })
})
