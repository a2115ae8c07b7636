import { join } from 'node:path'
import { expect, test } from 'vitest'
import { insert, KINDS } from '../../../metadata-sql/test/records.ts'
import { tempFolder } from '../../test/temp-folder.ts'
import { sqliteMetadata } from './sqlite-metadata.ts'

test('callers who commit at once, again and again, each get the answer to their own', async () => {
  const store = sqliteMetadata({ file: join(tempFolder(), 'assets.db') })
  await store.open(KINDS)
  await store.commit([insert('taken')])
  const callers = Array.from({ length: 8 }, async (_, caller) => {
    for (let turn = 0; turn < 10; turn++) {
      await store.commit([insert(`a${caller}-${turn}`)])
      expect(await store.getAsset({ kind: 'file', id: `a${caller}-${turn}` })).not.toBeNull()
      const refused = store.commit([insert(`b${caller}-${turn}`), insert('taken')])
      await expect(refused).rejects.toMatchObject({ code: 'already_exists', details: { index: 1 } })
    }
  })
  await Promise.all(callers)
  await store.commit([insert('alone')])
  expect(await store.count({ kind: 'file', filter: { op: 'all' } })).toEqual({ count: 82, exact: true })
  await store.close()
})
