import { type Inspection, type ProcessInput, StowageError } from '@stowage/core/contracts'
import sharp from 'sharp'
import { afterAll, describe, expect, it } from 'vitest'
import { cornered, seen } from '../../../test/pictures/cornered.ts'
import { type FileOfOptions, fileOf } from '../../../test/pictures/file-of.ts'
import { heic, jpegSegment, pngChunk, u16, u32, withJpegSegments, withPngChunks } from '../../../test/pictures/handmade.ts'
import { traps } from '../../../test/pictures/traps.ts'
import { imageInspector } from '../inspect/image-inspector.ts'
import { parserPool } from '../pool/parser-pool.ts'
import { imageProcessor } from './image-processor.ts'

const pool = parserPool({ children: 2, deadlineMs: 60_000 })
const processor = imageProcessor(pool)
afterAll(() => pool.close())

async function learn(bytes: Uint8Array, contentType: string, options?: FileOfOptions) {
  const file = fileOf(bytes, contentType, options)
  const input: ProcessInput = { ...file, resume: null, report: () => Promise.reject(new Error('Nothing is to be reported')) }
  return { found: await processor.process(input), readBytes: file.readBytes() }
}

const fromPrefix = (bytes: Uint8Array, contentType: string): Inspection | null | Promise<Inspection | null> =>
  imageInspector().inspect({ prefix: bytes.subarray(0, 65_536), contentType, sizeBytes: bytes.length })

const large = (parts: number) => Array.from({ length: parts }, () => jpegSegment(0xe2, Buffer.alloc(65_000, 7)))

async function jpegWithFarHeader(): Promise<Buffer> {
  return withJpegSegments(await cornered('jpeg', 6), ...large(40))
}

async function webpWithFarExif(): Promise<Buffer> {
  const noise = { type: 'gaussian' as const, mean: 128, sigma: 60 }
  const picture = sharp({ create: { width: 400, height: 300, channels: 3, background: '#000', noise } })
  return picture.withMetadata({ orientation: 6 }).webp({ lossless: true, effort: 0 }).toBuffer()
}

/** The directory behind the pixels, as scanners write it. */
function tiffWithFarDirectory(): Buffer {
  const pixels = Buffer.alloc(300_000)
  const entries = [
    [256, 500],
    [257, 600],
    [274, 6],
  ].map(([tag = 0, value = 0]) => Buffer.concat([u16(tag), u16(3), u32(1), u16(value), u16(0)]))
  return Buffer.concat([Buffer.from('MM'), u16(42), u32(8 + pixels.length), pixels, u16(entries.length), ...entries, u32(0)])
}

const png = async () => withPngChunks(await cornered('png', 6), 'eXIf', pngChunk('iCCP', Buffer.alloc(200_000)))
const ico = Buffer.concat([Buffer.from([0, 0, 1, 0, 1, 0, 48, 32, 0, 0, 1, 0, 32, 0]), Buffer.alloc(64)])
const psd = Buffer.concat([Buffer.from('8BPS'), u16(1), Buffer.alloc(6), u16(3), u32(700), u32(900), Buffer.alloc(64)])

describe('dimensions that the first 64 KiB do not tell', () => {
  it.each([
    ['a JPEG behind 2.5 MB of segments', 'image/jpeg', jpegWithFarHeader, { width: seen.width, height: seen.height }],
    ['a WebP whose EXIF is behind its pixels', 'image/webp', webpWithFarExif, { width: 300, height: 400 }],
    ['a TIFF whose directory is behind its pixels', 'image/tiff', tiffWithFarDirectory, { width: 600, height: 500 }],
    ['a PNG whose EXIF is behind a large profile', 'image/png', png, seen],
    ['a HEIC behind its data', 'image/heic', () => moved(heic(4032, 3024, { quarterTurns: 1 })), { width: 3024, height: 4032 }],
  ] as const)('%s', async (_, contentType, make, size) => {
    const file = await make()
    expect(await fromPrefix(file, contentType)).toBeNull()
    const { found, readBytes } = await learn(file, contentType)
    expect(found).toMatchObject(size)
    expect(readBytes).toBeLessThanOrEqual(Math.max(file.length / 3, 200_000))
  })

  it('of formats that only a child reads', async () => {
    expect((await learn(ico, 'image/x-icon')).found).toMatchObject({ width: 48, height: 32 })
    expect((await learn(psd, 'image/vnd.adobe.photoshop')).found).toMatchObject({ width: 900, height: 700 })
    const icns = Buffer.from('icns\0\0\0\x10ic08\0\0\0\x08', 'latin1')
    expect((await learn(icns, 'image/icns')).found).toMatchObject({ width: 256, height: 256 })
  })

  it('are not looked for where they are known, nor in what is no picture', async () => {
    const known = await learn(await jpegWithFarHeader(), 'image/jpeg', { width: 3, height: 2 })
    expect(known).toEqual({ found: null, readBytes: 0 })
    expect(['image/jpeg', 'image/heic', 'image/x-icon'].every(type => processor.accepts(type))).toBe(true)
    expect(['image/x-xcf', 'video/mp4', 'text/plain'].some(type => processor.accepts(type))).toBe(false)
  })

  it('of an SVG that leaves them to the page are none, which is no fault', async () => {
    expect((await learn(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), 'image/svg+xml')).found).toBeNull()
  })
})

/** With 80 KB of free space between the type and the rest. */
function moved(file: Buffer): Buffer {
  const type = file.readUInt32BE(0)
  return Buffer.concat([file.subarray(0, type), u32(80_000), Buffer.from('free'), Buffer.alloc(79_992), file.subarray(type)])
}

describe('threat 41: parsers are not kept busy', () => {
  it.each([...traps])('%s fails for good, and leaves the pool at work', async (_, [contentType, file]) => {
    const error = await learn(file, contentType).catch((error: unknown) => error)
    expect(error).toBeInstanceOf(StowageError)
    expect(error).toMatchObject({ code: 'unprocessable', retryable: false })
  })

  it('a JPEG that hides its header behind a great many segments is given up', async () => {
    const file = withJpegSegments(await cornered('jpeg'), Buffer.alloc(20_000 * 4, jpegSegment(0xe3, Buffer.alloc(0))))
    await expect(learn(file, 'image/jpeg')).rejects.toMatchObject({ code: 'unprocessable', retryable: false })
  })
})
