import type { AssetQuery, AssetRecord, Change, Column, Filter, KindSchema, MetadataStore, Scalar } from '@stowage/core/contracts'
import { isStowageError } from '@stowage/core/contracts'
import { memoryMetadata } from '@stowage/testkit'
import fc from 'fast-check'
import { expect } from 'vitest'
import { asset } from './records.ts'

const KINDS: readonly KindSchema[] = [
  {
    name: 'file',
    fields: [
      { name: 'part', type: 'string', indexed: true },
      { name: 'score', type: 'number', indexed: true },
      { name: 'flag', type: 'boolean', indexed: false },
    ],
    sorts: ['title', 'updatedAt', 'sizeBytes', { field: 'score' }, { field: 'flag' }],
    searched: ['title', 'filename', 'tags'],
  },
]
const WORDS = ['alpha', 'Beta', 'gämma', 'ALPHABET', 'be', '100%', 'ß', '😀x', '']
const SCRIPTS = ['e-mail', '東京都', '都', 'カタ', 'Ａｌｐｈａ', 'co\u00adop', 'naïve’s', 'ไทย', '½', '①']
const TAGS = ['a', 'b', 'c', 'A', 'alpha']
const STATES = ['ready', 'uploading', 'deleting', 'failed'] as const

const word = fc.constantFrom(...WORDS)
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { freq: 4 })

const record: fc.Arbitrary<Partial<AssetRecord>> = fc.record({
  space: fc.constantFrom('s1', 's2'),
  createdBy: maybe(fc.constantFrom('u1', 'u2')),
  type: fc.constantFrom('image', 'pdf'),
  state: fc.constantFrom('ready', 'ready', 'ready', ...STATES),
  title: maybe(fc.array(word, { maxLength: 3 }).map(words => words.join(' '))),
  description: maybe(word),
  filename: maybe(word),
  sizeBytes: maybe(fc.integer({ min: 0, max: 3 })),
  tags: fc.array(fc.constantFrom(...TAGS), { maxLength: 3 }),
  fields: fc.record({ part: word, score: fc.constantFrom(-1, 0.5, 2), flag: fc.boolean() }, { requiredKeys: [] }),
  createdAt: fc.integer({ min: 1_700_000_000_000, max: 1_700_000_000_005 }),
})

const columns: [Column, fc.Arbitrary<Scalar>][] = [
  ['space', fc.constantFrom('s1', 's2', 's3')],
  ['createdBy', fc.constantFrom('u1', 'u3')],
  ['type', fc.constantFrom('image', 'audio')],
  ['title', word],
  ['filename', word],
  ['sizeBytes', fc.constantFrom<Scalar>(0, 1, 2, 'x')],
  ['createdAt', fc.integer({ min: 1_700_000_000_000, max: 1_700_000_000_005 })],
  [{ field: 'part' }, word],
  [{ field: 'score' }, fc.constantFrom<Scalar>(-1, 0.5, 1, 'x', true)],
  [{ field: 'flag' }, fc.constantFrom<Scalar>(true, false, 1)],
]

const comparison: fc.Arbitrary<Filter> = fc
  .constantFrom(...columns)
  .chain(([column, value]) =>
    fc.oneof(
      fc.record({ op: fc.constantFrom('eq', 'lt', 'lte', 'gt', 'gte'), column: fc.constant(column), value }),
      fc.record({ op: fc.constant('in' as const), column: fc.constant(column), values: fc.array(value, { maxLength: 30 }) }),
      fc.record({ op: fc.constant('isNull' as const), column: fc.constant(column) }),
    ),
  )
const leaf: fc.Arbitrary<Filter> = fc.oneof(
  { weight: 4, arbitrary: comparison },
  fc.record({ op: fc.constantFrom('all', 'none') }),
  fc.record({
    op: fc.constant('tags' as const),
    match: fc.constantFrom('any', 'all', 'none'),
    tags: fc.array(fc.constantFrom(...TAGS, 'x'), { maxLength: 3 }),
  }),
  fc.record({
    op: fc.constant('search' as const),
    terms: fc.array(fc.constantFrom(...WORDS, 'lph', 'ALP', 'amma', 'xyz', 'SS'), { maxLength: 2 }),
  }),
  fc.record({
    op: fc.constant('words' as const),
    terms: fc.array(fc.constantFrom(...WORDS, ...SCRIPTS, 'lph'), { maxLength: 2 }),
  }),
)
const { filter } = fc.letrec<{ filter: Filter }>(tie => ({
  filter: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    leaf,
    fc.record({ op: fc.constantFrom('and', 'or'), filters: fc.array(tie('filter'), { maxLength: 3 }) }),
    fc.record({ op: fc.constant('not' as const), filter: tie('filter') }),
  ),
}))
const query: fc.Arbitrary<AssetQuery> = fc.record({
  kind: fc.constant('file'),
  filter,
  states: fc.oneof(fc.constant(['ready'] as const), fc.uniqueArray(fc.constantFrom(...STATES))),
  sort: fc.record({
    column: fc.constantFrom('createdAt', 'createdAt', 'id' as const, ...columns.map(([column]) => column)),
    direction: fc.constantFrom('asc', 'desc'),
  }),
  limit: fc.integer({ min: 1, max: 12 }),
})

