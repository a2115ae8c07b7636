import { Buffer } from 'node:buffer'
import { box, heicWith, jpegSegment, pngHeader, u16, u32, withJpegSegments } from './handmade.ts'

const zeros = Buffer.alloc(60_000)
const repeated = (part: Buffer, count: number): Buffer => Buffer.alloc(part.length * count, part)

/** Pictures that made many readers of dimensions loop, or run far. By title: type and bytes. */
export const traps: ReadonlyMap<string, readonly [contentType: string, file: Buffer]> = new Map([
  ['ICNS whose entry has no length', ['image/icns', Buffer.from('icns\0\0\0\x10is32\0\0\0\0', 'latin1')]],
  [
    'JPEG XL whose part has no length',
    [
      'image/jxl',
      Buffer.concat([box('JXL ', u32(0x0d0a870a)), box('ftyp', Buffer.from('jxl ')), u32(0), Buffer.from('jxlp'), zeros]),
    ],
  ],
  ['JPEG 2000 of boxes without length', ['image/jp2', Buffer.concat([box('jP  ', u32(0x0d0a870a)), zeros])]],
  ['HEIF whose size property has no length', ['image/heic', heicWith(Buffer.concat([u32(0), Buffer.from('ispe'), zeros]))]],
  [
    'HEIF whose property is smaller than its own head',
    ['image/heic', heicWith(Buffer.concat([u32(4), Buffer.from('ispe'), zeros]))],
  ],
  ['HEIF of nothing but empty boxes', ['image/avif', repeated(box('free'), 8000)]],
  ['HEIF whose box claims 2^64 bytes', ['image/heif', Buffer.concat([u32(1), Buffer.from('ftyp'), u32(-1), u32(-1), zeros])]],
  [
    'JPEG of empty segments',
    ['image/jpeg', withJpegSegments(Buffer.alloc(4, 0xff), repeated(jpegSegment(0xe2, Buffer.alloc(0)), 16_000))],
  ],
  ['JPEG whose segment has no length', ['image/jpeg', Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), u16(0), zeros])]],
  ['JPEG of fill bytes', ['image/jpeg', Buffer.alloc(65_536, 0xff)]],
  ['PNG of empty chunks', ['image/png', Buffer.concat([pngHeader(8, 8), zeros])]],
  ['TIFF whose directory is its own entry', ['image/tiff', Buffer.concat([Buffer.from('II*\0\0\0\0\0', 'latin1'), zeros])]],
  ['SVG that begins again and again', ['image/svg+xml', Buffer.from('<svg '.repeat(13_000))]],
  ['SVG of one long attribute', ['image/svg+xml', Buffer.from(`<svg ${'a'.repeat(60_000)}`)]],
  ['SVG of spaces', ['image/svg+xml', Buffer.from(`<svg${' '.repeat(60_000)}x`)]],
  ['SVG of open comments', ['image/svg+xml', Buffer.from('<!--'.repeat(15_000))]],
])
