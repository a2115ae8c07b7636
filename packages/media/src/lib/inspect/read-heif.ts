import { Unreadable } from '../pool/task.ts'
import { type Box, boxesBetween } from './boxes.ts'
import type { FileBytes } from './file-bytes.ts'
import type { PictureFacts } from './picture-facts.ts'

const MAX_ITEMS = 4096
const NARROW_INDEX = 0x7f
const WIDE_INDEX = 0x7fff

/** The primary item, cut and turned as its properties say: EXIF does not turn these pictures. ISO/IEC 23008-12 §6.5, §9.3 */
export async function readHeif(bytes: FileBytes): Promise<PictureFacts> {
  const meta = named(await boxesBetween(bytes, 0, bytes.sizeBytes, 'meta'), 'meta')
  const parts = await boxesBetween(bytes, meta.at + 4, meta.end)
  const primary = await primaryItem(bytes, named(parts, 'pitm'))
  const properties = named(parts, 'iprp')
  const tables = await boxesBetween(bytes, properties.at, properties.end)
  const container = named(tables, 'ipco')
  const known = await boxesBetween(bytes, container.at, container.end)
  for (const table of tables.filter(({ type }) => type === 'ipma')) {
    const own = await propertiesOf(bytes, table, primary)
    if (own)
      return sizeBy(
        bytes,
        own.map(index => known[index - 1]).filter(box => box !== undefined),
      )
  }
  throw damaged()
}

async function primaryItem(bytes: FileBytes, { at, end }: Box): Promise<number> {
  const wide = (await bytes.view(at, 4)).getUint8(0) > 0
  if (at + (wide ? 8 : 6) > end) throw damaged()
  return wide ? (await bytes.view(at + 4, 4)).getUint32(0) : (await bytes.view(at + 4, 2)).getUint16(0)
}

/** Which properties an item has, as numbers from 1 on; null where the table doesn't name it. */
async function propertiesOf(bytes: FileBytes, table: Box, item: number): Promise<number[] | null> {
  const view = await bytes.view(table.at, Math.min(table.end - table.at, 16 * 1024))
  try {
    return find(view, item)
  } catch (cause) {
    throw cause instanceof RangeError ? damaged(cause) : cause
  }
}

function find(view: DataView, item: number): number[] | null {
  const wideItem = view.getUint8(0) > 0
  const wideIndex = (view.getUint8(3) & 1) === 1
  const items = Math.min(view.getUint32(4), MAX_ITEMS)
  let at = 8
  for (let entry = 0; entry < items; entry++) {
    const id = wideItem ? view.getUint32(at) : view.getUint16(at)
    at += wideItem ? 4 : 2
    const count = view.getUint8(at)
    at += 1
    if (id === item) return indexes(view, at, count, wideIndex)
    at += count * (wideIndex ? 2 : 1)
  }
  return null
}

function indexes(view: DataView, at: number, count: number, wide: boolean): number[] {
  return Array.from({ length: count }, (_, n) =>
    wide ? view.getUint16(at + 2 * n) & WIDE_INDEX : view.getUint8(at + n) & NARROW_INDEX,
  )
}

async function sizeBy(bytes: FileBytes, properties: readonly Box[]): Promise<PictureFacts> {
  let size = { width: 0, height: 0 }
  for (const { type, at, end } of properties) {
    if (type === 'ispe' && end - at >= 12) size = await sides(bytes, at + 4, 4)
    else if (type === 'clap' && end - at >= 32) size = await cut(bytes, at)
    else if (type === 'irot' && end > at && (await bytes.view(at, 1)).getUint8(0) & 1)
      size = { width: size.height, height: size.width }
  }
  return size
}

async function sides(bytes: FileBytes, at: number, apart: number) {
  const view = await bytes.view(at, apart + 4)
  return { width: view.getUint32(0), height: view.getUint32(apart) }
}

/** The clean aperture's sides, each a fraction. */
async function cut(bytes: FileBytes, at: number) {
  const over = await sides(bytes, at, 8)
  const under = await sides(bytes, at + 4, 8)
  return { width: Math.round(over.width / (under.width || 1)), height: Math.round(over.height / (under.height || 1)) }
}

function named(boxes: readonly Box[], type: string): Box {
  const box = boxes.find(box => box.type === type)
  if (!box) throw damaged()
  return box
}

function damaged(cause?: unknown) {
  return new Unreadable('The picture names no primary item with width and height: it is damaged.', { cause })
}
