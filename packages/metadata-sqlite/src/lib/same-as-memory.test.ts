import { test } from 'vitest'
import { alike, expectAlike } from '../../../metadata-sql/test/same-as-memory.ts'
import { sqliteMetadata } from './sqlite-metadata.ts'

test('any filter, sort and paging gives what the store in memory gives', async () => {
  const both = await alike(sqliteMetadata({ file: ':memory:' }))
  await expectAlike(both, 200)
  await both.store.close()
}, 120_000)
