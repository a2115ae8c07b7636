import { memoryMetadata } from '@stowage/testkit'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { AssetRecord } from '../contracts/asset.ts'
import type { Column, Filter, Scalar } from '../contracts/filter.ts'
import { and, complement, matches, or } from './filters.ts'

const KIND = {
  name: 'k',
  fields: [
    { name: 'part', type: 'string', indexed: false },
    { name: 'score', type: 'number', indexed: false },
    { name: 'flag', type: 'boolean', indexed: false },
  ],
} as const

const texts = fc.constantFrom('', 'a', 'A', 'ä', '\uffee', '😀', '10', '9')
const numbers = fc.constantFrom(-1, 0, 0.5, 9, 10)
const columns = fc.record({
  createdBy: fc.option(texts),
  visibility: fc.constantFrom('public' as const, 'private' as const),
  sizeBytes: fc.option(fc.constantFrom(0, 9, 10)),
  tags: fc.subarray(['a', 'A', 'b']),
  fields: fc.record({ part: texts, score: numbers, flag: fc.boolean() }, { requiredKeys: [] }),
})

const named = fc.constantFrom<Column[]>(
  'createdBy',
  'visibility',
  'sizeBytes',
  { field: 'part' },
  { field: 'score' },
  { field: 'flag' },
)
const scalars: fc.Arbitrary<Scalar> = fc.oneof(texts, numbers, fc.boolean(), fc.constant('public'))
const leaf: fc.Arbitrary<Filter> = fc.oneof(
  fc.record({ op: fc.constantFrom('eq', 'lt', 'lte', 'gt', 'gte'), column: named, value: scalars }),
  fc.record({ op: fc.constant('in'), column: named, values: fc.array(scalars, { maxLength: 4 }) }),
  fc.record({ op: fc.constant('isNull'), column: named }),
  fc.record({ op: fc.constant('tags'), match: fc.constantFrom('any', 'all', 'none'), tags: fc.subarray(['a', 'A', 'x']) }),
  fc.constantFrom<Filter[]>({ op: 'all' }, { op: 'none' }),
)
const { filter } = fc.letrec<{ filter: Filter }>(tie => ({
  filter: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    leaf,
    fc.record({ op: fc.constantFrom('and', 'or'), filters: fc.array(tie('filter'), { maxLength: 3 }) }),
    tie('filter').map((of): Filter => ({ op: 'not', filter: of })),
  ),
}))

function record(number: number, given: Partial<AssetRecord>): AssetRecord {
  const nothing = {
    title: null,
    description: null,
    slug: null,
    filename: null,
    uniqueName: null,
    contentType: null,
    sha256: null,
  }
  const empty = {
    width: null,
    height: null,
    externalUrl: null,
    blobId: null,
    properties: {},
    metadata: {},
    processingError: null,
    processingProgress: null,
  }
  const own = { id: `a${number}`, kind: 'k', space: 's', type: 'file', state: 'ready', processing: 'none' } as const
  const made = { createdBy: null, visibility: 'private', sizeBytes: null, tags: [], fields: {}, version: 1 } as const
  return { ...nothing, ...empty, ...own, ...made, createdAt: number, updatedAt: number, ...given }
}

test('a filter held against one record says what a list under it says', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(columns, { maxLength: 8 }), filter, filter, async (given, one, two) => {
      const records = given.map((columns, i) => record(i, columns))
      const store = memoryMetadata()
      await store.open([KIND])
      await store.commit(records.map(asset => ({ op: 'insertAsset', asset })))
      for (const asked of [one, two, and(one, two), or(one, two), complement(one)]) {
        const sort = { column: 'id', direction: 'asc' } as const
        const listed = await store.list({ kind: 'k', filter: asked, sort, limit: 100 })
        const held = records.filter(one => matches(asked, one))
        expect(listed.map(({ id }) => id)).toEqual(held.map(({ id }) => id))
      }
    }),
    { numRuns: 200 },
  )
})
