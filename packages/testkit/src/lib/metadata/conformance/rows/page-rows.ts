import assert from 'node:assert/strict'
import type { Filter } from '@stowage/core/contracts'
import { failsWith } from '../expectations.ts'
import type { MetadataRow } from '../harness.ts'
import { asset, insert, numbersOf, query, search, T0, taggedAny } from '../records.ts'
import { pagesOverCore } from './over-core-checks.ts'

const some = (count: number) =>
  Array.from({ length: count }, (_, i) => asset(i, { title: `item ${i}`, tags: [i % 2 ? 'odd' : 'even'] }))

export const pageRows: readonly MetadataRow[] = [
  {
    id: 'M34',
    title: 'limits and offsets that are none are refused, and what is too much for a caller',
    async run({ store }) {
      await insert(store, ...some(3))
      for (const limit of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 60]) {
        await failsWith(store.list(query({ op: 'all' }, { limit })), 'invalid_request')
      }
      for (const offset of [-1, 0.5, Number.NaN]) {
        await failsWith(store.list(query({ op: 'all' }, { offset })), 'invalid_request')
      }
      await failsWith(store.list(query({ op: 'all' }, { offset: 1, after: { value: T0, id: 'a' } })), 'invalid_request')
      await failsWith(
        store.list(query({ op: 'all' }, { after: { value: 'text', id: 'a' } })),
        'invalid_cursor',
        'invalid_request',
      )
      assert.equal((await store.list(query({ op: 'all' }, { limit: 100_000 }))).length, 3)
      assert.equal((await store.list(query({ op: 'all' }, { limit: 1 }))).length, 1)
      await pagesOverCore(store)
    },
  },
  {
    id: 'M35',
    title: 'a last page that is exactly full is followed by an empty one',
    async run({ store }) {
      await insert(store, ...some(10))
      for (const filter of [{ op: 'all' }, search('item'), taggedAny('odd', 'even')] satisfies Filter[]) {
        assert.deepEqual(await numbersOf(store, filter, { limit: 5, offset: 5 }), [4, 3, 2, 1, 0])
        assert.deepEqual(await numbersOf(store, filter, { limit: 5, offset: 10 }), [])
        const last = asset(0)
        assert.deepEqual(await numbersOf(store, filter, { limit: 5, after: { value: last.createdAt, id: last.id } }), [])
      }
    },
  },
  {
    id: 'M36',
    title: 'offsets, positions and counts speak of the same list',
    async run({ store }) {
      await insert(store, ...some(25))
      const filters: Filter[] = [
        { op: 'all' },
        taggedAny('even'),
        search('item 1'),
        { op: 'eq', column: 'title', value: 'item 3' },
      ]
      for (const filter of filters) {
        const whole = await numbersOf(store, filter)
        assert.deepEqual(await store.count({ kind: 'file', filter }), { count: whole.length, exact: true })
        assert.deepEqual(await store.count({ kind: 'file', filter }, whole.length), { count: whole.length, exact: true })
        const short = Math.max(0, whole.length - 1)
        assert.deepEqual(await store.count({ kind: 'file', filter }, short), { count: short, exact: whole.length === short })
        for (let offset = 0; offset <= whole.length; offset += 4) {
          const expected = whole.slice(offset, offset + 4)
          assert.deepEqual(await numbersOf(store, filter, { limit: 4, offset }), expected)
          const before = whole[offset - 1]
          if (before === undefined) continue
          const after = { value: asset(before).createdAt, id: asset(before).id }
          assert.deepEqual(await numbersOf(store, filter, { limit: 4, after }), expected)
        }
      }
    },
  },
]
