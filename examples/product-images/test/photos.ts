import sharp, { type Sharp } from 'sharp'

export const ORIENTATIONS = [1, 2, 3, 4, 5, 6, 7, 8] as const
export type Orientation = (typeof ORIENTATIONS)[number]

/** Sides of every photo here, as seen. */
export const SEEN = { width: 1200, height: 800 } as const

const CORNERS = { topLeft: '#d02020', topRight: '#20a040', bottomLeft: '#2040d0', bottomRight: '#e0c020' } as const
export const UPRIGHT = Object.keys(CORNERS)

/** How a camera that was held so has stored what is upright. */
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

/** A picture whose corners have colours of their own. */
function picture({ width, height }: { width: number; height: number } = SEEN): Sharp {
  const patch = Math.round(Math.min(width, height) / 4)
  const corner = (colour: string, x: number, y: number): string =>
    `<rect x="${x}" y="${y}" width="${patch}" height="${patch}" fill="${colour}"/>`
  return sharp(
    Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><rect width="100%" height="100%" fill="#8a93a0"/>
      ${corner(CORNERS.topLeft, 0, 0)}${corner(CORNERS.topRight, width - patch, 0)}
      ${corner(CORNERS.bottomLeft, 0, height - patch)}${corner(CORNERS.bottomRight, width - patch, height - patch)}</svg>`),
  )
}

/** A JPEG as a telephone makes it: turned, with the camera's name and the place where it was taken. */
export async function photo(orientation: Orientation = 1): Promise<Buffer<ArrayBuffer>> {
  const stored = storedAs[orientation](sharp(await picture().removeAlpha().png().toBuffer()))
  const exif = {
    IFD0: { Make: 'Secret Camera' },
    IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '1/1 2/1 3/1', GPSLongitudeRef: 'E', GPSLongitude: '4/1 5/1 6/1' },
  }
  return own(await stored.jpeg().withExif(exif).withMetadata({ orientation }).toBuffer())
}

export async function asFormat(format: 'png' | 'webp' | 'gif' | 'avif', size?: { width: number; height: number }) {
  return own(await picture(size).toFormat(format).toBuffer())
}

/** The same with 128 KB of a camera's own notes in front of its dimensions. */
export async function photoWithNotes(): Promise<Buffer<ArrayBuffer>> {
  const whole = await photo(6)
  const size = 0xffff
  const notes = Buffer.concat([Buffer.from([0xff, 0xeb, size >> 8, size & 0xff]), Buffer.alloc(size - 2, 'notes')])
  return own(Buffer.concat([whole.subarray(0, 2), notes, notes, whole.subarray(2)]))
}

/** A JPEG whose head is whole, and whose picture is missing. */
export async function brokenPhoto(): Promise<Buffer<ArrayBuffer>> {
  const whole = await photo()
  return own(whole.subarray(0, whole.indexOf(Buffer.from([0xff, 0xda])) + 2))
}

/** Of a type that a Blob takes. */
const own = (bytes: Uint8Array): Buffer<ArrayBuffer> => Buffer.from(bytes)

/** The corners of a picture as its pixels are, each by the name of the nearest colour. */
export async function cornersOf(bytes: Uint8Array): Promise<string[]> {
  const { data, info } = await sharp(bytes).removeAlpha().raw().toBuffer({ resolveWithObject: true })
  const inset = Math.round(Math.min(info.width, info.height) / 8)
  const [right, bottom] = [info.width - 1 - inset, info.height - 1 - inset]
  const places = [
    [inset, inset],
    [right, inset],
    [inset, bottom],
    [right, bottom],
  ] as const
  return places.map(([x, y]) => nearest([...data.subarray((y * info.width + x) * 3).subarray(0, 3)]))
}

function nearest(pixel: readonly number[]): string {
  const distance = (colour: string): number =>
    pixel.reduce(
      (sum, value, index) => sum + Math.abs(value - Number.parseInt(colour.slice(1 + index * 2, 3 + index * 2), 16)),
      0,
    )
  return Object.entries(CORNERS).toSorted(([, one], [, other]) => distance(one) - distance(other))[0]?.[0] ?? ''
}
