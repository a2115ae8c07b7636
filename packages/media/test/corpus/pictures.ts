import sharp, { type Sharp } from 'sharp'
import { type Pixels, scene } from './scene.ts'

export const ORIENTATIONS = [1, 2, 3, 4, 5, 6, 7, 8] as const
export type Orientation = (typeof ORIENTATIONS)[number]

/** How a camera that was held so has stored what is upright. Each step undoes what a reader of the tag does. */
const storedAs: Readonly<Record<Orientation, (image: Sharp) => Sharp>> = {
  1: image => image,
  2: image => image.flop(),
  3: image => image.rotate(180),
  4: image => image.flip(),
  5: image => image.flop().rotate(270),
  6: image => image.rotate(270),
  7: image => image.flop().rotate(90),
  8: image => image.rotate(90),
}

/** The place of the photos, which no thumbnail may carry. */
const EXIF = {
  IFD0: { Make: 'Corpus', Model: 'Camera 1', Artist: 'Somebody' },
  IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '1/1 2/1 3/1', GPSLongitudeRef: 'E', GPSLongitude: '4/1 5/1 6/1' },
}

/** A JPEG with a camera's EXIF: orientation, make, position. Upright it shows `scene(width)`. */
export async function photo(width: number, orientation: Orientation): Promise<Buffer> {
  const stored = await raw(storedAs[orientation](open(await scene(width))))
  return open(stored).jpeg({ quality: 88 }).withExif(EXIF).withMetadata({ orientation }).toBuffer()
}

/** A PNG whose middle is opaque and whose edge can be seen through. */
export async function pngWithAlpha(width: number): Promise<Buffer> {
  const pixels = await scene(width)
  const { height } = pixels
  const mask = `<svg width="${width}" height="${height}"><ellipse cx="50%" cy="50%" rx="45%" ry="45%"/></svg>`
  return open(pixels)
    .ensureAlpha()
    .composite([{ input: Buffer.from(mask), blend: 'dest-in' }])
    .png()
    .toBuffer()
}

/** Twelve pictures of a square that moves, a tenth of a second each. */
export async function animatedWebp(width: number): Promise<Buffer> {
  return (await animation(width)).webp({ delay: 100, loop: 0 }).toBuffer()
}

export async function animatedGif(width: number): Promise<Buffer> {
  return (await animation(width)).gif({ delay: Array(12).fill(100), loop: 0 }).toBuffer()
}

async function animation(width: number): Promise<Sharp> {
  const side = Math.round(width / 6)
  const frames = Array.from({ length: 12 }, (_, index) =>
    sharp({ create: { width, height: width, channels: 4, background: '#f4f1ea' } })
      .composite([{ input: square(side), left: Math.round(((width - side) * index) / 11), top: Math.round((width - side) / 2) }])
      .png()
      .toBuffer(),
  )
  return sharp(await Promise.all(frames), { join: { animated: true } })
}

const square = (side: number): Buffer =>
  Buffer.from(`<svg width="${side}" height="${side}"><rect width="100%" height="100%" rx="${side / 5}" fill="#c2413a"/></svg>`)

export async function stillWebp(width: number): Promise<Buffer> {
  return open(await scene(width))
    .webp()
    .toBuffer()
}

export async function avif(width: number): Promise<Buffer> {
  return open(await scene(width))
    .avif({ effort: 1 })
    .toBuffer()
}

function open({ data, width, height }: Pixels): Sharp {
  return sharp(data, { raw: { width, height, channels: 3 } })
}

async function raw(image: Sharp): Promise<Pixels> {
  const { data, info } = await image.raw().toBuffer({ resolveWithObject: true })
  return { data, width: info.width, height: info.height }
}
