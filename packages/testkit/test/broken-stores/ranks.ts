import type { AssetQuery, AssetRecord, Filter, MetadataStore } from '@stowage/core/contracts'
import { isStowageError } from '@stowage/core/contracts'
import { memoryMetadata } from '../../src/index.ts'
import { asks, type BrokenStore, type BrokenStores, broken, commits, lists } from './broken.ts'

const without = (query: AssetQuery, ...names: (keyof AssetQuery)[]): AssetQuery =>
  Object.fromEntries(Object.entries(query).filter(([name]) => !names.includes(name as keyof AssetQuery))) as unknown as AssetQuery
const ranked = (rows: string, rewrite: (query: AssetQuery) => AssetQuery) =>
  asks(rows, query => (query.ranked ? rewrite(query) : query))

const EVERYTHING = { limit: 100_000, offset: 0 }

/** The list as it is ranked, put in another order. */
const reordered =
  (order: (found: readonly AssetRecord[], query: AssetQuery) => readonly AssetRecord[]) =>
  (inner: MetadataStore): Partial<MetadataStore> => ({
    async list(query) {
      if (!query.ranked) return inner.list(query)
      await inner.list(query)
      const found = order(await inner.list({ ...query, ...EVERYTHING }), query)
      return found.slice(query.offset ?? 0, (query.offset ?? 0) + query.limit)
    },
  })

const oldestFirst = reordered(found => [...found].sort((a, b) => a.createdAt - b.createdAt))

export const brokenRanks: BrokenStores = {
  'searches everything, whatever is declared': opensWith('M61', kind => ({
    ...kind,
    searched: ['title', 'description', 'filename', 'tags'],
  })),
  'searches titles and tags of every kind': opensWith('M61', kind => ({ ...kind, searched: ['title', 'tags'] })),
  'does not rank': ranked('M62', query => without(query, 'ranked', 'after')),
  'ranks the other way round': lists('M62', (found, query) => (query.ranked ? [...found].reverse() : found)),
  'knows only whether a word is there': commits('M62', change =>
    change.op === 'putText' ? { ...change, text: [...new Set(change.text.split(' '))].join(' ') } : change,
  ),
  'takes frequent words for one': broken('M62', byCount),
  'forgets rank beside other filters': ranked('M62', query => (query.filter.op === 'and' ? without(query, 'ranked') : query)),
  'forgets other filters beside rank': ranked('M62', query => ({ ...query, filter: onlyWords(query.filter) })),
  'ranks the page': broken('M62', ranksThePage),
  'ranks oldest first': broken('M62', oldestFirst),
  'ranks by words that are not asked for': broken('M62', inner => ({
    list: query =>
      inner.list(query).catch((error: unknown) => {
        if (!query.ranked || !isStowageError(error, 'invalid_request')) throw error
        return inner.list(without(query, 'ranked', 'after'))
      }),
  })),
}

/** A store that is told something else of its kinds. */
function opensWith(
  rows: string,
  rewrite: (kind: Parameters<MetadataStore['open']>[0][number]) => Parameters<MetadataStore['open']>[0][number],
): BrokenStore {
  const make = () => {
    const inner = memoryMetadata()
    return { ...inner, open: (kinds: Parameters<MetadataStore['open']>[0]) => inner.open(kinds.map(rewrite)) }
  }
  return { make, rows: rows.split(' ') }
}

const onlyWords = (filter: Filter): Filter =>
  filter.op === 'and' ? { ...filter, filters: filter.filters.filter(({ op }) => op === 'words') } : filter

/** How long a text is counts for nothing. */
function byCount(inner: MetadataStore): Partial<MetadataStore> {
  const counts = new Map<string, number>()
  return {
    async commit(changes) {
      await inner.commit(changes)
      for (const change of changes) {
        if (change.op !== 'putText') continue
        const before = change.append ? (counts.get(change.assetId) ?? 0) : 0
        counts.set(change.assetId, before + change.text.split('wanted').length)
      }
    },
    ...reordered(found =>
      [...found].sort((a, b) => (counts.get(b.id) ?? 0) - (counts.get(a.id) ?? 0) || b.createdAt - a.createdAt),
    )(inner),
  }
}

function ranksThePage(inner: MetadataStore): Partial<MetadataStore> {
  return {
    async list(query) {
      if (!query.ranked) return inner.list(query)
      await inner.list(query)
      const page = new Set(
        (await inner.list({ ...without(query, 'ranked'), sort: { column: 'createdAt', direction: 'desc' } })).map(({ id }) => id),
      )
      return (await inner.list({ ...query, ...EVERYTHING })).filter(({ id }) => page.has(id))
    },
  }
}
