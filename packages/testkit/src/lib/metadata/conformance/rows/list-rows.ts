import assert from 'node:assert/strict'
import type { AssetRecord, BuiltInColumn, Column, Filter, Scalar } from '@stowage/core/contracts'
import { allPages, failsWith } from '../expectations.ts'
import type { MetadataRow } from '../harness.ts'
import { asset, idOf, insert, numbersOf, query, T0 } from '../records.ts'

const SORTS: readonly Column[] = [
  ...(['id', 'title', 'slug', 'sizeBytes', 'createdAt', 'updatedAt', 'createdBy'] satisfies BuiltInColumn[]),
  { field: 'part' },
  { field: 'score' },
  { field: 'flag' },
  { field: 'note' },
]

const sortedBy =
  (column: Column) =>
  (record: AssetRecord): Scalar | null =>
    typeof column === 'string' ? record[column] : ((record.fields[column.field] ?? null) as Scalar | null)

/** Few values, many ties, and nulls in every column that may have them. */
function mixed(count: number): AssetRecord[] {
  const words = ['a', 'B', 'é', 'z', 'Z', '\uffee', '😀', 'aa', ' ', '10', '9']
  return Array.from({ length: count }, (_, i) => {
    const word = words[(i * 7) % words.length] ?? 'a'
    return asset(i, {
      createdAt: T0 + Math.floor(i / 3),
      updatedAt: T0 + ((i * 5) % 4),
      title: i % 4 === 0 ? null : word,
      slug: i % 3 === 0 ? null : `${word}-${i}`,
      createdBy: i % 5 === 0 ? null : `u${i % 3}`,
      sizeBytes: i % 6 === 0 ? null : (i * 37) % 5,
      fields: i % 7 === 0 ? {} : { part: word, score: ((i * 11) % 7) / 2 - 1, flag: i % 2 === 0, note: word },
    })
  })
}

