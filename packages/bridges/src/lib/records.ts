import type { ObjectInfo } from '@stowage/core/contracts'
import { recordName, type Slot } from './names.ts'
import { openNote, writeNote } from './note.ts'
import type { Shelf } from './shelf.ts'

/** What makes an object visible: the newer of two notes, which are written in turn, so that the older stays whole meanwhile. */
export interface ObjectRecord {
  /** Counts the writes of a key. */
  readonly generation: number
  /** Of the body's chunks. */
  readonly id: string
  readonly sizeBytes: number
  readonly chunkBytes: number
  readonly modifiedAt: number
}

export interface Slots {
  readonly current: { readonly slot: Slot; readonly record: ObjectRecord } | null
  /** Those that hold something, whole or not. */
  readonly taken: readonly Slot[]
}

const SLOTS = ['a', 'b'] as const

export async function readSlots(shelf: Shelf, key: string, signal?: AbortSignal): Promise<Slots> {
  return slotsAmong(shelf, key, SLOTS, signal)
}

async function slotsAmong(shelf: Shelf, key: string, slots: readonly Slot[], signal?: AbortSignal): Promise<Slots> {
  const values = await Promise.all(slots.map(slot => shelf.read(recordName(key, slot), signal)))
  const found = slots.flatMap((slot, i) => {
    const bytes = values[i]
    const record = bytes && (openNote(recordName(key, slot), bytes) as ObjectRecord | null)
    return record ? [{ slot, record }] : []
  })
  const [current] = found.sort((x, y) => y.record.generation - x.record.generation)
  return { current: current ?? null, taken: slots.filter((_, i) => values[i] !== null) }
}

/** For lists, which have just seen what slots there are. */
export async function readListed(
  shelf: Shelf,
  key: string,
  seen: readonly Slot[],
  signal?: AbortSignal,
): Promise<ObjectRecord | null> {
  const { current } = await slotsAmong(shelf, key, seen, signal)
  return current?.record ?? readRecord(shelf, key, signal)
}

export async function readRecord(shelf: Shelf, key: string, signal?: AbortSignal): Promise<ObjectRecord | null> {
  return (await readSlots(shelf, key, signal)).current?.record ?? null
}

/** Into the slot that is not in use: a reader sees the old object or the new one, and a crash leaves one of them. */
export async function writeRecord(shelf: Shelf, key: string, slots: Slots, record: ObjectRecord): Promise<Slot> {
  const slot = slots.current?.slot === 'a' ? 'b' : 'a'
  await writeNote(shelf, recordName(key, slot), record)
  return slot
}

/** What is visible goes last: a crash half-way never shows an older object again. */
export async function removeRecords(shelf: Shelf, key: string, { current, taken }: Slots): Promise<void> {
  for (const slot of taken) if (slot !== current?.slot) await shelf.remove(recordName(key, slot))
  if (current) await shelf.remove(recordName(key, current.slot))
}

/** Takes back a record whose write failed, but may have been done. What it replaced is visible again. */
export async function removeRecordOf(shelf: Shelf, key: string, id: string): Promise<void> {
  const { current } = await readSlots(shelf, key)
  if (current?.record.id === id) await shelf.remove(recordName(key, current.slot))
}

export function infoOf(key: string, record: ObjectRecord): ObjectInfo {
  return { key, sizeBytes: record.sizeBytes, etag: `"${record.id}"`, lastModified: new Date(record.modifiedAt) }
}

export const chunkCount = ({ sizeBytes, chunkBytes }: Pick<ObjectRecord, 'sizeBytes' | 'chunkBytes'>) =>
  Math.ceil(sizeBytes / chunkBytes)
