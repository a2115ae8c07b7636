import { constants, fstatSync, readlinkSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { join } from 'node:path'
import { type LocalFile, type ObjectInfo, StowageError } from '@stowage/core/contracts'
import { errnoOf } from './errors.ts'
import { keySegments } from './keys.ts'
import { objectInfo } from './object-info.ts'
import type { Place } from './place.ts'

// O_NONBLOCK: a named pipe that lies in an object's place must not hang the open.
const OPEN_OBJECT = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)
const NO_SUCH_FILE = ['ENOENT', 'ENOTDIR', 'EISDIR']

export interface OpenObject {
  readonly info: ObjectInfo
  readonly handle: FileHandle
  readonly path: string
}

/**
 * Opens an object's file: a snapshot, since an overwrite puts another file in its place. Null when there is no such object.
 * @throws `unavailable` when the root is gone, or a link lies in the way
 */
export async function openObject(place: Place, key: string): Promise<OpenObject | null> {
  const segments = keySegments(key, place.root.rules)
  const path = join(place.root.path, ...segments)
  const handle = await openFile(place, path, segments)
  if (!handle) return null
  try {
    const stat = fstatSync(handle.fd, { bigint: true })
    if (stat.isFile()) {
      await proveNoLink(place, handle, path, segments)
      return { info: objectInfo(key, stat), handle, path }
    }
  } catch (error) {
    await handle.close()
    throw error
  }
  await handle.close()
  return null
}

/** The same for a sender, which reads by the handle and closes it. */
export function openLocalFile(place: Place, key: string): Promise<LocalFile | null> {
  return openObject(place, key)
}

async function openFile(place: Place, path: string, segments: readonly string[]): Promise<FileHandle | null> {
  try {
    return await open(path, OPEN_OBJECT)
  } catch (error) {
    if (!NO_SUCH_FILE.includes(errnoOf(error))) throw error
    await place.root.assertPresent()
    // Missing behind a link only is not missing.
    await place.directories.refuseLinks(segments)
    return null
  }
}

/** O_NOFOLLOW speaks of the last name only: a folder above it may have been exchanged for a link. */
async function proveNoLink(place: Place, handle: FileHandle, path: string, segments: readonly string[]): Promise<void> {
  if (place.root.holdsFolders) {
    const real = readlinkSync(`/proc/self/fd/${handle.fd}`)
    if (real === path || real === `${path} (deleted)`) return
    throw new StowageError('unavailable', `${path} is reached through a symbolic link, and none is followed below the root.`, {
      retryable: false,
    })
  }
  await place.directories.refuseLinks(segments)
}
