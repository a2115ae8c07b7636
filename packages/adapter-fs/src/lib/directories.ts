import { constants, readlinkSync } from 'node:fs'
import { lstat, mkdir, open, rmdir } from 'node:fs/promises'
import { join } from 'node:path'
import { StowageError } from '@stowage/core/contracts'
import { errnoOf } from './errors.ts'
import { type Directory, HeldDirectory } from './held-directory.ts'
import type { Root } from './root.ts'

const OPEN_DIRECTORY = constants.O_RDONLY | (constants.O_DIRECTORY ?? 0) | (constants.O_NOFOLLOW ?? 0)
const MAX_REMEMBERED = 20_000
const MAX_ATTEMPTS = 20

/** A folder that is there durably, or of which only its own name may be missing. */
export interface FolderPlace {
  readonly path: string
  /** Where the folder's own name has to be made sure of; null when it is known to be there. */
  readonly parent: string | null
  readonly life: unknown
}

/** Opens, makes and removes the folders that keys lie in. No symbolic link below the root is ever followed. */
export class Directories {
  readonly #root: Root
  readonly #mode: number
  readonly #held = new Map<string, Promise<HeldDirectory | null>>()
  /** Folders whose names are on the disk for certain; the value stands for one life of the folder. */
  readonly #durable = new Map<string, object>()
  #removals = 0

  constructor(root: Root, mode: number) {
    this.#root = root
    this.#mode = mode
  }

