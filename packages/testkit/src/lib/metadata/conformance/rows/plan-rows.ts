import assert from 'node:assert/strict'
import type { AssetQuery, Filter, Sort } from '@stowage/core/contracts'
import type { MetadataRow } from '../harness.ts'
import { asset, idOf, insert, putText, query, search, T0, taggedAll, taggedAny, words } from '../records.ts'

const BATCH = 500
const eq = (column: 'space' | 'createdBy' | 'type' | { field: string }, value: string | number | boolean): Filter => ({
  op: 'eq',
  column,
  value,
})

const LISTS: readonly Filter[] = [
  { op: 'all' },
  eq('space', 's1'),
  eq('createdBy', 'u1'),
  eq('type', 'image'),
  eq({ field: 'part' }, 'p1'),
  eq({ field: 'score' }, 3),
  { op: 'and', filters: [eq('space', 's1'), eq({ field: 'part' }, 'p1')] },
  { op: 'and', filters: [eq('space', 's1'), eq('createdBy', 'u1')] },
  { op: 'and', filters: [eq('space', 's1'), taggedAny('common')] },
  taggedAny('common'),
  taggedAny('rare'),
  taggedAll('common', 'rare'),
  search('report'),
  { op: 'and', filters: [eq('space', 'small'), search('report')] },
  words('minutes'),
  { op: 'and', filters: [eq('space', 'small'), words('minutes')] },
]

export const planRows: readonly MetadataRow[] = [
  {
    id: 'M46',
    title: 'lists over many rows go through indexes, at the first page and at a deep one',
    skip: ({ explain }) => (explain ? null : 'the harness gives no `explain`'),
    async run({ store, fixture }) {
      const rows = fixture.planRows ?? 100_000
      for (let first = 0; first < rows; first += BATCH) {
        const numbers = Array.from({ length: Math.min(BATCH, rows - first) }, (_, i) => first + i)
        await insert(store, ...numbers.map(row))
        await store.commit(numbers.filter(number => number % 10 === 0).map(number => putText(number, `minutes of ${number}`)))
      }
      const after = { value: T0 + (rows >> 1), id: idOf(rows >> 1) }
      const asked: AssetQuery[] = LISTS.flatMap(filter => [query(filter, { limit: 50 }), query(filter, { limit: 50, after })])
      for (const direction of ['asc', 'desc'] as const) {
        asked.push(query({ op: 'all' }, { limit: 50, sort: { column: 'createdAt', direction } }))
        asked.push(...sortedLists(direction))
        asked.push(query({ op: 'all' }, { limit: 50, states: ['uploading', 'failed'], sort: { column: 'createdAt', direction } }))
      }
      for (const list of asked) {
        const plan = await fixture.explain?.(list)
        assert.ok(plan?.indexed, `${JSON.stringify(list)}:\n${plan?.steps.join('\n')}`)
        await store.list(list)
      }
    },
  },
]

/** By every declared sort: of all and of a space, at the first page, at a deep one and among the nulls. */
function sortedLists(direction: Sort['direction']): AssetQuery[] {
  return SORTS.flatMap(([column, value]) =>
    [{ op: 'all' } as const, eq('space', 's1')].flatMap(filter =>
      [undefined, value, null].map(place => {
        const after = place === undefined || (place === null && column === 'updatedAt') ? null : { value: place, id: idOf(7) }
        return query(filter, { limit: 50, sort: { column, direction }, ...(after && { after }) })
      }),
    ),
  )
}

const SORTS = [
  ['title', 'picture 5'],
  ['updatedAt', T0 + 500],
  ['sizeBytes', 50],
  [{ field: 'part' }, 'p5'],
  [{ field: 'note' }, 'n5'],
] as const

const row = (i: number) =>
  asset(i, {
    space: i % 1000 === 0 ? 'small' : `s${i % 20}`,
    createdBy: `u${i % 50}`,
    type: i % 3 ? 'image' : 'file',
    title: i % 10 ? `picture ${i}` : `report ${i}`,
    sizeBytes: i % 9 ? i % 100 : null,
    tags: i % 1000 ? ['common'] : ['common', 'rare'],
    fields: { part: `p${i % 100}`, score: i % 7, flag: i % 2 === 0, ...(i % 4 && { note: `n${i % 50}` }) },
  })
