import { type BigIntStats, fstatSync, futimesSync } from 'node:fs'
import { link, lstat, rename, unlink } from 'node:fs/promises'
import { type ObjectInfo, StowageError } from '@stowage/core/contracts'
import { keyIsFolder } from './directories.ts'
import { errnoOf, throwIfAborted } from './errors.ts'
import type { Directory } from './held-directory.ts'
import { objectInfo } from './object-info.ts'
import type { Place } from './place.ts'
import { createTemp, type TempFile } from './temp-files.ts'

const MAX_ATTEMPTS = 20

export interface Target {
  readonly key: string
  readonly segments: readonly string[]
  readonly createOnly: boolean
  readonly signal?: AbortSignal | undefined
}

/**
 * Fills a temporary file and makes it the object: first its bytes become durable, then its name, then the folder that holds
 * the name. Whatever fails, the temporary file is gone.
 */
export async function writeObject(place: Place, target: Target, fill: (temp: TempFile) => Promise<void>): Promise<ObjectInfo> {
  const temp = await createTemp(place.root, place.fileMode)
  try {
    return await sealAndPublish(place, temp, target, fill)
  } catch (error) {
    await unlink(temp.path).catch(alreadyGone)
    throw error
  }
}

/** The rest of a write, once there is a temporary file; removing that where this fails is the caller's. */
export async function sealAndPublish(
  place: Place,
  temp: TempFile,
  target: Target,
  fill: (temp: TempFile) => Promise<void>,
): Promise<ObjectInfo> {
  const stat = await fillAndSeal(place, temp, fill)
  throwIfAborted(target.signal)
  await publish(place, temp, target)
  return objectInfo(target.key, stat)
}

/** Writes the file, gives it its modification time and makes it durable. */
export async function fillAndSeal(place: Place, temp: TempFile, fill: (temp: TempFile) => Promise<void>): Promise<BigIntStats> {
  const { handle } = temp
  try {
    await fill(temp)
    const time = place.stamps.next()
    // Changes an inode that is in memory: cheaper here than a trip to the thread pool.
    futimesSync(handle.fd, time, time)
    await handle.sync()
    // The inode of an open file is in memory: asking for it here costs less than a trip to the thread pool.
    return fstatSync(handle.fd, { bigint: true })
  } finally {
    await handle.close()
  }
}

/** Gives a sealed file its name. The temporary name is gone afterwards, unless this throws. */
async function publish(place: Place, temp: { readonly path: string }, target: Target): Promise<void> {
  const parent = target.segments.slice(0, -1)
  try {
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
      const directory = await place.directories.ensure(parent)
      const life = place.directories.life(parent)
      try {
        if (!(await giveName(place, directory, temp, target))) continue
      } finally {
        await directory.release()
      }
      return await place.directories.named(parent, life)
    }
  } catch (error) {
    await place.directories.prune(parent)
    throw error
  }
  throw new StowageError('unavailable', `The folder of ${JSON.stringify(target.key)} is removed as fast as it is made.`)
}

/** False when the folder went away and the next attempt may succeed. */
async function giveName(place: Place, directory: Directory, temp: { readonly path: string }, target: Target): Promise<boolean> {
  const path = directory.at(target.segments.at(-1) ?? '')
  try {
    await (target.createOnly ? link(temp.path, path) : rename(temp.path, path))
  } catch (error) {
    return explain(place, path, target, error)
  }
  if (!target.createOnly) {
    await directory.sync()
    return true
  }
  // A temporary name that can't be removed is harmless: the object is there, and the next start removes it.
  const [synced] = await Promise.allSettled([directory.sync(), unlink(temp.path)])
  if (synced.status === 'rejected') {
    await unlink(path).catch(alreadyGone)
    throw synced.reason
  }
  return true
}

async function explain(place: Place, path: string, target: Target, error: unknown): Promise<boolean> {
  const errno = errnoOf(error)
  if (errno === 'ENOENT') {
    await place.root.assertPresent()
    return false
  }
  if (!['EEXIST', 'EISDIR', 'ENOTEMPTY'].includes(errno)) throw error
  if (!(await isFolder(path))) {
    if (target.createOnly) throw alreadyExists(target.key)
    return false
  }
  await place.directories.prune(target.segments)
  if (await isFolder(path)) throw keyIsFolder(target.key)
  return false
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await lstat(path)).isDirectory()
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return false
    throw error
  }
}

function alreadyExists(key: string): StowageError {
  return new StowageError('already_exists', `There is an object ${JSON.stringify(key)} already.`, { details: { key } })
}

function alreadyGone(error: unknown): void {
  if (errnoOf(error) !== 'ENOENT') throw error
}
