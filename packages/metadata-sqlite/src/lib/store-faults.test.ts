import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Filter } from '@stowage/core/contracts'
import { expect, test } from 'vitest'
import { insert, KINDS } from '../../../metadata-sql/test/records.ts'
import { tempFolder } from '../../test/temp-folder.ts'
import { openConnection } from './connection.ts'
import { translate } from './errors.ts'
import { executeGroup } from './execute.ts'
import { sqliteMetadata } from './sqlite-metadata.ts'

test('a schema of a newer Stowage is refused, and left as it is', async () => {
  const file = join(tempFolder(), 'assets.db')
  const store = sqliteMetadata({ file })
  await store.open(KINDS)
  await store.close()
  const db = new DatabaseSync(file)
  db.exec("insert into stowage_migrations values (99, 'from the future', 0)")
  db.close()
  const older = sqliteMetadata({ file })
  await expect(older.open(KINDS)).rejects.toMatchObject({ code: 'unsupported', message: expect.stringContaining('schema 99') })
  await older.close()
})

test('a file that is no database, or a damaged one, is reported as damaged', async () => {
  const folder = tempFolder()
  const text = join(folder, 'text.db')
  writeFileSync(text, 'this is no database, but long enough to be looked at as one'.repeat(100))
  await expect(sqliteMetadata({ file: text }).open(KINDS)).rejects.toMatchObject({
    code: 'internal',
    message: expect.stringContaining('damaged'),
  })
  const file = join(folder, 'assets.db')
  const store = sqliteMetadata({ file })
  await store.open(KINDS)
  for (let i = 0; i < 50; i++) await store.commit([insert(`a${i}`, { metadata: { text: 'x'.repeat(2000) } })])
  await store.close()
  writeFileSync(file, readFileSync(file).fill(0xa5, 8192))
  const damaged = sqliteMetadata({ file })
  await expect(damaged.open(KINDS).then(() => damaged.getAsset({ kind: 'file', id: 'a7' }))).rejects.toMatchObject({
    code: 'internal',
    message: expect.stringContaining('damaged'),
  })
  await damaged.close()
})

test('a folder that can’t be made or a path that is a folder is reported', async () => {
  const folder = tempFolder()
  await expect(sqliteMetadata({ file: folder }).open(KINDS)).rejects.toMatchObject({ code: 'unavailable' })
  writeFileSync(join(folder, 'plain'), '')
  await expect(async () => sqliteMetadata({ file: join(folder, 'plain', 'assets.db') }).open(KINDS)).rejects.toThrow()
})

test('a full disk fails every batch of the group as insufficient_storage, and later ones succeed', () => {
  const file = join(tempFolder(), 'full.db')
  const connection = openConnection({ file, busyTimeoutMs: 100, readOnly: false, cacheKiB: 100 })
  connection.db.exec('pragma journal_mode = wal; create table t (x text); pragma max_page_count = 10')
  const small = [['insert into t values (?)', ['small'], 0]] as const
  const large = [['insert into t values (?)', ['x'.repeat(100_000)], 0]] as const
  for (const outcome of executeGroup(connection, [small, large, small])) {
    const failure = 'failure' in outcome ? outcome.failure : null
    expect(failure && translate(failure, file)).toMatchObject({ code: 'insufficient_storage' })
  }
  expect(connection.all('select count(*) from t', [])).toEqual([[0]])
  expect(executeGroup(connection, [small])).toEqual([{ rows: [[]] }])
  connection.close()
})

test('of batches in one group, one that fails takes back only itself', () => {
  const connection = openConnection({ file: ':memory:', busyTimeoutMs: 100, readOnly: false, cacheKiB: 100 })
  connection.db.exec('create table t (x integer primary key)')
  const put = (x: number) => ['insert into t values (?)', [x], 0] as const
  const outcomes = executeGroup(connection, [
    [put(1)],
    [put(2), ['delete from t where x = ?', [99], 1]],
    [put(3), put(1)],
    [put(4), ['select x from t order by x', [], 2]],
  ])
  expect(outcomes).toMatchObject([
    { rows: [[]] },
    { failure: { statement: 1, code: 0 } },
    { failure: { statement: 1, code: 1555 } },
    { rows: [[], [[1], [4]]] },
  ])
  expect(connection.all('select x from t order by x', [])).toEqual([[1], [4]])
  connection.close()
})

