import type { Dirent } from 'node:fs'
import { lstat, opendir } from 'node:fs/promises'
import type { ObjectInfo } from '@stowage/core/contracts'
import { errnoOf } from './errors.ts'
import { isReserved, segmentFault } from './keys.ts'
import { objectInfo } from './object-info.ts'
import { compareUtf8 } from './order.ts'
import type { Place } from './place.ts'

const STAT_AT_ONCE = 128

export interface WalkQuery {
  readonly prefix: string
  readonly limit: number
  /** Keys up to and including this one are passed over. */
  readonly after: string | null
  /** Names folders behind the prefix that hold an object, and does not enter them. */
  readonly rollUp: boolean
}

/** An object, or a folder, whose key has a slash at its end. */
export interface Found {
  readonly key: string
  readonly info: ObjectInfo | null
}

interface Entry {
  /** Key of the file, or of the folder with a slash at its end: so that both sort as the keys they stand for. */
  readonly key: string
  readonly folder: boolean
}

/**
 * Objects in UTF-8 byte order of their keys. Enters only folders that can hold a key behind `after` with the prefix, and keeps
 * about a page of names in memory at each level.
 */
export async function* walkObjects(place: Place, query: WalkQuery): AsyncGenerator<Found, void> {
  yield* walkFolder(place, query.prefix.split('/').slice(0, -1), query)
}

async function* walkFolder(place: Place, segments: readonly string[], query: WalkQuery): AsyncGenerator<Found, void> {
  let passed: string | null = null
  for (;;) {
    const { entries, more } = await readBatch(place, segments, query, passed)
    for (const run of runsOf(entries, Math.min(STAT_AT_ONCE, query.limit + 1))) {
      if (run[0]?.folder) yield* enter(place, run[0].key, query)
      else yield* await describe(place, segments, run)
    }
    passed = entries.at(-1)?.key ?? null
    if (!more || passed === null) return
  }
}

async function* enter(place: Place, key: string, query: WalkQuery): AsyncGenerator<Found, void> {
  if (!isRolledUp(key, query)) yield* walkFolder(place, key.slice(0, -1).split('/'), query)
  else if (await holdsObject(place, key)) yield { key, info: null }
}

const isRolledUp = (folder: string, { rollUp, prefix }: WalkQuery) => rollUp && !prefix.startsWith(folder)

/** Folders may be empty for a moment, and hold nothing but links for ever. */
async function holdsObject(place: Place, prefix: string): Promise<boolean> {
  for await (const _ of walkObjects(place, { prefix, limit: 1, after: null, rollUp: false })) return true
  return false
}

/** Each folder by itself, and files that follow one another together. */
function* runsOf(entries: readonly Entry[], atMost: number): Generator<readonly Entry[], void> {
  let run: Entry[] = []
  for (const entry of entries) {
    if (run.length > 0 && (entry.folder || run.length >= atMost)) {
      yield run
      run = []
    }
    if (entry.folder) yield [entry]
    else run.push(entry)
  }
  if (run.length > 0) yield run
}

/** The first entries behind `passed`, in order, and whether there are more. Reads the folder once, whatever its size. */
async function readBatch(
  place: Place,
  segments: readonly string[],
  query: WalkQuery,
  passed: string | null,
): Promise<{ entries: readonly Entry[]; more: boolean }> {
  const keep = query.limit + 1
  let entries: Entry[] = []
  let more = false
  const trim = () => {
    entries.sort((a, b) => compareUtf8(a.key, b.key))
    more ||= entries.length > keep
    entries = entries.slice(0, keep)
  }
  for await (const entry of entriesOf(place, segments)) {
    if (!matches(entry, query) || (passed !== null && compareUtf8(entry.key, passed) <= 0)) continue
    entries.push(entry)
    if (entries.length >= keep * 2) trim()
  }
  trim()
  return { entries, more }
}

async function* entriesOf(place: Place, segments: readonly string[]): AsyncGenerator<Entry, void> {
  const directory = await place.directories.open(segments)
  if (!directory) return
  const base = segments.map(segment => `${segment}/`).join('')
  try {
    for await (const dirent of await opendir(directory.at('.'), { bufferSize: 512 })) {
      const entry = entryOf(dirent, base)
      if (entry && !segmentFault(dirent.name, place.root.rules)) yield entry
    }
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error
  } finally {
    await directory.release()
  }
}

/** Null for what is no object: links, devices, pipes, and the folder that holds what is unfinished. */
function entryOf(dirent: Dirent, base: string): Entry | null {
  if (base === '' && isReserved(dirent.name)) return null
  if (dirent.isFile()) return { key: base + dirent.name, folder: false }
  return dirent.isDirectory() ? { key: `${base}${dirent.name}/`, folder: true } : null
}

function matches({ key, folder }: Entry, query: WalkQuery): boolean {
  const { prefix, after } = query
  if (!key.startsWith(prefix) && !(folder && prefix.startsWith(key))) return false
  if (after === null || compareUtf8(key, after) > 0) return true
  return folder && after.startsWith(key) && !isRolledUp(key, query)
}

/** Without those that were deleted since their names were read. */
async function describe(place: Place, segments: readonly string[], files: readonly Entry[]): Promise<readonly Found[]> {
  const directory = await place.directories.open(segments)
  if (!directory) return []
  try {
    const path = (key: string) => directory.at(key.slice(key.lastIndexOf('/') + 1))
    const infos = await Promise.all(files.map(({ key }) => describeOne(key, path(key))))
    return infos.flatMap(info => (info ? [{ key: info.key, info }] : []))
  } finally {
    await directory.release()
  }
}

async function describeOne(key: string, path: string): Promise<ObjectInfo | null> {
  try {
    return objectInfo(key, await lstat(path, { bigint: true }))
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return null
    throw error
  }
}
