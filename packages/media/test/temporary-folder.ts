import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll } from 'vitest'

/** A folder of the test file's own, gone after its tests. */
export function temporaryFolder(): () => string {
  let path = ''
  beforeAll(async () => {
    path = await mkdtemp(join(tmpdir(), 'stowage-media-'))
  })
  afterAll(() => rm(path, { recursive: true, force: true }))
  return () => path
}