  /** Where a folder is that can be held open by its path; null where it takes more than one new name to be sure of it. */
  place(segments: readonly string[]): FolderPlace | null {
    if (!this.#root.holdsFolders) return null
    const known = this.#isDurable(segments)
    if (!known && !this.#isDurable(segments.slice(0, -1))) return null
    const path = [this.#root.path, ...segments].join('/')
    return { path, parent: known ? null : path.slice(0, path.lastIndexOf('/')), life: this.life(segments) }
  }

  /** What stays the same for as long as the folder is not removed. */
  life(segments: readonly string[]): unknown {
    return this.#durable.get(segments.join('/')) ?? this.#removals
  }

  #isDurable(segments: readonly string[]): boolean {
    return segments.length === 0 || this.#durable.has(segments.join('/'))
  }

  /** To be called when a name was given in a folder: it is there durably, and if it was removed in the meantime, that is made sure of again. */
  async named(segments: readonly string[], life: unknown): Promise<void> {
    if (segments.length === 0) return
    if (this.life(segments) === life) this.#remember(segments.join('/'))
    else await (await this.ensure(segments)).release()
  }

  #remember(id: string): void {
    if (this.#durable.has(id)) return
    if (this.#durable.size >= MAX_REMEMBERED) this.#durable.clear()
    this.#durable.set(id, {})
  }

  /** Null when there is no such folder, or a file in the place of one of its parents. */
  async open(segments: readonly string[]): Promise<Directory | null> {
    const path = join(this.#root.path, ...segments)
    const held = this.#held.get(path)
    const directory = await (held ?? this.#hold(path, segments))
    if (!directory) return null
    if (!directory.retain()) return this.open(segments)
    const real = this.#root.holdsFolders ? readlinkSync(directory.base) : path
    if (real === path) return directory
    if (held && this.#held.get(path) === held) this.#held.delete(path)
    await directory.release()
    // Removed since, or moved away while it was shared: look again. Else a link leads elsewhere.
    if (held || real === `${path} (deleted)`) return this.open(segments)
    throw linked(path)
  }

  #hold(path: string, segments: readonly string[]): Promise<HeldDirectory | null> {
    const opening: Promise<HeldDirectory | null> = this.#openNow(path, segments, () => {
      if (this.#held.get(path) === opening) this.#held.delete(path)
    })
    this.#held.set(path, opening)
    const forget = (directory: HeldDirectory | null) => {
      if (!directory && this.#held.get(path) === opening) this.#held.delete(path)
    }
    opening.then(forget, () => forget(null))
    return opening
  }

  async #openNow(path: string, segments: readonly string[], onIdle: () => void): Promise<HeldDirectory | null> {
    if (!this.#root.holdsFolders) await this.refuseLinks(segments)
    try {
      // Windows can't open a folder for fsync; its metadata writes are journalled in order.
      const handle = this.#root.rules.windows ? null : await open(path, OPEN_DIRECTORY)
      const base = this.#root.holdsFolders && handle ? `/proc/self/fd/${handle.fd}` : path
      return new HeldDirectory(handle, base, onIdle)
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT' && errnoOf(error) !== 'ENOTDIR') throw error
      // What is missing may be missing behind a link only: nothing may be concluded from that.
      await this.refuseLinks(segments)
      return null
    }
  }

  /** @throws `unavailable` when one of the names is a symbolic link */
  async refuseLinks(segments: readonly string[]): Promise<void> {
    for (let i = 1; i <= segments.length; i += 1) {
      const path = join(this.#root.path, ...segments.slice(0, i))
      const stat = await lstat(path).catch(absent)
      if (stat?.isSymbolicLink()) throw linked(path)
      if (!stat?.isDirectory()) return
    }
  }

  /** Makes the folder and its parents where they are missing, durably. @throws `conflict` when a parent is an object */
  async ensure(segments: readonly string[], attempt = 1): Promise<Directory> {
    const id = segments.join('/')
    if (segments.length > 0 && !this.#durable.has(id)) await this.#make(segments, id)
    const directory = await this.open(segments)
    if (directory) return directory
    this.#durable.delete(id)
    const stat = await lstat(join(this.#root.path, ...segments)).catch(absent)
    if (stat && !stat.isDirectory()) throw keyIsFolder(id)
    await this.#root.assertPresent()
    // A delete removed the empty folder in between.
    if (attempt < MAX_ATTEMPTS) return this.ensure(segments, attempt + 1)
    throw new StowageError('unavailable', `The folder ${JSON.stringify(id)} is removed as fast as it is made.`)
  }

  async #make(segments: readonly string[], id: string): Promise<void> {
    const parent = await this.ensure(segments.slice(0, -1))
    try {
      await this.#root.assertPresent()
      await mkdir(parent.at(segments.at(-1) ?? ''), this.#mode).catch(existing)
      await parent.sync()
      this.#remember(id)
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT') throw error
      this.#durable.delete(segments.slice(0, -1).join('/'))
    } finally {
      await parent.release()
    }
  }

  /** Makes durable that a folder is gone, and what was in it: by the nearest above it that is there. */
  async syncAbove(segments: readonly string[]): Promise<void> {
    for (let length = segments.length - 1; length >= 0; length -= 1) {
      const directory = await this.open(segments.slice(0, length))
      if (!directory) continue
      try {
        return await directory.sync()
      } finally {
        await directory.release()
      }
    }
  }

  /** Removes the folder and its parents as far as they are empty. Never throws: an empty folder that stays does no harm. */
  async prune(segments: readonly string[]): Promise<void> {
    for (let length = segments.length; length > 0; length -= 1) {
      if (!(await this.#removeEmpty(segments.slice(0, length)).catch(() => false))) return
    }
  }

  /** True when the folder is gone. */
  async #removeEmpty(segments: readonly string[]): Promise<boolean> {
    const parent = await this.open(segments.slice(0, -1))
    if (!parent) return true
    try {
      this.#durable.delete(segments.join('/'))
      this.#removals += 1
      await rmdir(parent.at(segments.at(-1) ?? ''))
      return true
    } catch (error) {
      return errnoOf(error) === 'ENOENT'
    } finally {
      await parent.release()
    }
  }
}

function absent(error: unknown): null {
  if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') return null
  throw error
}

function existing(error: unknown): void {
  if (errnoOf(error) !== 'EEXIST') throw error
}

function linked(path: string): StowageError {
  return new StowageError('unavailable', `A symbolic link lies at or above ${path}, and none is followed below the root.`, {
    retryable: false,
  })
}

/** Files and folders share their names: a key can't be another key's folder. */
export function keyIsFolder(key: string): StowageError {
  return new StowageError(
    'conflict',
    `The key ${JSON.stringify(key)} cannot be an object and the folder of other keys at once.`,
    {
      details: { key },
    },
  )
}
