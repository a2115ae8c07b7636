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
  /** Valid and superseded. */
  readonly older: ObjectRecord | null
  /** Those that hold something, whole or not. */
  readonly taken: readonly Slot[]
}

export async function readSlots(shelf: Shelf, key: string, signal?: AbortSignal): Promise<Slots> {
  const slots = ['a', 'b'] as const
  const values = await Promise.all(slots.map(slot => shelf.read(recordName(key, slot), signal)))
  const found = slots.flatMap((slot, i) => {
    const bytes = values[i]
    const record = bytes && (openNote(recordName(key, slot), bytes) as ObjectRecord | null)
    return record ? [{ slot, record }] : []
  })
  const [current, older] = found.sort((x, y) => y.record.generation - x.record.generation)
  return { current: current ?? null, older: older?.record ?? null, taken: slots.filter((_, i) => values[i] !== null) }
}

export async function readRecord(shelf: Shelf, key: string, signal?: AbortSignal): Promise<ObjectRecord | null> {
  return (await readSlots(shelf, key, signal)).current?.record ?? null
}

/** Into the slot that is not in use: a reader sees the old object or the new one, and a crash leaves one of them. */
export async function writeRecord(shelf: Shelf, key: string, slots: Slots, record: ObjectRecord): Promise<void> {
  await writeNote(shelf, recordName(key, slots.current?.slot === 'a' ? 'b' : 'a'), record)
}

/** What is visible goes last: a crash half-way never shows an older object again. */
export async function removeRecords(shelf: Shelf, key: string, { current, taken }: Slots): Promise<void> {
  for (const slot of taken) if (slot !== current?.slot) await shelf.remove(recordName(key, slot))
  if (current) await shelf.remove(recordName(key, current.slot))
}

export function infoOf(key: string, record: ObjectRecord): ObjectInfo {
  return { key, sizeBytes: record.sizeBytes, etag: `"${record.id}"`, lastModified: new Date(record.modifiedAt) }
}

export const chunkCount = ({ sizeBytes, chunkBytes }: Pick<ObjectRecord, 'sizeBytes' | 'chunkBytes'>) =>
  Math.ceil(sizeBytes / chunkBytes)
