import { fileTypeFromBuffer } from 'file-type'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { cornered, orientations, seen } from '../../../test/pictures/cornered.ts'
import {
  ascii,
  bmp,
  heic,
  jpegSegment,
  os2Bmp,
  pngChunk,
  tiffDirectory,
  u16,
  u32,
  withJpegSegments,
  withPngChunks,
} from '../../../test/pictures/handmade.ts'
import { imageInspector } from './image-inspector.ts'

const inspector = imageInspector()

/** As core asks: the type by the bytes, no more than 64 KiB of them. */
async function inspect(file: Uint8Array, declared?: string) {
  const contentType = declared ?? (await fileTypeFromBuffer(file.subarray(0, 4100)))?.mime ?? 'application/octet-stream'
  return inspector.inspect({ prefix: file.subarray(0, 65_536), contentType, sizeBytes: file.length })
}

const svg = (attributes: string, before = '') =>
  inspect(Buffer.from(`${before}<svg ${attributes}><g width="9"/></svg>`), 'image/svg+xml')

describe('width and height as seen', () => {
  it.each(
    (['jpeg', 'png', 'webp', 'tiff'] as const).flatMap(format => orientations.map(orientation => [format, orientation] as const)),
  )('of a %s with orientation %i', async (format, orientation) => {
    const file = await cornered(format, orientation)
    const properties = orientation === 1 ? {} : { orientation }
    expect(await inspect(file)).toMatchObject({ ...seen, properties })
    expect((await sharp(file).metadata()).autoOrient).toEqual(seen)
  })

  it.each(orientations)('of an AVIF with orientation %i', async orientation => {
    const file = await cornered('avif', orientation)
    const { width, height } = await sharp(file).metadata()
    expect(await inspect(file)).toMatchObject({ width, height })
  })

  it('of a GIF and a BMP, also one that stands on its head and one of OS/2', async () => {
    expect(await inspect(await cornered('gif'))).toMatchObject(seen)
    expect(await inspect(bmp(30, 20))).toMatchObject({ width: 30, height: 20 })
    expect(await inspect(bmp(30, -20))).toMatchObject({ width: 30, height: 20 })
    expect(await inspect(os2Bmp(300, 200))).toMatchObject({ width: 300, height: 200 })
  })

  it.each([
    [0, 4032, 3024],
    [1, 3024, 4032],
    [2, 4032, 3024],
    [3, 3024, 4032],
  ])('of a HEIC photo with %i quarter turns', async (quarterTurns, width, height) => {
    expect(await inspect(heic(4032, 3024, { quarterTurns }))).toMatchObject({ width, height })
  })

  it('of a HEIC photo that is cut before it is turned', async () => {
    expect(await inspect(heic(4032, 3024, { quarterTurns: 1, clap: [4000, 3000] }))).toMatchObject({ width: 3000, height: 4000 })
  })

  it('of SVG: lengths in any unit, else the view box', async () => {
    expect(await svg('width="120" height="80px"')).toMatchObject({ width: 120, height: 80 })
    expect(await svg("width='1in' height='25.4mm'")).toMatchObject({ width: 96, height: 96 })
    expect(await svg('viewBox="0,0 , 24 12"')).toMatchObject({ width: 24, height: 12 })
    expect(await svg('width="100%" height="100%" viewBox="0 0 24 12"')).toMatchObject({ width: 24, height: 12 })
    expect(await svg('width="48" viewBox="0 0 24 12"')).toMatchObject({ width: 48, height: 24 })
    expect(await svg('viewBox="0 0 7 7"', '<?xml version="1.0"?>\n<!-- <svg width="1" height="1"> -->\n')).toMatchObject({
      width: 7,
    })
    expect(await svg('data-width="3"')).toBeNull()
  })
})

