import { randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import { type FileHandle, lstat, open, readdir, rm, unlink } from 'node:fs/promises'
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

/** A temporary file that is made when it is first asked for. */
export class LateTemp {
  readonly #make: () => Promise<TempFile>
  #making: Promise<TempFile> | null = null

  constructor(root: Root, mode: number) {
    this.#make = () => createTemp(root, mode)
  }

  made(): Promise<TempFile> {
    this.#making ??= this.#make()
    return this.#making
  }

  readonly open = async (): Promise<FileHandle> => (await this.made()).handle

  /** Closes and removes it, if it was made. */
  async discard(): Promise<void> {
    const temp = await this.#making?.catch(() => null)
    if (!temp) return
    await temp.handle.close()
    await unlink(temp.path).catch(missing)
  }
}

/** What processes that died, or clients that went away, left behind: all that was not touched since `before`. */
export async function removeAbandoned(root: Root, before: { readonly files: number; readonly uploads: number }): Promise<void> {
  // A part that arrives touches its upload's folder.
  for (const path of await untouched(root.uploads, before.uploads)) await rm(path, { recursive: true, force: true })
  for (const path of await untouched(root.work, before.files)) await rm(path, { recursive: true, force: true })
}

async function untouched(folder: string, before: number): Promise<string[]> {
  const paths = (await readdir(folder)).map(name => join(folder, name))
  const old: string[] = []
  for (const path of paths) {
    const stat = await lstat(path).catch(missing)
    if (stat && stat.mtimeMs < before) old.push(path)
  }
  return old
}

function missing(error: unknown): null {
  if (errnoOf(error) === 'ENOENT') return null
  throw error
}
