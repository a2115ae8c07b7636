import type { AssetQuery, AssetRecord, Filter, JobRecord, MetadataStore } from '@stowage/core/contracts'
import { StowageError } from '@stowage/core/contracts'
import { asks, type BrokenStores, broken, lists } from './broken.ts'
import { rewritten } from './rewritten.ts'

const filters = (rows: string, rewrite: (part: Filter) => Filter) =>
  asks(rows, query => ({ ...query, filter: rewritten(query.filter, rewrite) }))

const without = <T extends object>(of: T, name: keyof T): T =>
  Object.fromEntries(Object.entries(of).filter(([one]) => one !== name)) as T

const sortedBy = (asset: AssetRecord, { sort }: AssetQuery) =>
  typeof sort.column === 'string' ? asset[sort.column] : (asset.fields[sort.column.field] ?? null)

const EVERYTHING = { limit: 100_000 }

/** Puts all that is found in another order, then cuts the page out of it. */
const ordered = (rows: string, compare: (a: AssetRecord, b: AssetRecord, query: AssetQuery) => number) =>
  broken(rows, inner => ({
    async list(query) {
      await inner.list(query)
      const all = await inner.list({ ...without(without(query, 'after'), 'offset'), ...EVERYTHING })
      const sorted = [...all].sort((a, b) => compare(a, b, query))
      const { after, offset = 0, limit } = query
      const from = after ? sorted.findIndex(({ id }) => id === after.id) + 1 : offset
      return sorted.slice(from, from + limit)
    },
  }))

const folded = (text: string): string => text.toLowerCase()
const wild = (term: string): RegExp =>
  new RegExp(
    term
      .replace(/[.*+?^${}()|[\]]/g, '\\$&')
      .replaceAll('%', '.*')
      .replaceAll('_', '.'),
    'iu',
  )

