import type { AssetQuery, Filter, KindSchema } from '@stowage/core/contracts'
import { expect, test } from 'vitest'
import { insert } from '../../../metadata-sql/test/records.ts'
import { sqliteMetadata } from './sqlite-metadata.ts'

const KIND: KindSchema = {
  name: 'file',
  fields: [{ name: 'part', type: 'string', indexed: true }],
  sorts: ['title', 'id', 'sizeBytes', { field: 'part' }],
}
const ROWS = 6000

async function filled() {
  const store = sqliteMetadata({ file: ':memory:' })
  await store.open([KIND])
  await store.commit(
    Array.from({ length: ROWS }, (_, i) =>
      insert(`a${String(i).padStart(4, '0')}`, {
        space: i % 3 ? 's1' : 's2',
        createdBy: i % 100 ? 'many' : 'few',
        title: i % 7 ? `title ${(i * 7919) % ROWS}` : null,
        sizeBytes: i,
        fields: { part: `p${i % 5}` },
        tags: i % 100 ? ['common'] : ['rare'],
      }),
    ),
  )
  return store
}

const creator = (value: string): Filter => ({ op: 'eq', column: 'createdBy', value })
const tag = (name: string): Filter => ({ op: 'tags', match: 'any', tags: [name] })
const space: Filter = { op: 'eq', column: 'space', value: 's1' }
const both = (...filters: Filter[]): Filter => ({ op: 'and', filters })
const query = (filter: Filter, given: Partial<AssetQuery> = {}): AssetQuery => ({
  kind: 'file',
  filter,
  sort: { column: 'title', direction: 'asc' },
  limit: 50,
  ...given,
})

test('few rows are read by their own index and sorted; many are read in the order of the list', async () => {
  const store = await filled()
  const part = (direction: 'asc' | 'desc') => ({ sort: { column: { field: 'part' }, direction } }) as const
  const cases: [AssetQuery, RegExp][] = [
    [query(creator('few')), /assets_creator/],
    [query(both(space, creator('few'))), /assets_creator/],
    [query(creator('few'), part('desc')), /assets_creator/],
    [query(creator('few'), { after: { value: 'title 5', id: 'x' } }), /assets_creator/],
    [query(tag('rare')), /SEARCH t USING/],
    [query(creator('many')), /assets_sort_1_all_column_title/],
    [query(both(space, creator('many'))), /assets_sort_1_space_column_title/],
    [query(tag('common'), part('asc')), /assets_sort_1_all_field_part/],
    [query({ op: 'all' }, { sort: { column: 'id', direction: 'desc' } }), /assets_sort_1_all_column_id/],
  ]
  const range: Filter = { op: 'gt', column: 'sizeBytes', value: 5000 }
  cases.push([
    query(range, { sort: { column: 'sizeBytes', direction: 'asc' } }),
    /column_sizeBytes \(kind=\? AND size_bytes[>=]\?/,
  ])
  for (const [asked, index] of cases) {
    const steps = (await store.explain(asked)).filter(step => /^(SEARCH|SCAN) [at] /.test(step))
    expect(
      steps.every(step => index.test(step) || /rowid=\?/.test(step)),
      `${index}: ${steps.join('; ')}`,
    ).toBe(true)
  }
  await store.close()
})
