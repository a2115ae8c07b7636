import { createHash } from 'node:crypto'
import { mkdirSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { disposeChunk } from '@stowage/core/contracts'
import type { Random } from '../kill/random.ts'
import type { DataOperation, Inode, NameOperation, Operation, SyncOperation } from './operations.ts'

const SECTOR = 512

/**
 * Which of the operations that no sync has made durable reached the disk: none, all, every one up to some moment (as a journal keeps
 * them), or any, writes also in part.
 */
export type Luck = 'none' | 'all' | 'ordered' | 'any'
export const LUCKS: readonly Luck[] = ['none', 'all', 'ordered', 'any']

/** What is on a disk. */
export interface DiskState {
  readonly files: ReadonlyMap<number, { readonly bytes: Buffer; readonly seconds: number | null }>
  readonly folders: ReadonlyMap<number, ReadonlyMap<string, Inode>>
}

type Lasting = DataOperation | NameOperation

/** A state in which the power may leave the disk at one moment: whatever a sync had promised by then is there. */
export function stateAt(operations: readonly Operation[], moment: number, luck: Luck, random: Random): DiskState {
  const { lasting, largest } = knownOf(operations)
  const limit = luck === 'ordered' ? random.below(moment + 1) : moment
  const files = new Map<number, { bytes: Buffer; seconds: number | null }>()
  const folders = new Map<number, Map<string, Inode>>()
  for (const { operation, durableAt } of lasting) {
    if (operation.start >= moment) break
    const isSafe = durableAt < moment
    const happens =
      isSafe || luck === 'all' || (luck === 'ordered' && operation.start < limit) || (luck === 'any' && random.below(2) === 0)
    if (!happens) continue
    if (operation.does === 'name') rename(folders, operation)
    else {
      const { number } = operation.inode
      const file = files.get(number) ?? { bytes: emptyFile(largest.get(number) ?? 0), seconds: null }
      files.set(number, file)
      change(file, operation, !isSafe && luck === 'any' ? random : null)
    }
  }
  return { files, folders }
}

interface Known {
  /** What may last, in the order in which it began. */
  readonly lasting: readonly {
    readonly operation: Lasting
    /** End of the first sync that makes it durable. */
    readonly durableAt: number
  }[]
  /** How large each file may become, by inode. */
  readonly largest: ReadonlyMap<number, number>
}

const known = new WeakMap<readonly Operation[], Known>()

function knownOf(operations: readonly Operation[]): Known {
  const found = known.get(operations)
  if (found) return found
  const syncs = Map.groupBy(
    operations.filter((operation): operation is SyncOperation => operation.does === 'sync'),
    sync => sync.inode.number,
  )
  const made = operations
    .filter((operation): operation is Lasting => operation.does !== 'sync' && operation.does !== 'mark')
    .toSorted((a, b) => a.start - b.start)
    .map(operation => ({ operation, durableAt: durableAt(operation, syncs.get(syncedBy(operation)) ?? []) }))
  const result = { lasting: made, largest: largestOf(operations) }
  known.set(operations, result)
  return result
}

function largestOf(operations: readonly Operation[]): Map<number, number> {
  const largest = new Map<number, number>()
  for (const operation of operations) {
    const end =
      operation.does === 'write'
        ? operation.offset + operation.bytes.byteLength
        : operation.does === 'truncate'
          ? operation.sizeBytes
          : 0
    if (end > 0 && 'inode' in operation)
      largest.set(operation.inode.number, Math.max(end, largest.get(operation.inode.number) ?? 0))
  }
  return largest
}

/** A name lasts by its folder; the two of a rename by the one that it was given in. */
function syncedBy(operation: Lasting): number {
  return operation.does === 'name' ? (operation.changes[0]?.folder.number ?? -1) : operation.inode.number
}

function durableAt({ end }: Lasting, syncs: readonly SyncOperation[]): number {
  return syncs.reduce((first, sync) => (sync.start > end ? Math.min(first, sync.end) : first), Number.POSITIVE_INFINITY)
}

function rename(folders: Map<number, Map<string, Inode>>, { changes }: NameOperation): void {
  for (const { folder, name, inode } of changes) {
    const entries = folders.get(folder.number) ?? new Map<string, Inode>()
    folders.set(folder.number, entries)
    if (inode) entries.set(name, inode)
    else entries.delete(name)
  }
}

/** Without bytes, but with room for so many: a log of thousands of writes is not copied for each. */
const emptyFile = (roomBytes: number): Buffer => Buffer.from(new ArrayBuffer(roomBytes), 0, 0)

/** @param tears cuts writes at some sector; null leaves them whole */
function change(file: { bytes: Buffer; seconds: number | null }, operation: DataOperation, tears: Random | null): void {
  if (operation.does === 'time') file.seconds = operation.seconds
  else if (operation.does === 'truncate') file.bytes = resized(file.bytes, operation.sizeBytes)
  else {
    const sectors = Math.ceil(operation.bytes.byteLength / SECTOR)
    const bytes = tears ? operation.bytes.subarray(0, SECTOR * tears.below(sectors + 1)) : operation.bytes
    const end = operation.offset + bytes.byteLength
    file.bytes = resized(file.bytes, Math.max(file.bytes.byteLength, end))
    bytes.copy(file.bytes, operation.offset)
  }
}

/** In its room; bytes that are new are zero. */
function resized(bytes: Buffer, sizeBytes: number): Buffer {
  if (bytes.byteLength >= sizeBytes) return bytes.subarray(0, sizeBytes)
  return Buffer.from(bytes.buffer, bytes.byteOffset, sizeBytes).fill(0, bytes.byteLength)
}

/** Gives the memory of a state back, which is much outside of the collector's heap. Its files have no bytes any more. */
export function forget({ files }: DiskState): void {
  for (const { bytes } of files.values()) disposeChunk(new Uint8Array(bytes.buffer))
}

/** Visits everything that has a name, folders before what is in them. */
function walk(state: DiskState, visit: (path: string, inode: Inode) => void): void {
  const enter = (number: number, path: string): void => {
    for (const [name, inode] of [...(state.folders.get(number) ?? [])].sort(([a], [b]) => (a < b ? -1 : 1))) {
      visit(join(path, name), inode)
      if (inode.isFolder) enter(inode.number, join(path, name))
    }
  }
  enter(0, '')
}

const fileOf = (state: DiskState, inode: Inode) => state.files.get(inode.number) ?? { bytes: Buffer.alloc(0), seconds: null }

/** The index that SQLite shares between processes is mapped into memory, so that no log has it; it is made anew after a crash. */
const isShared = (path: string): boolean => path.endsWith('-shm')

/** Two states with one fingerprint are the same to whoever opens them. */
export function fingerprint(state: DiskState): string {
  const hash = createHash('sha256')
  walk(state, (path, inode) => {
    if (isShared(path)) return
    hash.update(`${path}\0${inode.isFolder}\0`)
    if (!inode.isFolder) {
      const { bytes, seconds } = fileOf(state, inode)
      hash.update(`${seconds}\0${bytes.byteLength}\0`).update(bytes)
    }
  })
  return hash.digest('hex')
}

/** Writes a state into a folder that is there and empty. */
export function materialise(state: DiskState, folder: string): void {
  walk(state, (path, inode) => {
    const whole = join(folder, path)
    if (inode.isFolder) mkdirSync(whole)
    else if (!isShared(path)) {
      const { bytes, seconds } = fileOf(state, inode)
      writeFileSync(whole, bytes)
      if (seconds !== null) utimesSync(whole, seconds, seconds)
    }
  })
}
