import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fsStorage } from '@stowage/adapter-fs'
import { sqliteMetadata } from '@stowage/metadata-sqlite'
import type { HttpBackend } from '@stowage/testkit/http'

/** Bytes on a real disk, rows in a real SQLite that starts at once: each case has its own. */
export async function onDisk(): Promise<HttpBackend> {
  const folder = await mkdtemp(join(tmpdir(), 'stowage-golden-'))
  return {
    storage: fsStorage({ root: join(folder, 'objects') }),
    metadata: sqliteMetadata({ file: ':memory:' }),
    close: () => rm(folder, { recursive: true, force: true }),
  }
}