test.each([true, false])('close waits for what was asked for, and then nothing is answered (threads: %s)', async threads => {
  const file = join(tempFolder(), 'assets.db')
  const store = sqliteMetadata({ file, threads })
  await store.open(KINDS)
  const commits = Array.from({ length: 50 }, (_, i) => store.commit([insert(`a${i}`)]))
  const numbers = Array.from({ length: 50 }, () => store.nextInSequence('n'))
  const closed = store.close()
  await Promise.all(commits)
  expect(await Promise.all(numbers)).toEqual(Array.from(numbers, (_, i) => i + 1))
  await closed
  await expect(store.nextInSequence('n')).rejects.toMatchObject({ code: 'unavailable', retryable: false })
  await expect(store.commit([insert('late')])).rejects.toMatchObject({ code: 'unavailable', retryable: false })
  await expect(store.getAsset({ kind: 'file', id: 'a1' })).rejects.toMatchObject({ code: 'unavailable' })
  await store.close()
  const again = sqliteMetadata({ file })
  await again.open(KINDS)
  expect(await again.count({ kind: 'file', filter: { op: 'all' } })).toEqual({ count: 50, exact: true })
  await again.close()
})

test('a list given up before its turn is not run, and one that runs is answered as aborted', async () => {
  const store = sqliteMetadata({ file: join(tempFolder(), 'assets.db') })
  await store.open(KINDS)
  const query = { kind: 'file', filter: { op: 'all' }, sort: { column: 'id', direction: 'asc' }, limit: 10 } as const
  const controller = new AbortController()
  const lists = Array.from({ length: 6 }, () => store.list({ ...query, signal: controller.signal }))
  controller.abort()
  for (const list of lists) await expect(list).rejects.toMatchObject({ code: 'aborted' })
  expect(await store.list(query)).toEqual([])
  await store.close()
})

test('a kind that was not declared takes no assets', async () => {
  const store = sqliteMetadata({ file: ':memory:' })
  await store.open(KINDS)
  await expect(store.commit([insert('a', { kind: 'unheard-of' })])).rejects.toMatchObject({ code: 'invalid_request' })
  await store.close()
})

test('a filter that is too deep or too large is refused, and one of thousands of parts is answered', async () => {
  const store = sqliteMetadata({ file: ':memory:' })
  await store.open(KINDS)
  await store.commit([insert('a', { space: 's7' })])
  const count = (filter: Filter) => store.count({ kind: 'file', filter })
  const spaces = (length: number) => Array.from({ length }, (_, i): Filter => ({ op: 'eq', column: 'space', value: `s${i}` }))
  let deep: Filter = { op: 'all' }
  for (let i = 0; i < 5000; i++) deep = { op: 'not', filter: deep }
  await expect(count(deep)).rejects.toMatchObject({ code: 'invalid_request' })
  await expect(count({ op: 'or', filters: spaces(6000) })).rejects.toMatchObject({ code: 'invalid_request' })
  expect(await count({ op: 'or', filters: spaces(4000) })).toEqual({ count: 1, exact: true })
  expect(await count({ op: 'and', filters: spaces(2000).map(filter => ({ op: 'not', filter })) })).toEqual({
    count: 0,
    exact: true,
  })
  expect(await count({ op: 'in', column: 'space', values: Array.from({ length: 100_000 }, (_, i) => `s${i}`) })).toMatchObject({
    count: 1,
  })
  expect(await store.count({ kind: 'file', filter: { op: 'all' } }, Number.MAX_SAFE_INTEGER)).toEqual({ count: 1, exact: true })
  await store.close()
})
