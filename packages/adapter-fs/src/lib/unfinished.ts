import { lstat, opendir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { UnfinishedWrite, UnfinishedWrites } from '@stowage/core/contracts'
import { StowageError } from '@stowage/core/contracts'
import { errnoOf, fsError, throwIfAborted } from './errors.ts'
import { removeUpload } from './multipart.ts'
import type { Place } from './place.ts'
import type { Run } from './run.ts'

/** What lies in the root besides objects. */
export function unfinishedWrites(run: Run): UnfinishedWrites {
  return {
    async *list({ signal } = {}) {
      const place = await run('look for unfinished writes', async opened => opened)
      try {
        for await (const name of namesIn(place.root.uploads, signal)) yield* uploadOf(place, name)
        for await (const name of namesIn(place.root.work, signal)) yield* temporaryOf(place, name)
      } catch (error) {
        throw fsError(error, 'look for unfinished writes')
      }
    },
    remove: write =>
      run('remove an unfinished write', async place => {
        if (write.type === 'multipart') return removeUpload(place, write.uploadId)
        if (!/^[\w-]+$/.test(write.name)) throw new StowageError('invalid_request', 'There is no temporary file of this name.')
        await rm(join(place.root.work, write.name), { recursive: true, force: true })
      }),
  }
}

async function* namesIn(folder: string, signal: AbortSignal | undefined): AsyncGenerator<string, void> {
  for await (const { name } of await opendir(folder)) {
    throwIfAborted(signal)
    yield name
  }
}

/** A part that arrives touches its upload's folder. Nothing where the upload has just ended. */
async function* uploadOf({ root }: Place, uploadId: string): AsyncGenerator<UnfinishedWrite, void> {
  const folder = join(root.uploads, uploadId)
  const stat = await lstat(folder).catch(missing)
  const upload: unknown = JSON.parse((await readFile(join(folder, 'upload.json'), 'utf8').catch(missing)) ?? 'null')
  if (!stat || !upload || typeof upload !== 'object' || !('key' in upload)) return
  yield { type: 'multipart', key: String(upload.key), uploadId, lastModified: stat.mtime }
}

async function* temporaryOf({ root }: Place, name: string): AsyncGenerator<UnfinishedWrite, void> {
  const stat = await lstat(join(root.work, name)).catch(missing)
  if (stat) yield { type: 'temporary', name, sizeBytes: stat.size, lastModified: stat.mtime }
}

function missing(error: unknown): null {
  if (['ENOENT', 'ENOTDIR'].includes(errnoOf(error))) return null
  throw error
}
