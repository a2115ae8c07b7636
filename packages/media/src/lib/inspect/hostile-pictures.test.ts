import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cornered } from '../../../test/pictures/cornered.ts'
import { bmp, box, heic, jpegSegment, u16, u32, withJpegSegments } from '../../../test/pictures/handmade.ts'
import { imageInspector } from './image-inspector.ts'

const inspector = imageInspector()
const inspect = (prefix: Uint8Array, contentType: string) =>
  inspector.inspect({ prefix: prefix.subarray(0, 65_536), contentType, sizeBytes: prefix.length })

const svg = '<?xml version="1.0"?><!-- one --><svg xmlns="http://www.w3.org/2000/svg" width="3cm" viewBox="0 0 30 20"/>'
const files = new Map<string, Buffer>([
  ['image/jpeg', await cornered('jpeg', 6)],
  ['image/png', await cornered('png', 6)],
  ['image/webp', await cornered('webp', 6)],
  ['image/tiff', await cornered('tiff', 6)],
  ['image/avif', await cornered('avif', 6)],
  ['image/gif', await cornered('gif')],
  ['image/heic', heic(4032, 3024, { quarterTurns: 1, clap: [4000, 3000] })],
  ['image/bmp', bmp(4, 4)],
  ['image/svg+xml', Buffer.from(svg)],
])

const zeros = Buffer.alloc(60_000)
/** Each made many readers of dimensions loop, or run far. */
const traps: readonly (readonly [title: string, contentType: string, file: Buffer])[] = [
  ['ICNS whose entry has no length', 'image/icns', Buffer.from('icns\0\0\0\x10is32\0\0\0\0', 'latin1')],
  [
    'JPEG XL whose part has no length',
    'image/jxl',
    Buffer.concat([box('JXL ', u32(0x0d0a870a)), box('ftyp', Buffer.from('jxl ')), u32(0), Buffer.from('jxlp'), zeros]),
  ],
  ['HEIF whose size property has no length', 'image/heic', heicWith(Buffer.concat([u32(0), Buffer.from('ispe'), zeros]))],
  [
    'HEIF whose property is smaller than its own head',
    'image/heic',
    heicWith(Buffer.concat([u32(4), Buffer.from('ispe'), zeros])),
  ],
  ['HEIF of nothing but empty boxes', 'image/avif', Buffer.concat(Array.from({ length: 8000 }, () => box('free')))],
  ['HEIF whose box claims 2^64 bytes', 'image/heif', Buffer.concat([u32(1), Buffer.from('ftyp'), u32(-1), u32(-1), zeros])],
  [
    'JPEG of empty segments',
    'image/jpeg',
    withJpegSegments(Buffer.alloc(4, 0xff), ...Array.from({ length: 16_000 }, () => jpegSegment(0xe2, Buffer.alloc(0)))),
  ],
  ['JPEG whose segment has no length', 'image/jpeg', Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), u16(0), zeros])],
  ['JPEG of fill bytes', 'image/jpeg', Buffer.alloc(65_536, 0xff)],
  ['PNG of empty chunks', 'image/png', Buffer.concat([(files.get('image/png') ?? zeros).subarray(0, 33), zeros])],
  [
    'GIF of empty blocks',
    'image/gif',
    Buffer.concat([Buffer.from('GIF89a\x01\0\x01\0\0\0\0', 'latin1'), Buffer.alloc(60_000, Buffer.from([0x21, 0xfe, 0]))]),
  ],
  ['SVG that begins again and again', 'image/svg+xml', Buffer.from('<svg '.repeat(13_000))],
  ['SVG of one long attribute', 'image/svg+xml', Buffer.from(`<svg ${'a'.repeat(60_000)}`)],
  ['SVG of spaces', 'image/svg+xml', Buffer.from(`<svg${' '.repeat(60_000)}x`)],
  ['SVG of open comments', 'image/svg+xml', Buffer.from('<!--'.repeat(15_000))],
]

function heicWith(property: Buffer): Buffer {
  const pitm = box('pitm', u32(0), u16(1))
  return Buffer.concat([box('ftyp', Buffer.from('heic')), box('meta', u32(0), pitm, box('iprp', box('ipco', property)))])
}

describe('threat 41: pictures made to keep a parser busy', () => {
  it.each(traps)('%s', async (_, contentType, file) => {
    const found = await inspect(file, contentType)
    expect(found === null || found.width === 1).toBe(true)
  })

  it('formats that only a child may read are not looked at', async () => {
    for (const type of ['icns', 'jxl', 'jp2', 'x-icon', 'vnd.adobe.photoshop', 'x-xcf'])
      expect(await inspect(zeros, `image/${type}`)).toBeNull()
  })
})

describe('damaged pictures', () => {
  it.each([...files.keys()])('%s: cut anywhere, the answer is right or none', async contentType => {
    const file = files.get(contentType) ?? zeros
    const whole = await inspect(file, contentType)
    expect(whole).not.toBeNull()
    for (let length = 0; length < Math.min(file.length, 1500); length++) {
      const found = await inspect(file.subarray(0, length), contentType)
      if (found) expect([found.width, found.height]).toEqual([whole?.width, whole?.height])
    }
  })

  it.each([...files.keys()])('%s: with any bytes changed, the answer is sane or none', async contentType => {
    const file = files.get(contentType) ?? zeros
    const change = fc.tuple(fc.nat(Math.min(file.length, 1500) - 1), fc.constantFrom(0, 1, 0x7f, 0x80, 0xfe, 0xff, 0x2a))
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 6 }), async changes => {
        const changed = Buffer.from(file)
        for (const [at, value] of changes) changed[at] = value
        const found = await inspect(changed, contentType)
        if (!found) return
        expect(Number.isSafeInteger(found.width) && Number.isSafeInteger(found.height)).toBe(true)
        expect(Math.min(found.width ?? 0, found.height ?? 0)).toBeGreaterThan(0)
        expect(JSON.stringify(found.properties).length).toBeLessThan(400)
      }),
      { numRuns: 300 },
    )
  })
})
