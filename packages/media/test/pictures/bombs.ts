import { Buffer } from 'node:buffer'
import { deflateSync } from 'node:zlib'
import { box, pngChunk, u16, u32 } from './handmade.ts'

function largePng(side: number): Buffer {
  const header = Buffer.concat([u32(side), u32(side), Buffer.from([1, 0, 0, 0, 0])])
  const pixels = deflateSync(Buffer.alloc((side / 8 + 1) * side), { level: 9 })
  const signature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1')
  return Buffer.concat([signature, pngChunk('IHDR', header), pngChunk('IDAT', pixels), pngChunk('IEND', Buffer.alloc(0))])
}

const little = (value: number): Buffer => u16(value).swap16()
const little24 = (value: number): Buffer => Buffer.from([value & 255, (value >> 8) & 255, value >> 16])

/** Each frame fills the screen, says the first pixel only, and differs from the one before. */
export function gif(sides: number, frames: number): Buffer {
  const [black, white] = [0x44, 0x4c].map(code =>
    Buffer.concat([Buffer.from([0x2c, 0, 0, 0, 0]), little(sides), little(sides), Buffer.from([0, 2, 2, code, 1, 0])]),
  )
  const pair = Buffer.concat([black ?? Buffer.alloc(0), white ?? Buffer.alloc(0)])
  const head = [Buffer.from('GIF89a'), little(sides), little(sides), Buffer.from([0x80, 0, 0, 0, 0, 0, 255, 255, 255])]
  return Buffer.concat([...head, Buffer.alloc((pair.length * frames) / 2, pair), Buffer.from([0x3b])])
}

/** Frames of one pixel, as the smallest lossless picture. */
function webp(frames: number): Buffer {
  const picture = riff(
    'VP8L',
    Buffer.from([0x2f, 0, 0, 0, 0, 0x07, 0xd0, 0xff, 0xfe, 0xf7, 0xbf, 0xff, 0x81, 0x88, 0x88, 0xe8, 0x7f, 0x84, 0, 0]),
  )
  const frame = riff('ANMF', Buffer.concat([Buffer.alloc(12), little24(1), Buffer.from([2]), picture]))
  const head = riff('VP8X', Buffer.concat([Buffer.from([2, 0, 0, 0]), little24(0), little24(0)]))
  const content = Buffer.concat([
    Buffer.from('WEBP'),
    head,
    riff('ANIM', Buffer.alloc(6)),
    Buffer.alloc(frame.length * frames, frame),
  ])
  return riff('RIFF', content)
}

function riff(name: string, data: Buffer): Buffer {
  const size = Buffer.alloc(4)
  size.writeUInt32LE(data.length)
  return Buffer.concat([Buffer.from(name), size, data, Buffer.alloc(data.length % 2)])
}

function largeAvif(sides: number): Buffer {
  const properties = box('ipco', box('ispe', u32(0), u32(sides), u32(sides)), box('av1C', Buffer.from([0x81, 0, 0x0c, 0])))
  const items = box('iinf', u32(0), u16(1), box('infe', Buffer.from([2, 0, 0, 0]), u16(1), u16(0), Buffer.from('av01\0')))
  const places = box('iloc', u32(0), Buffer.from([0x44, 0]), u16(1), u16(1), u16(0), u16(1), u32(400), u32(8))
  const table = box('ipma', u32(0), u32(1), u16(1), Buffer.from([2, 1, 0x82]))
  const handler = box('hdlr', u32(0), u32(0), Buffer.from('pict'), Buffer.alloc(13))
  const meta = box('meta', u32(0), handler, box('pitm', u32(0), u16(1)), places, items, box('iprp', properties, table))
  return Buffer.concat([box('ftyp', Buffer.from('avif\0\0\0\0avifmif1miaf')), meta, box('mdat', Buffer.alloc(512))])
}

const megapixels = /more than 50 megapixels/

/** Small files that claim a great many pixels, or frames: type, bytes, and what is said of them. */
export const bombs: ReadonlyMap<string, readonly [contentType: string, file: Buffer, words: RegExp]> = new Map([
  ['a PNG of 31 KB with 256 megapixels', ['image/png', largePng(16_000), megapixels]],
  ['a GIF of 10,000 frames', ['image/gif', gif(1, 10_000), /more than 4096 frames/]],
  ['a GIF whose screen has 400 megapixels', ['image/gif', gif(20_000, 2), megapixels]],
  ['a WebP of 6,000 frames', ['image/webp', webp(6000), /more than 4096 frames/]],
  ['an AVIF that claims 400 megapixels', ['image/avif', largeAvif(20_000), /megapixels|damaged/]],
  [
    'an SVG of 400 megapixels',
    ['image/svg+xml', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="20000" height="20000"/>'), megapixels],
  ],
])