const idOf = (i: number): string => `a${String((i * 37) % 90).padStart(2, '0')}`

// What is derived from a row has to follow it through every kind of change.
function history(): Change[] {
  const inserted = fc.sample(record, { numRuns: 90, seed: 7 })
  const text = fc.array(fc.constantFrom(...WORDS, ...SCRIPTS), { maxLength: 4 }).map(words => words.join('. '))
  const texts = fc.sample(fc.tuple(fc.nat(89), text, fc.boolean()), { numRuns: 150, seed: 9 })
  const put = texts.map(([i, text, append]): Change => ({ op: 'putText', assetId: idOf(i), kind: 'file', text, append }))
  const changed = fc.sample(fc.tuple(fc.nat(89), record), { numRuns: 120, seed: 8 })
  return [
    ...inserted.map((given, i): Change => ({ op: 'insertAsset', asset: asset(idOf(i), given) })),
    ...put,
    ...changed.map(([i, { space: _space, createdBy: _createdBy, createdAt: _createdAt, ...given }], round): Change => {
      const { tags, state, ...rest } = given
      const set =
        round % 4 === 0 ? given : round % 4 === 1 ? { tags: tags ?? [] } : round % 4 === 2 ? { state: state ?? 'ready' } : rest
      return { op: 'updateAsset', id: idOf(i), kind: 'file', guard: { states: STATES }, set }
    }),
    ...[3, 14, 15].map((i): Change => ({ op: 'deleteAsset', id: idOf(i), kind: 'file', guard: { states: STATES } })),
    ...put.slice(0, 50),
  ]
}

/** The store and one in memory, both with the same rows after the same changes. */
export async function alike(store: MetadataStore): Promise<{ readonly store: MetadataStore; readonly memory: MetadataStore }> {
  const memory = memoryMetadata()
  for (const each of [store, memory]) {
    await each.open(KINDS)
    for (const change of history()) {
      await each.commit([change]).catch((error: unknown) => {
        // Texts are for ready assets only.
        if (change.op !== 'putText' || !isStowageError(error, 'conflict')) throw error
      })
    }
  }
  return { store, memory }
}

const placeOf = (record: AssetRecord, column: Column): Scalar | null =>
  typeof column === 'string' ? record[column] : ((record.fields[column.field] ?? null) as Scalar | null)

async function pagesOf(store: MetadataStore, asked: AssetQuery): Promise<string[][]> {
  const pages: string[][] = []
  let last: AssetRecord | undefined
  do {
    const after = last && { value: placeOf(last, asked.sort.column), id: last.id }
    const page = await store.list({ ...asked, ...(after && { after }) })
    pages.push(page.map(({ id }) => id))
    last = page.length === asked.limit ? page.at(-1) : undefined
  } while (last)
  return pages
}

// Scores differ a little, but not what is ranked.
async function rankedIds(store: MetadataStore, asked: AssetQuery): Promise<string[]> {
  const filter: Filter = { op: 'and', filters: [asked.filter, { op: 'words', terms: ['alpha'] }] }
  return (await store.list({ ...asked, filter, ranked: ['alpha'], limit: 100 })).map(({ id }) => id).sort()
}

/** Any filter, sort and paging gives the same in both. */
export async function expectAlike(
  { store, memory }: { readonly store: MetadataStore; readonly memory: MetadataStore },
  numRuns: number,
): Promise<void> {
  await fc.assert(
    fc.asyncProperty(query, async asked => {
      expect(await pagesOf(store, asked)).toEqual(await pagesOf(memory, asked))
      expect(await store.list({ ...asked, offset: 3 })).toEqual(await memory.list({ ...asked, offset: 3 }))
      expect(await store.count(asked, 20)).toEqual(await memory.count(asked, 20))
      expect(await rankedIds(store, asked)).toEqual(await rankedIds(memory, asked))
    }),
    { numRuns },
  )
}
