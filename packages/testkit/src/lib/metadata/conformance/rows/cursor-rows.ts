import assert from 'node:assert/strict'
import type { Assets, Filter, ListInput, MetadataStore } from '@stowage/core'
import { failsWith } from '../expectations.ts'
import type { MetadataRow } from '../harness.ts'
import { stowageOver } from '../over-core.ts'
import { asset, idOf, insert } from '../records.ts'

const FILTER: Filter = { op: 'eq', column: 'type', value: 'file' }
const ASKED = { filter: FILTER, search: 'wanted', sort: { column: 'title', direction: 'asc' }, limit: 4 } as const

const numbersIn = (page: Awaited<ReturnType<Assets['list']>>): number[] =>
  page.items.map(({ id }) => Number(String(id).slice(-8)))

async function filled(store: MetadataStore): Promise<void> {
  await insert(store, ...Array.from({ length: 12 }, (_, i) => asset(i, { title: `wanted ${String(i).padStart(2, '0')}` })))
}

/** Another text of the same length at each place, and some of other lengths. */
function alterations(cursor: string): string[] {
  const at = (i: number): string => cursor.slice(0, i) + (cursor[i] === 'A' ? 'B' : 'A') + cursor.slice(i + 1)
  const places = Array.from({ length: cursor.length }, (_, i) => i).filter(i => i % 5 === 0 || cursor[i] === '.')
  return [
    ...places.map(at),
    cursor.slice(1),
    `${cursor}A`,
    cursor.slice(0, cursor.length >> 1),
    '',
    '.',
    'null',
    '\u00e9',
    `${cursor}.`,
  ]
}

export const cursorRows: readonly MetadataRow[] = [
  {
    id: 'M33',
    title: 'a cursor goes on with its own list only: altered, or for another user, filter or sort, it is refused',
    async run({ store, second }) {
      await filled(store)
      const stowage = await stowageOver(store)
      const files = stowage.as({ id: 'user' })
      const first = await files.list(ASKED)
      assert.deepEqual(numbersIn(first), [0, 1, 2, 3])
      assert.ok(first.cursor)
      const { cursor } = first
      const elsewhere = (await stowageOver(second)).as({ id: 'user' })
      for (const same of [files, elsewhere]) {
        assert.deepEqual(numbersIn(await same.list({ ...ASKED, cursor })), [4, 5, 6, 7])
      }
      assert.deepEqual(numbersIn(await files.list({ ...ASKED, cursor, limit: 2 })), [4, 5])
      for (const bad of alterations(cursor)) await failsWith(files.list({ ...ASKED, cursor: bad }), 'invalid_cursor')
      const { search: _search, ...unsearched } = ASKED
      const { filter: _filter, ...unfiltered } = ASKED
      const questions: ListInput[] = [
        unsearched,
        unfiltered,
        { ...ASKED, search: 'wante' },
        { ...ASKED, filter: { op: 'not', filter: FILTER } },
        { ...ASKED, sort: { column: 'title', direction: 'desc' } },
        { ...ASKED, sort: { column: 'id', direction: 'asc' } },
      ]
      for (const question of questions) await failsWith(files.list({ ...question, cursor }), 'invalid_cursor')
      const others = [
        stowage.as({ id: 'another' }),
        stowage.as(null),
        files.in({ kind: 'other' }),
        files.in({ space: { id: 's' } }),
        (await stowageOver(store, 'another secret, also of enough length')).as({ id: 'user' }),
      ]
      for (const other of others) await failsWith(other.list({ ...ASKED, cursor }), 'invalid_cursor')
      const forged = stowage.signer('cursor').seal(['wanted 03', idOf(3), 'x'])
      await failsWith(files.list({ ...ASKED, cursor: forged }), 'invalid_cursor')
    },
  },
]