export const listRows: readonly MetadataRow[] = [
  {
    id: 'M25',
    title: 'equal values are in the order of their ids',
    async run({ store }) {
      await insert(
        store,
        ...[5, 3, 9, 1, 7].map(number => asset(number, { createdAt: T0, title: 'same', fields: { part: 'p' } })),
      )
      for (const column of ['createdAt', 'title', { field: 'part' }] as const) {
        assert.deepEqual(await numbersOf(store, { op: 'all' }, { sort: { column, direction: 'asc' } }), [1, 3, 5, 7, 9])
        assert.deepEqual(await numbersOf(store, { op: 'all' }, { sort: { column, direction: 'desc' } }), [9, 7, 5, 3, 1])
        const after = { value: column === 'createdAt' ? T0 : column === 'title' ? 'same' : 'p', id: idOf(5) }
        assert.deepEqual(await numbersOf(store, { op: 'all' }, { sort: { column, direction: 'desc' }, after }), [3, 1])
      }
    },
  },
  {
    id: 'M26',
    title: 'null comes last in both directions',
    async run({ store }) {
      await insert(store, asset(1, { title: 'b' }), asset(2), asset(3, { title: 'a' }), asset(4), asset(5, { title: '' }))
      for (const states of [['ready'], ['ready', 'failed']] as const) {
        const sorted = (direction: 'asc' | 'desc') =>
          numbersOf(store, { op: 'all' }, { sort: { column: 'title', direction }, states })
        assert.deepEqual(await sorted('asc'), [5, 3, 1, 2, 4])
        assert.deepEqual(await sorted('desc'), [1, 3, 5, 4, 2])
      }
    },
  },
  {
    id: 'M27',
    title: 'descending is ascending reversed, but for the nulls',
    async run({ store }) {
      const records = mixed(66)
      await insert(store, ...records)
      for (const column of SORTS) {
        const isNull: Filter = { op: 'isNull', column }
        for (const filter of [isNull, { op: 'not', filter: isNull } as const]) {
          const ascending = await numbersOf(store, filter, { sort: { column, direction: 'asc' } })
          const descending = await numbersOf(store, filter, { sort: { column, direction: 'desc' } })
          assert.deepEqual(descending, ascending.toReversed(), JSON.stringify(column))
        }
        assert.equal((await numbersOf(store, { op: 'all' }, { sort: { column, direction: 'asc' } })).length, records.length)
      }
    },
  },
  {
    id: 'M28',
    title: 'pages from positions are the whole list, in every sort, each asset once',
    async run({ store }) {
      const records = mixed(60)
      await insert(store, ...records, asset(99, { kind: 'other' }))
      for (const column of SORTS) {
        for (const direction of ['asc', 'desc'] as const) {
          for (const states of [['ready'], ['uploading', 'ready', 'deleting']] as const) {
            const sort = { column, direction }
            const whole = await numbersOf(store, { op: 'all' }, { sort, states })
            assert.equal(whole.length, records.length)
            const paged = await allPages(store, query({ op: 'all' }, { sort, limit: 7, states }), sortedBy(column))
            const what = `${JSON.stringify(column)} ${direction}`
            assert.deepEqual(
              paged.map(({ id }) => Number(id.slice(1))),
              whole,
              what,
            )
            inByteOrder(paged.map(sortedBy(column)), direction, what)
          }
        }
      }
    },
  },
  {
    id: 'M29',
    title: 'what is inserted meanwhile makes no page repeat or skip what was there',
    async run({ store }) {
      await insert(store, ...Array.from({ length: 30 }, (_, i) => asset(i * 10, { createdAt: T0 + i })))
      let added = 1
      const found = await allPages(store, query({ op: 'all' }, { limit: 4 }), sortedBy('createdAt'), async page => {
        const last = page.at(-1)
        await insert(store, asset(added++, { createdAt: T0 + 100 }), asset(added++ + 500, { createdAt: last?.createdAt ?? T0 }))
      })
      const ids = found.map(({ id }) => id)
      assert.equal(new Set(ids).size, ids.length)
      for (let i = 0; i < 30; i++) assert.ok(ids.includes(idOf(i * 10)), `asset ${i * 10}`)
    },
  },
  {
    id: 'M30',
    title: 'a page begins after a position whose asset is gone',
    async run({ store }) {
      await insert(store, ...Array.from({ length: 9 }, (_, i) => asset(i)))
      await store.commit([{ op: 'deleteAsset', id: idOf(5), kind: 'file', guard: { states: ['ready'] } }])
      assert.deepEqual(await numbersOf(store, { op: 'all' }, { after: { value: T0 + 5, id: idOf(5) }, limit: 3 }), [4, 3, 2])
    },
  },
  {
    id: 'M31',
    title: 'what moves in the order while it is read disturbs nothing that stays',
    async run({ store }) {
      await insert(store, ...Array.from({ length: 20 }, (_, i) => asset(i, { title: `t${String(i).padStart(2, '0')}` })))
      const asked = query({ op: 'all' }, { sort: { column: 'title', direction: 'asc' }, limit: 5 })
      let moved = false
      const found = await allPages(store, asked, sortedBy('title'), async () => {
        if (moved) return
        moved = true
        const guard = { states: ['ready'] } as const
        await store.commit([{ op: 'updateAsset', id: idOf(2), kind: 'file', guard, set: { title: 't99' } }])
        await store.commit([{ op: 'updateAsset', id: idOf(12), kind: 'file', guard, set: { title: 't00' } }])
        // The last of the page: the next one begins where it was, not where it is.
        await store.commit([{ op: 'updateAsset', id: idOf(4), kind: 'file', guard, set: { title: 't98' } }])
      })
      const ids = found.map(({ id }) => id)
      for (let i = 0; i < 20; i++) {
        const times = ids.filter(id => id === idOf(i)).length
        assert.equal(times, i === 2 || i === 4 ? 2 : i === 12 ? 0 : 1, `asset ${i}`)
      }
    },
  },
  {
    id: 'M32',
    title: 'times are whole milliseconds, so that a position is exactly its row',
    async run({ store }) {
      await insert(store, asset(1), asset(2))
      await failsWith(insert(store, asset(3, { createdAt: T0 + 0.5 })), 'unprocessable')
      await failsWith(insert(store, asset(3, { updatedAt: T0 + 0.001 })), 'unprocessable')
      const [newest] = await store.list(query({ op: 'all' }, { limit: 1 }))
      assert.ok(newest)
      const after = { value: newest.createdAt, id: newest.id }
      assert.deepEqual(await numbersOf(store, { op: 'all' }, { after }), [1])
    },
  },
]

function inByteOrder(values: readonly (Scalar | null)[], direction: 'asc' | 'desc', what: string): void {
  const present = values.filter(value => value !== null)
  assert.ok(
    values.slice(present.length).every(value => value === null),
    `${what}: nulls last`,
  )
  for (const [i, value] of present.entries()) {
    const previous = present[i - 1]
    if (previous === undefined) continue
    const order =
      typeof value === 'string'
        ? Buffer.compare(Buffer.from(String(previous)), Buffer.from(value))
        : Number(previous) - Number(value)
    assert.ok(direction === 'asc' ? order <= 0 : order >= 0, `${what}: ${previous} before ${value}`)
  }
}
