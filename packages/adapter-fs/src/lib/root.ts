import { randomBytes } from 'node:crypto'
import { constants, readlinkSync } from 'node:fs'
import { lstat, mkdir, open, readFile, realpath, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { StowageError } from '@stowage/core/contracts'
import { errnoOf } from './errors.ts'
import { type NameRules, RESERVED } from './keys.ts'
import { adoptEmptyRoot, createRoot, markerPath } from './new-root.ts'

/** An opened root: the folder under which each object lies at the path that its key names. */
export interface Root {
  /** Absolute, without symbolic links. */
  readonly path: string
  /** From the marker file: stays the same where the folder is moved or copied. */
  readonly id: string
  /** Temporary files. Named after the id, so that a write into an unmounted or exchanged root finds no such folder. */
  readonly work: string
  readonly uploads: string
  readonly rules: NameRules
  /** Whether an open folder can be addressed by its descriptor (Linux), which no exchange of folders can lead astray. */
  readonly holdsFolders: boolean
  /** @throws `unavailable` when the marker is gone: the root was unmounted, removed or exchanged */
  assertPresent(): Promise<void>
}

export interface RootOptions {
  readonly root: string
  readonly create: boolean | undefined
  readonly directoryMode: number
}

/** Opens the root, or makes it where that is allowed. @throws `unavailable` */
export async function openRoot(options: RootOptions): Promise<Root> {
  const path = await locate(options)
  const id = (await readMarker(path)) ?? (await adopt(path, options))
  const work = join(path, RESERVED, `tmp-${id}`)
  const uploads = join(path, RESERVED, 'uploads')
  for (const folder of [join(path, RESERVED), work, uploads]) await ensureRealFolder(folder, options.directoryMode)
  const rules = await probe(path, work)
  return {
    path,
    id,
    work,
    uploads,
    rules,
    holdsFolders: await canHoldFolders(path),
    assertPresent: () => assertMarker(path, id),
  }
}

async function locate({ root, create, directoryMode }: RootOptions): Promise<string> {
  const path = resolve(root)
  try {
    return await realpath(path)
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error
  }
  if (create === false) {
    throw new StowageError(
      'unavailable',
      `The storage root ${path} does not exist, and \`create: false\` forbids to make it. Is its disk mounted?`,
    )
  }
  await createRoot(path, directoryMode)
  return realpath(path)
}

async function adopt(path: string, { create, directoryMode }: RootOptions): Promise<string> {
  if (create === true && (await adoptEmptyRoot(path, directoryMode))) {
    const id = await readMarker(path)
    if (id) return id
  }
  throw new StowageError(
    'unavailable',
    `The folder ${path} exists, but has no marker file ${RESERVED}/marker, so it is not a storage root that was used before. ` +
      'If it is a mount point, mount its disk. If it is a new and empty folder meant to hold objects, ' +
      'pass `create: true` once, or remove the folder and let it be made. If it had objects, restore the marker from a backup.',
    { retryable: false },
  )
}

/** Null when there is no marker. */
async function readMarker(path: string): Promise<string | null> {
  try {
    const marker: unknown = JSON.parse(await readFile(markerPath(path), 'utf8'))
    if (marker && typeof marker === 'object' && 'id' in marker && /^[0-9a-f]{32}$/.test(String(marker.id)))
      return String(marker.id)
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') return null
    if (!(error instanceof SyntaxError)) throw error
  }
  throw new StowageError('unavailable', `The marker file ${markerPath(path)} is damaged; restore it from a backup.`, {
    retryable: false,
  })
}

async function assertMarker(path: string, id: string): Promise<void> {
  if ((await readMarker(path)) === id) return
  throw new StowageError(
    'unavailable',
    `The storage root ${path} is gone: its marker file is missing or another's. Was its disk unmounted? Nothing was made in its place.`,
  )
}

async function ensureRealFolder(path: string, mode: number): Promise<void> {
  await mkdir(path, mode).catch(error => {
    if (errnoOf(error) !== 'EEXIST') throw error
  })
  if ((await lstat(path)).isDirectory()) return
  throw new StowageError('unavailable', `${path} is not a folder; symbolic links are not followed below the root.`, {
    retryable: false,
  })
}

async function canHoldFolders(path: string): Promise<boolean> {
  if (process.platform !== 'linux') return false
  const handle = await open(path, constants.O_RDONLY | constants.O_DIRECTORY)
  try {
    return readlinkSync(`/proc/self/fd/${handle.fd}`) === path
  } catch {
    return false // No /proc here: folders are then checked name by name.
  } finally {
    await handle.close()
  }
}

/** Learns from one file what the file system folds, and that it can be written at all. */
async function probe(path: string, work: string): Promise<NameRules> {
  const name = `probe-${randomBytes(8).toString('hex')}-\u00e9`
  const file = join(work, name)
  await (await open(file, 'w')).close()
  try {
    return {
      foldsCase: (await lstat(markerPath(path).replace(/marker$/, 'MARKER')).catch(missing)) !== null,
      foldsUnicode: (await lstat(join(work, name.normalize('NFD'))).catch(missing)) !== null,
      windows: process.platform === 'win32',
    }
  } finally {
    // A process whose clock is ahead may have taken it for abandoned.
    await rm(file, { force: true })
  }
}

function missing(error: unknown): null {
  if (errnoOf(error) === 'ENOENT') return null
  throw error
}
