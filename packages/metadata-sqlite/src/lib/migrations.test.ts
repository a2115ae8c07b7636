import { join } from 'node:path'
import { expect, test } from 'vitest'
import { asset, insert, KINDS } from '../../../metadata-sql/test/records.ts'
import { tempFolder } from '../../test/temp-folder.ts'
import { openConnection } from './connection.ts'
import { migrate } from './migrate.ts'
import { migrations } from './migrations.ts'
import { sqliteMetadata } from './sqlite-metadata.ts'

const ROWS = `
insert into kinds (name) values ('file'), ('forgotten');
create virtual table assets_search_1 using fts5 (text, content = '', contentless_delete = 1, tokenize = 'trigram case_sensitive 1');
create virtual table assets_search_2 using fts5 (text, content = '', contentless_delete = 1, tokenize = 'trigram case_sensitive 1');
insert into assets (seq, id, kind, space, type, state, processing, visibility, version, created_at, updated_at, blob_id, title,
    search_title, search_filename, search_tags, search_description, tags, fields, properties, metadata)
  values (1700000000000 << 20, 'a1', 'file', '', 'file', 'ready', 'none', 'private', 1, 1700000000000, 1700000000000, 'b1', 'Kept',
    'kept', '', '', '', '[]', '{}', '{}', '{}'),
  ((1700000000000 << 20) + 1, 'a2', 'forgotten', '', 'file', 'ready', 'none', 'private', 1, 1700000000000, 1700000000000, null, null,
    '', '', '', '', '[]', '{}', '{}', '{}');
insert into assets_search_1 (rowid, text) select seq, search from assets where kind = 'file';
insert into blobs (id, asset_id, kind, storage, "key", state, role, purges_left, created_at)
  values ('b1', 'a1', 'file', 'fs', 'k1', 'stored', 'original', 1, 0), ('b2', 'a1', 'file', 'fs', 'k2', 'stored', 'original', 1, 0)`

function madeByVersion(version: number, more = ''): string {
  const file = join(tempFolder(), 'assets.db')
  const connection = openConnection({ file, busyTimeoutMs: 1000, readOnly: false, cacheKiB: 1024 })
  migrate(connection, file, migrations.slice(0, version))
  connection.db.exec(ROWS + more)
  connection.close()
  return file
}

test('a database of version 1 is migrated with its rows', async () => {
  const store = sqliteMetadata({ file: madeByVersion(1) })
  expect(await store.migrationStatus?.()).toMatchObject({ version: 1, pending: [{ version: 2 }, { version: 3 }] })
  await store.open(KINDS)
  expect(await store.migrationStatus?.()).toEqual({ version: 3, pending: [] })
  const kept = asset('a1', { title: 'Kept', blobId: 'b1' })
  expect(await store.getAsset({ kind: 'file', id: 'a1' })).toEqual(kept)
  const sort = { column: 'createdAt', direction: 'desc' } as const
  expect(await store.list({ kind: 'file', filter: { op: 'search', terms: ['kept'] }, sort, limit: 9 })).toEqual([kept])
  expect(await store.listBlobs('a1')).toMatchObject([
    { id: 'b1', sourceId: null },
    { id: 'b2', sourceId: null },
  ])
  const [original] = await store.listBlobs('a1')
  if (!original) throw new Error('There is no blob.')
  const derived = { ...original, id: 'b3', key: 'k3', role: 'small', sourceId: 'b1' }
  await store.commit([{ op: 'insertBlob', blob: derived }])
  expect(await store.getDerivative('b1', 'small')).toEqual(derived)
  await store.commit([{ op: 'putText', assetId: 'a1', kind: 'file', text: 'new words', append: false }])
  expect(await store.list({ kind: 'file', filter: { op: 'words', terms: ['WORDS'] }, sort, limit: 9 })).toEqual([kept])
  await store.commit([{ op: 'deleteAsset', id: 'a2', kind: 'forgotten', guard: { states: ['ready'] } }])
  await store.close()
})

// The index of words as version 2 made it: without their places.
const TEXTS = `;
create virtual table assets_words_1 using fts5 (words, content = '', contentless_delete = 1, detail = none, tokenize = 'ascii');
insert into asset_texts (seq, units, words) values (1700000000000 << 20, 11, ' alpha beta '), ((1700000000000 << 20) + 1, 5, ' gamma ');
insert into assets_words_1 (rowid, words) select seq, words from asset_texts where words like '%alpha%'`

test('texts of version 2 are found and ranked, and are changed like new ones', async () => {
  const file = madeByVersion(2, TEXTS)
  const store = sqliteMetadata({ file })
  expect(await store.migrationStatus?.()).toMatchObject({ version: 2, pending: [{ version: 3 }] })
  await store.open([...KINDS, { name: 'forgotten', fields: [] }])
  const put = (assetId: string, text: string, append: boolean) =>
    store.commit([{ op: 'putText', assetId, kind: 'file', text, append }])
  const found = async (kind: string, word: string) => {
    const sort = { column: 'createdAt', direction: 'desc' } as const
    const rows = await store.list({ kind, filter: { op: 'words', terms: [word] }, ranked: [word], sort, limit: 9 })
    return rows.map(({ id }) => id)
  }
  expect([await found('file', 'beta'), await found('forgotten', 'gamma'), await found('file', 'gamma')]).toEqual([
    ['a1'],
    ['a2'],
    [],
  ])
  await store.commit([insert('a3')])
  await put('a3', 'alpha alpha gamma delta', false)
  expect(await found('file', 'alpha')).toEqual(['a3', 'a1'])
  await put('a1', 'alpha alpha alpha', true)
  expect(await found('file', 'alpha')).toEqual(['a1', 'a3'])
  await put('a1', '', false)
  expect(await found('file', 'alpha')).toEqual(['a3'])
  await store.close()
})
