import { sqliteMetadata } from '@stowage/metadata-sqlite'
import { insert, KINDS } from '../../../metadata-sql/test/records.ts'

// Commits from eight callers until it is killed, and prints each id once its commit has resolved.
const store = sqliteMetadata({ file: process.argv[2] ?? '' })
await store.open(KINDS)
let next = 0
const work = async (): Promise<void> => {
  for (;;) {
    const id = `a${next++}`
    await store.commit([insert(id, { tags: ['kept'], title: 'acknowledged' })])
    process.stdout.write(`${id}\n`)
  }
}
await Promise.all(Array.from({ length: 8 }, work))
