import { Buffer } from 'node:buffer'
import { crc32 } from 'node:zlib'

/** Formats, and shapes of files, that sharp does not write. */

export function pngChunk(name: string, data: Uint8Array): Buffer {
  const named = Buffer.concat([Buffer.from(name, 'latin1'), data])
  return Buffer.concat([u32(data.length), named, u32(crc32(named))])
}

/** Puts chunks before the first of that name. */
export function withPngChunks(png: Buffer, before: string, ...chunks: Buffer[]): Buffer {
  const at = png.indexOf(before, 8, 'latin1') - 4
  return Buffer.concat([png.subarray(0, at), ...chunks, png.subarray(at)])
}

/** Puts segments behind the first two bytes. */
export function withJpegSegments(jpeg: Buffer, ...segments: Buffer[]): Buffer {
  return Buffer.concat([jpeg.subarray(0, 2), ...segments, jpeg.subarray(2)])
}

export function jpegSegment(marker: number, data: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([0xff, marker]), u16(data.length + 2), data])
}

export function box(type: string, ...content: Uint8Array[]): Buffer {
  const data = Buffer.concat(content)
  return Buffer.concat([u32(data.length + 8), Buffer.from(type, 'latin1'), data])
}

export interface HeicOptions {
  readonly brand?: string
  /** Quarter turns against the clock, as `irot` says them. */
  readonly quarterTurns?: number
  readonly clap?: readonly [width: number, height: number]
}

/** The boxes of a photo of a telephone: tiles of 512 pixels, and a grid of them that is the primary item. No pixels. */
export function heic(width: number, height: number, { brand = 'heic', quarterTurns = 0, clap }: HeicOptions = {}): Buffer {
  const full = u32(0)
  const clean = clap ? [box('clap', ...[clap[0], 1, clap[1], 1, 0, 1, 0, 1].map(u32))] : []
  const turned = box('irot', Buffer.from([quarterTurns]))
  const container = box(
    'ipco',
    box('ispe', full, u32(512), u32(512)),
    box('ispe', full, u32(width), u32(height)),
    ...clean,
    turned,
  )
  const own = clap ? [2, 3, 0x84] : [2, 0x83]
  const entries = [u16(1), Buffer.from([1, 1]), u16(49), Buffer.from([own.length, ...own])]
  const ipma = box('ipma', full, u32(2), ...entries)
  const meta = box(
    'meta',
    full,
    box('hdlr', full, u32(0), Buffer.from('pict')),
    box('pitm', full, u16(49)),
    box('iprp', container, ipma),
  )
  return Buffer.concat([box('ftyp', Buffer.from(`${brand}\0\0\0\0mif1${brand}`)), meta, box('mdat', Buffer.alloc(64))])
}

/** A HEIC file whose one property is given as it is. */
export function heicWith(property: Buffer): Buffer {
  const pitm = box('pitm', u32(0), u16(1))
  return Buffer.concat([box('ftyp', Buffer.from('heic')), box('meta', u32(0), pitm, box('iprp', box('ipco', property)))])
}

export function pngHeader(width: number, height: number): Buffer {
  const header = Buffer.concat([u32(width), u32(height), Buffer.from([8, 2, 0, 0, 0])])
  return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), pngChunk('IHDR', header)])
}

export function bmp(width: number, height: number): Buffer {
  const header = Buffer.alloc(54 + Math.abs(width * height) * 4)
  header.write('BM')
  header.writeUInt32LE(header.length, 2)
  header.writeUInt32LE(54, 10)
  header.writeUInt32LE(40, 14)
  header.writeInt32LE(width, 18)
  header.writeInt32LE(height, 22)
  header.writeUInt16LE(1, 26)
  header.writeUInt16LE(32, 28)
  return header
}

export function os2Bmp(width: number, height: number): Buffer {
  const header = Buffer.alloc(64)
  header.write('BM')
  header.writeUInt32LE(12, 14)
  header.writeUInt16LE(width, 18)
  header.writeUInt16LE(height, 20)
  return header
}

/** A TIFF structure with one directory, as in EXIF: values up to four bytes stand in the entry, longer ones behind it. */
export function tiffDirectory(
  entries: readonly (readonly [tag: number, type: number, count: number, value: Uint8Array])[],
): Buffer {
  const tableEnd = 10 + entries.length * 12 + 4
  const values: Buffer[] = []
  let at = tableEnd
  const table = entries.map(([tag, type, count, value]) => {
    const head = Buffer.concat([u16(tag), u16(type), u32(count)])
    if (value.length <= 4) return Buffer.concat([head, value, Buffer.alloc(4 - value.length)])
    values.push(Buffer.from(value))
    at += value.length
    return Buffer.concat([head, u32(at - value.length)])
  })
  return Buffer.concat([Buffer.from('MM'), u16(42), u32(8), u16(entries.length), ...table, u32(0), ...values])
}

export const ascii = (text: string): Buffer => Buffer.from(`${text}\0`, 'latin1')

export function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2)
  bytes.writeUInt16BE(value)
  return bytes
}

export function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value >>> 0)
  return bytes
}