export const brokenReads: BrokenStores = {
  'takes any of no tags for all assets': filters('M18', part =>
    part.op === 'tags' && part.match === 'any' && part.tags.length === 0 ? { op: 'all' } : part,
  ),
  'splits tags at commas': filters('M19', part =>
    part.op === 'tags' ? { ...part, tags: part.tags.flatMap(tag => tag.split(',')) } : part,
  ),
  'takes % and _ for wildcards': broken('M20', inner => ({
    async list(query) {
      const { filter } = query
      if (filter.op !== 'search') return inner.list(query)
      const all = await inner.list({ ...query, filter: { op: 'all' } })
      return all.filter(({ title }) => filter.terms.every(term => wild(term).test(title ?? '')))
    },
  })),
  'lists everything for a column that it does not know': broken('M6 M21', inner => ({
    list: query =>
      inner.list(query).catch((error: unknown) => {
        if (!(error instanceof StowageError) || error.code !== 'invalid_request') throw error
        return inner.list({ ...query, filter: { op: 'all' }, sort: { column: 'id', direction: 'asc' } })
      }),
  })),
  'folds the case of ASCII only': broken('M22', inner => ({
    async list(query) {
      const { filter } = query
      if (filter.op !== 'search') return inner.list(query)
      const all = await inner.list({ ...query, filter: { op: 'all' } })
      return all.filter(({ title }) => filter.terms.every(term => folded(title ?? '').includes(folded(term))))
    },
  })),
  'reads the first four words of a search': filters('M23', part =>
    part.op === 'search' ? { ...part, terms: part.terms.slice(0, 4) } : part,
  ),
  'counts what the caller may not see': broken('M24 M36', inner => ({
    count: (query, max) => inner.count({ ...query, filter: { op: 'all' } }, max),
  })),
  'shows other kinds': broken('M24 M28', inner => ({
    async list(query) {
      const others =
        query.kind === 'file' ? await inner.list({ ...query, kind: 'other', filter: { op: 'all' } }).catch(() => []) : []
      return [...(await inner.list(query)), ...others].slice(0, query.limit)
    },
  })),
  'calls every count exact': broken('M24 M36', inner => ({
    count: async (query, max) => ({ ...(await inner.count(query, max)), exact: true }),
  })),
  'puts ties in any order': ordered('M25', (a, b, query) => {
    const [x, y] = [sortedBy(a, query), sortedBy(b, query)]
    if (x === y) return a.id < b.id === (query.sort.direction === 'asc') ? 1 : -1
    return 0
  }),
  'puts null first': ordered('M26', (a, b, query) => Number(sortedBy(b, query) === null) - Number(sortedBy(a, query) === null)),
  'sorts ids upwards in both directions': lists('M25 M27', (found, query) =>
    [...found].sort((a, b) => (sortedBy(a, query) === sortedBy(b, query) ? (a.id < b.id ? -1 : 1) : 0)),
  ),
  'sorts strings by UTF-16': ordered('M28', (a, b, query) => {
    const [x, y] = [sortedBy(a, query), sortedBy(b, query)]
    if (typeof x !== 'string' || typeof y !== 'string' || x === y) return 0
    return x < y === (query.sort.direction === 'asc') ? -1 : 1
  }),
  'begins a page with the row of its position': broken('M28 M35', includesPosition),
  'counts rows instead of going by position': broken('M29', byCounting),
  'starts again where the row of a position is gone': broken('M30', inner => ({
    async list(query) {
      const { after } = query
      const there = after && (await inner.getAsset({ kind: query.kind, id: after.id }))
      return inner.list(after && !there ? without(query, 'after') : query)
    },
  })),
  'goes on from where the row of a position is now': broken('M31', inner => ({
    async list(query) {
      const { after } = query
      const now = after && (await inner.getAsset({ kind: query.kind, id: after.id }))
      const value = now ? (sortedBy(now, query) as string) : after?.value
      return inner.list(after && value !== undefined ? { ...query, after: { ...after, value } } : query)
    },
  })),
  'takes a position for a number of rows': broken('M33', inner => ({
    list: query => inner.list(query.after ? { ...without(query, 'after'), offset: query.limit } : query),
  })),
  'takes limit 0 for no limit': asks('M34', query => (query.limit === 0 ? { ...query, ...EVERYTHING } : query)),
  'wraps round after the last page': broken('M35', inner => ({
    async list(query) {
      const page = await inner.list(query)
      return page.length === 0 && query.offset ? inner.list({ ...query, offset: 0 }) : page
    },
  })),
  'skips whole pages only': asks('M36', query =>
    query.offset ? { ...query, offset: Math.floor(query.offset / 10) * 10 } : query,
  ),
  'hands out a job twice': broken('M40', handsOutTwice),
  'lists what is being deleted': asks('M41', query => ({ ...query, states: [...(query.states ?? ['ready']), 'deleting'] })),
  'finds what is being deleted by its id': broken('M41', inner => ({
    getAsset: ref => inner.getAsset({ ...ref, states: [...(ref.states ?? ['ready']), 'deleting'] }),
  })),
  'begins sequences again': broken('M45', inner => ({ nextInSequence: async name => (await inner.nextInSequence(name)) % 16 })),
}

function includesPosition(inner: MetadataStore): Partial<MetadataStore> {
  return {
    async list(query) {
      const { after } = query
      const page = await inner.list(query)
      const there = after && (await inner.getAsset({ kind: query.kind, id: after.id }))
      return there ? [there, ...page].slice(0, query.limit) : page
    },
  }
}

/** Every next page skips as many rows as were given before it. */
function byCounting(inner: MetadataStore): Partial<MetadataStore> {
  const given = new Map<string, number>()
  return {
    async list(query) {
      const skipped = (query.after && given.get(query.after.id)) ?? 0
      const page = await inner.list(skipped > 0 ? { ...without(query, 'after'), offset: skipped } : query)
      const last = page.at(-1)
      if (last) given.set(last.id, skipped + page.length)
      return page
    },
  }
}

function handsOutTwice(inner: MetadataStore): Partial<MetadataStore> {
  let before: readonly JobRecord[] = []
  return {
    async claimJobs(options) {
      const claimed = await inner.claimJobs(options)
      const again = before.map(job => ({ ...job, leaseToken: options.leaseToken }))
      before = claimed
      return claimed.length > 0 ? [...claimed, ...again.slice(0, 1)].slice(0, options.limit + 1) : claimed
    },
  }
}
