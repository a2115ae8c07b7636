import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { KindSchema } from '@stowage/core/contracts'
import { expect, test } from 'vitest'
import { insert } from '../../../metadata-sql/test/records.ts'
import { tempFolder } from '../../test/temp-folder.ts'
import { sqliteMetadata } from './sqlite-metadata.ts'

function indexesOf(file: string): string[] {
  const db = new DatabaseSync(file, { readOnly: true })
  const rows = db
    .prepare(
      "select name from sqlite_schema where type = 'index' and (name like 'assets_field%' or name like 'assets_sort%') order by name",
    )
    .all()
  db.close()
  return rows.map(({ name }) => String(name))
}

async function openWith(file: string, ...kinds: KindSchema[]): Promise<void> {
  const store = sqliteMetadata({ file })
  await store.open(kinds)
  await store.close()
}

const kind = (name: string, ...indexed: string[]): KindSchema => ({
  name,
  fields: ['part', 'it’s 1', 'plain'].map(field => ({ name: field, type: 'string', indexed: indexed.includes(field) })),
})

test('indexes follow the declared fields of the kinds that are opened, and of no other', async () => {
  const file = join(tempFolder(), 'assets.db')
  await openWith(file, kind('one', 'part', 'it’s 1'), kind("o'ther", 'part'))
  const all = [1, 2].flatMap(number => [`assets_field_${number}_all_part`, `assets_field_${number}_space_part`])
  const odd = ['assets_field_1_all_it’s 1', 'assets_field_1_space_it’s 1']
  expect(indexesOf(file)).toEqual([...all, ...odd].sort())
  await openWith(file, kind('one', 'part'))
  expect(indexesOf(file)).toEqual(all)
  await openWith(file)
  expect(indexesOf(file)).toEqual(all)
  await openWith(file, kind('one'), kind("o'ther"))
  expect(indexesOf(file)).toEqual([])
})

test('a field added to a kind with assets is indexed for them too', async () => {
  const file = join(tempFolder(), 'assets.db')
  const before = sqliteMetadata({ file })
  await before.open([{ name: 'file', fields: [] }])
  await before.commit([insert('a', { fields: { part: 'x' } }), insert('b', { fields: { part: 'y' } })])
  await before.close()
  const after = sqliteMetadata({ file })
  await after.open([kind('file', 'part')])
  const query = {
    kind: 'file',
    filter: { op: 'eq', column: { field: 'part' }, value: 'y' },
    sort: { column: 'createdAt', direction: 'desc' },
    limit: 9,
  } as const
  expect((await after.list(query)).map(({ id }) => id)).toEqual(['b'])
  expect((await after.explain(query)).join()).toContain('assets_field_1_all_part')
  await after.close()
})

test.each(['a"b', 'a\\b', '', 'a\nb'])('a field can’t be called %j', async name => {
  const store = sqliteMetadata({ file: ':memory:' })
  const open = store.open([{ name: 'file', fields: [{ name, type: 'string', indexed: true }] }])
  await expect(open).rejects.toMatchObject({ code: 'invalid_request' })
  await store.close()
})

test('indexes follow what lists of a kind are sorted by, and no sort may name what is not there', async () => {
  const file = join(tempFolder(), 'assets.db')
  const sorted = (...sorts: NonNullable<KindSchema['sorts']>): KindSchema => ({ ...kind('one'), sorts })
  await openWith(file, sorted('title', 'createdAt', { field: 'it’s 1' }))
  const both = (name: string) => ['all', 'space'].map(where => `assets_sort_1_${where}_${name}`)
  expect(indexesOf(file)).toEqual([...both('column_title'), ...both('field_it’s 1')].sort())
  await openWith(file, sorted('title', 'sizeBytes'))
  expect(indexesOf(file)).toEqual([...both('column_title'), ...both('column_sizeBytes')].sort())
  await openWith(file, kind('one'))
  expect(indexesOf(file)).toEqual([])
  const store = sqliteMetadata({ file })
  await expect(store.open([sorted({ field: 'unheard-of' })])).rejects.toMatchObject({ code: 'invalid_request' })
  await store.close()
})

test('what is searched holds for what is written from now on; what was written before is found until it is written again', async () => {
  const file = join(tempFolder(), 'assets.db')
  const before = sqliteMetadata({ file })
  await before.open([kind('file')])
  await before.commit([
    insert('a', { title: 'wanted', description: 'about' }),
    insert('b', { title: 'wanted', description: 'about' }),
  ])
  await before.close()
  const after = sqliteMetadata({ file })
  await after.open([{ ...kind('file'), searched: ['title'] }])
  await after.commit([insert('c', { title: 'wanted', description: 'about' })])
  const guard = { states: ['ready'] } as const
  await after.commit([{ op: 'updateAsset', id: 'b', kind: 'file', guard, set: { description: 'about it' } }])
  const found = async (term: string) => {
    const sort = { column: 'id', direction: 'asc' } as const
    return (await after.list({ kind: 'file', filter: { op: 'search', terms: [term] }, sort, limit: 9 })).map(({ id }) => id)
  }
  expect([await found('wanted'), await found('about')]).toEqual([['a', 'b', 'c'], ['a']])
  await after.close()
})
