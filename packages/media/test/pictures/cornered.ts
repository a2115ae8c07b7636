import sharp, { type Sharp } from 'sharp'

export type Orientation = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8
export const orientations: readonly Orientation[] = [1, 2, 3, 4, 5, 6, 7, 8]

/** Sides of {@link cornered} as it is seen. */
export const seen = { width: 96, height: 64 }

const colours = {
  topLeft: [220, 30, 30],
  topRight: [30, 200, 30],
  bottomLeft: [30, 30, 220],
  bottomRight: [230, 230, 230],
} as const

/** A picture of four quarters, each of its own colour. */
function upright(): Sharp {
  const { width, height } = seen
  const pixels = Buffer.alloc(width * height * 3)
  for (let at = 0; at < width * height; at++) {
    const left = at % width < width / 2
    const top = at < (width * height) / 2
    pixels.set(top ? (left ? colours.topLeft : colours.topRight) : left ? colours.bottomLeft : colours.bottomRight, at * 3)
  }
  return sharp(pixels, { raw: { width, height, channels: 3 } })
}

/** What a camera held so stores: turned back, so that `orientation` brings it upright. */
async function turnedBack(orientation: Orientation): Promise<Sharp> {
  const turns: Record<Orientation, (picture: Sharp) => Sharp> = {
    1: picture => picture,
    2: picture => picture.flop(),
    3: picture => picture.rotate(180),
    4: picture => picture.flip(),
    5: picture => picture.rotate(270).flop(),
    6: picture => picture.rotate(270),
    7: picture => picture.rotate(90).flop(),
    8: picture => picture.rotate(90),
  }
  return sharp(await turns[orientation](upright()).png().toBuffer())
}

export async function cornered(
  format: 'jpeg' | 'png' | 'webp' | 'tiff' | 'avif' | 'gif',
  orientation: Orientation = 1,
): Promise<Buffer> {
  return (await turnedBack(orientation)).withMetadata({ orientation }).toFormat(format, { quality: 95 }).toBuffer()
}

/** The corners of a picture as they come out, each by the name of the nearest colour. */
export async function cornersOf(picture: Uint8Array): Promise<string[]> {
  const { data, info } = await sharp(picture).removeAlpha().toColourspace('srgb').raw().toBuffer({ resolveWithObject: true })
  const [x, y] = [Math.floor(info.width / 5), Math.floor(info.height / 5)]
  const places = [
    [x, y],
    [info.width - 1 - x, y],
    [x, info.height - 1 - y],
    [info.width - 1 - x, info.height - 1 - y],
  ]
  return places.map(([left = 0, top = 0]) => {
    const at = (top * info.width + left) * info.channels
    return nearest([...data.subarray(at, at + 3)])
  })
}

/** In the order of {@link cornersOf}. */
export const uprightCorners = Object.keys(colours)

function nearest(pixel: readonly number[]): string {
  const distance = (colour: readonly number[]) => colour.reduce((sum, value, n) => sum + Math.abs(value - (pixel[n] ?? 0)), 0)
  const [best] = Object.entries(colours).sort(([, a], [, b]) => distance(a) - distance(b))
  return best && distance(best[1]) < 120 ? best[0] : `none: ${pixel}`
}
