import { randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import { type FileHandle, lstat, open, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { errnoOf } from './errors.ts'
import type { Root } from './root.ts'

const CREATE = constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY | (constants.O_NOFOLLOW ?? 0)

export interface TempFile {
  readonly handle: FileHandle
  readonly path: string
}

/** A new, empty file on the root's file system, seen by nobody. @throws `unavailable` when the root is gone */
export async function createTemp(root: Root, mode: number): Promise<TempFile> {
  const path = join(root.work, randomBytes(12).toString('hex'))
  try {
    return { path, handle: await open(path, CREATE, mode) }
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') await root.assertPresent()
    throw error
  }
}

/** Removes what processes that died left behind: everything not touched for `abandonedAfterMs`. */
export async function removeAbandoned(root: Root, now: number, abandonedAfterMs: number): Promise<void> {
  for (const name of await readdir(root.work)) {
    const path = join(root.work, name)
    const stat = await lstat(path).catch(missing)
    if (stat && now - stat.mtimeMs > abandonedAfterMs) await rm(path, { recursive: true, force: true })
  }
}

function missing(error: unknown): null {
  if (errnoOf(error) === 'ENOENT') return null
  throw error
}
