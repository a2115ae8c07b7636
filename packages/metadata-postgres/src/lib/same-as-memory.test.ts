import { test } from 'vitest'
import { alike, expectAlike } from '../../../metadata-sql/test/same-as-memory.ts'
import { hasServer, ownDatabase } from '../../test/server.ts'
import { postgresMetadata } from './postgres-metadata.ts'

test.skipIf(!hasServer)(
  'any filter, sort and paging gives what the store in memory gives',
  async () => {
    const both = await alike(postgresMetadata({ url: await ownDatabase() }))
    await expectAlike(both, 120)
    await both.store.close()
  },
  240_000,
)