describe('properties of pictures', () => {
  it('say transparency where the header does', async () => {
    const clear = sharp({ create: { width: 8, height: 8, channels: 4, background: '#0f08' } })
    expect(await inspect(await clear.png().toBuffer())).toMatchObject({ properties: { hasAlpha: true } })
    expect(await inspect(await clear.webp().toBuffer())).toMatchObject({ properties: { hasAlpha: true } })
    expect(await inspect(await clear.webp({ lossless: true }).toBuffer())).toMatchObject({ properties: { hasAlpha: true } })
    expect(await inspect(await cornered('png'))).toMatchObject({ properties: { hasAlpha: false } })
  })

  it('say that a picture moves, and how many frames it has', async () => {
    const frames = Array.from({ length: 5 }, (_, n) => ({
      create: { width: 16, height: 16, channels: 3 as const, background: `#${n}${n}0` },
    }))
    const moving = await sharp(await Promise.all(frames.map(frame => sharp(frame).png().toBuffer())), {
      join: { animated: true },
    })
    expect(await inspect(await moving.clone().gif().toBuffer())).toMatchObject({
      width: 16,
      height: 16,
      properties: { animated: true, frames: 5 },
    })
    expect(await inspect(await moving.clone().webp().toBuffer())).toMatchObject({ width: 16, properties: { animated: true } })
    const apng = withPngChunks(await cornered('png'), 'IDAT', pngChunk('acTL', Buffer.concat([u32(7), u32(0)])))
    expect(await inspect(apng, 'image/apng')).toMatchObject({ properties: { animated: true, frames: 7 } })
    expect((await inspect(await cornered('gif')))?.properties).toEqual({})
  })

  it('name camera and time, and nothing else of EXIF', async () => {
    const exif = {
      IFD0: { Make: 'Kodak', Model: 'Retina IIIc', Artist: 'Jane Roe' },
      IFD2: { DateTimeOriginal: '2026:05:04 03:02:01' },
    }
    const file = await sharp(await cornered('jpeg'))
      .withExif(exif)
      .jpeg()
      .toBuffer()
    expect((await inspect(file))?.properties).toEqual({ camera: 'Kodak Retina IIIc', takenAt: '2026-05-04T03:02:01' })
  })
})

describe('threat 43: strings in EXIF and XMP', () => {
  const withExif = async (tiff: Buffer) =>
    withJpegSegments(await cornered('jpeg'), jpegSegment(0xe1, Buffer.concat([Buffer.from('Exif\0\0'), tiff])))

  it('are capped, and cleaned of what is not printable', async () => {
    const model = ascii(`\x1b[2J\u0085${'x'.repeat(60_000)}`)
    const file = await withExif(tiffDirectory([[0x0110, 2, model.length, model]]))
    expect((await inspect(file))?.properties).toEqual({ camera: `[2J ${'x'.repeat(95)}` })
  })

  it('can name no property of their own: __proto__ is inert, GPS is never read', async () => {
    const proto = ascii('__proto__')
    const gps = tiffDirectory([[0x8825, 4, 1, u32(8)]])
    const directory = tiffDirectory([
      [0x0112, 3, 1, u16(6)],
      [0x010f, 2, proto.length, proto],
      [0x8825, 4, 1, u32(8)],
    ])
    const found = await inspect(await withExif(directory))
    expect(found).toEqual({ width: seen.height, height: seen.width, properties: { orientation: 6, camera: '__proto__' } })
    expect(Object.getPrototypeOf(found?.properties)).toBe(Object.prototype)
    expect((await inspect(await withExif(gps)))?.properties).toEqual({})
  })

  it('an XMP of 1 MB costs the facts from the prefix, not more', async () => {
    const xmp = Array.from({ length: 17 }, () =>
      jpegSegment(0xe1, Buffer.alloc(65_000, 'http://ns.adobe.com/xap/1.0/\0__proto__')),
    )
    expect(await inspect(withJpegSegments(await cornered('jpeg'), ...xmp))).toBeNull()
  })

  it.each([
    ['a directory that points to itself', tiffDirectory([[0x8769, 4, 1, u32(8)]])],
    ['a directory far outside', Buffer.concat([Buffer.from('MM'), u16(42), u32(0xfffffff0)])],
    ['65,535 entries', Buffer.concat([Buffer.from('II*\0\x08\0\0\0\xff\xff', 'latin1'), Buffer.alloc(100)])],
    ['an orientation of 99', tiffDirectory([[0x0112, 3, 1, u16(99)]])],
    ['an orientation that is text', tiffDirectory([[0x0112, 2, 2, ascii('6')]])],
    ['a value of 4 GiB', tiffDirectory([[0x0110, 2, 0xffffffff, Buffer.alloc(8)]])],
    ['no TIFF', Buffer.from('\0\0\0\0\0\0\0\0\0\0\0\0\0\0')],
  ])('%s costs neither width nor height', async (_, tiff) => {
    expect(await inspect(await withExif(tiff))).toMatchObject({ ...seen, properties: {} })
  })
})
