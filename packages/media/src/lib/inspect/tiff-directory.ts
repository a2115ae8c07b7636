import { Unreadable } from '../pool/task.ts'
import type { FileBytes } from './file-bytes.ts'

/** One entry of a directory: a short value is in the entry itself, a long one elsewhere. */
export interface TiffEntry {
  readonly type: number
  readonly count: number
  /** Place of the value within the file. */
  readonly at: number
}

/** A TIFF structure, as in a TIFF file or in EXIF. */
export interface Tiff {
  readonly bytes: FileBytes
  /** Place of its first byte, which its own offsets count from. */
  readonly base: number
  /** Nothing at or beyond this place is its own. */
  readonly end: number
  readonly littleEndian: boolean
  readonly big: boolean
  readonly firstDirectory: number
}

const MAX_ENTRIES = 1024
const UNIT_BYTES = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8, 8, 8]
const SHORT = 3
const LONG = 4
const LONG8 = 16

/** @throws Unreadable for what is no TIFF structure */
export async function openTiff(bytes: FileBytes, base: number, end: number): Promise<Tiff> {
  const head = await bytes.view(base, 8)
  const order = head.getUint16(0)
  const littleEndian = order === 0x4949
  const version = head.getUint16(2, littleEndian)
  if (!(littleEndian || order === 0x4d4d) || (version !== 42 && version !== 43)) throw damaged()
  const big = version === 43
  const firstDirectory = big
    ? Number((await bytes.view(base + 8, 8)).getBigUint64(0, littleEndian))
    : head.getUint32(4, littleEndian)
  return { bytes, base, end, littleEndian, big, firstDirectory }
}

/** The entries of the directory at `offset`, by tag; those with a value outside the structure are left out. */
export async function readDirectory(tiff: Tiff, offset: number): Promise<ReadonlyMap<number, TiffEntry>> {
  const { bytes, littleEndian, big } = tiff
  const [countBytes, entryBytes, valueAt, inlineBytes] = big ? [8, 20, 12, 8] : [2, 12, 8, 4]
  const start = within(tiff, offset, countBytes)
  const head = await bytes.view(start, countBytes)
  const count = big ? Number(head.getBigUint64(0, littleEndian)) : head.getUint16(0, littleEndian)
  if (count > MAX_ENTRIES) throw damaged()
  const table = await bytes.view(within(tiff, offset + countBytes, count * entryBytes), count * entryBytes)
  const entries = new Map<number, TiffEntry>()
  for (let entry = 0; entry < table.byteLength; entry += entryBytes) {
    const type = table.getUint16(entry + 2, littleEndian)
    const values = big ? Number(table.getBigUint64(entry + 4, littleEndian)) : table.getUint32(entry + 4, littleEndian)
    const size = values * (UNIT_BYTES[type] ?? 0)
    const elsewhere = big ? Number(table.getBigUint64(entry + 12, littleEndian)) : table.getUint32(entry + 8, littleEndian)
    const at = size <= inlineBytes ? start + countBytes + entry + valueAt : tiff.base + elsewhere
    const tag = table.getUint16(entry, littleEndian)
    if (size > 0 && at + size <= tiff.end && !entries.has(tag)) entries.set(tag, { type, count: values, at })
  }
  return entries
}

/** The first value of an entry that holds whole numbers; undefined for any other. */
export async function numberOf({ bytes, littleEndian }: Tiff, entry: TiffEntry | undefined): Promise<number | undefined> {
  if (entry?.type === SHORT) return (await bytes.view(entry.at, 2)).getUint16(0, littleEndian)
  if (entry?.type === LONG) return (await bytes.view(entry.at, 4)).getUint32(0, littleEndian)
  if (entry?.type === LONG8) return Number((await bytes.view(entry.at, 8)).getBigUint64(0, littleEndian))
  return undefined
}

function within({ base, end }: Tiff, offset: number, length: number): number {
  if (!Number.isSafeInteger(offset) || base + offset + length > end) throw damaged()
  return base + offset
}

function damaged() {
  return new Unreadable('A directory of the picture is damaged.')
}
