import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ASSETS, type Client, invalid, type LibraryAsset, start } from './client.ts'

let client: Client
/** In the order they were made; every third is private. */
const made: LibraryAsset[] = []
const titles = ['Zebra', 'apple', 'Apple_1', '50% off', "O'Brien [draft]", 'say "hi"', 'Äpfel', 'b\\c']
beforeAll(async () => {
  client = await start()
  for (let number = 0; number < 24; number++) {
    const asset_type = number % 2 === 0 ? 'link' : 'collection'
    const [, { data }] = await client.create('lib_writer', {
      title: titles[number] ?? `Title ${number}`,
      description: number === 20 ? 'The only ZEBRA among numbers' : null,
      asset_type,
      external_url: `https://example.com/hidden-word/${number}`,
      is_public: number % 3 !== 0,
    })
    made.push(data)
  }
})
afterAll(() => client.server.remove())

const found = async (query: string, as = 'lib_writer'): Promise<string[]> =>
  (await client.list(as, `?per_page=100&${query}`))[1].data.map(({ title }) => title)
const search = (text: string) => found(`search=${encodeURIComponent(text)}`)

describe('the list', () => {
  it('holds twenty, newest first, and says how many there are', async () => {
    const [status, page] = await client.list('lib_writer')
    expect([status, page]).toEqual([
      200,
      {
        success: true,
        data: made.toReversed().slice(0, 20),
        pagination: { page: 1, per_page: 20, total: 24, total_pages: 2 },
      },
    ])
    expect((await client.list('lib_writer', '?page=2'))[1]).toEqual({
      success: true,
      data: made.toReversed().slice(20),
      pagination: { page: 2, per_page: 20, total: 24, total_pages: 2 },
    })
    expect((await client.list('lib_writer', '?page=9&per_page=100'))[1]).toEqual({
      success: true,
      data: [],
      pagination: { page: 9, per_page: 100, total: 24, total_pages: 1 },
    })
  })

  it('holds what is public or one’s own, in totals and searches too; the admin’s holds all', async () => {
    const open = made.filter(({ is_public }) => is_public).map(({ title }) => title)
    expect(await found('', 'lib_reader')).toEqual(open.toReversed())
    expect((await client.list('lib_reader', '?per_page=10'))[1].pagination).toEqual({
      page: 1,
      per_page: 10,
      total: 16,
      total_pages: 2,
    })
    expect((await client.list('lib_admin'))[1].pagination.total).toBe(24)
    expect(await found('search=zebra', 'lib_writer')).toEqual(['Title 20', 'Zebra'])
    expect((await client.list('lib_reader', '?search=zebra'))[1].pagination.total).toBe(1)
  })

  it('filters by type', async () => {
    expect((await client.list('lib_writer', '?asset_type=link&per_page=5'))[1].pagination).toEqual({
      page: 1,
      per_page: 5,
      total: 12,
      total_pages: 3,
    })
    expect(await found('asset_type=git')).toEqual([])
  })

  it('is sorted by title or time, either way', async () => {
    const byTitle = made.map(({ title }) => title).sort((one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other)))
    expect(await found('sort=title&order=asc')).toEqual(byTitle)
    expect(await found('sort=title')).toEqual(byTitle.toReversed())
    expect(await found('order=asc')).toEqual(made.map(({ title }) => title))
    expect(await found('sort=created_at&order=desc')).toEqual(made.map(({ title }) => title).toReversed())
    const [changed, ...others] = made
    await client.patch('lib_writer', changed?.id ?? '', { description: 'Changed' })
    expect(await found('sort=updated_at')).toEqual([changed?.title, ...others.map(({ title }) => title).toReversed()])
    expect(await found('sort=updated_at&order=asc')).toEqual([...others.map(({ title }) => title), changed?.title])
  })

  it('finds what a title or description holds, whatever its case', async () => {
    expect(await search('ZEBRA')).toEqual(['Title 20', 'Zebra'])
    expect(await search('only numbers')).toEqual(['Title 20'])
    expect(await search('apfel apple')).toEqual([])
    // Neither URLs, nor slugs, nor types.
    for (const text of ['hidden-word', 'title-20', 'collection']) expect(await search(text)).toEqual([])
    expect(await search('')).toHaveLength(24)
  })

  it.each([
    ['%', ['50% off']],
    ['_', ['Apple_1']],
    ['apple_', ['Apple_1']],
    ["'", ["O'Brien [draft]"]],
    ['"', ['say "hi"']],
    ['[draft]', ["O'Brien [draft]"]],
    ['\\', ['b\\c']],
    ['*', []],
    ['zebra OR apple', []],
    ['"zebra"', []],
    ["' or '1'='1", []],
    ['NEAR(', []],
  ])('takes %s literally in a search', async (text, expected) => {
    expect(await search(text)).toEqual(expected)
  })

  it.each([
    ['per_page=101', 'per_page'],
    ['per_page=0', 'per_page'],
    ['per_page=ten', 'per_page'],
    ['page=0', 'page'],
    ['page=-1', 'page'],
    ['page=1.5', 'page'],
    ['page=NaN', 'page'],
    ['page=99999999999999999999', 'page'],
    ['page=1&page=2', 'page'],
    ['asset_type=spreadsheet', 'asset_type'],
    ['asset_type=', 'asset_type'],
    ['sort=file_size', 'sort'],
    ['sort=id', 'sort'],
    ['sort=-title', 'sort'],
    ['sort=title;drop table assets', 'sort'],
    ['order=up', 'order'],
    ['order=DESC', 'order'],
    ['is_public=true', 'is_public'],
    ['createdBy=admin', 'createdBy'],
    ['visibility=private', 'visibility'],
    ['words=zebra', 'words'],
    ['cursor=x', 'cursor'],
    ['limit=5', 'limit'],
    ['__proto__=1', '__proto__'],
  ])('refuses ?%s', async (query, field) => {
    expect(await client.answer(`${ASSETS}?${query}`, { as: 'lib_writer' })).toEqual([400, invalid(field)])
  })
})
