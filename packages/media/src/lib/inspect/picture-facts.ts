import type { Inspection } from '@stowage/core/contracts'
import { Unreadable } from '../pool/task.ts'
import type { ExifFacts } from './exif.ts'

/** Properties of pictures; what is not known is absent. */
export type PictureProperties = {
  /** As EXIF says, 2 to 8: `width` and `height` are those of the picture turned so. Absent where nothing is turned. */
  readonly orientation?: number
  readonly hasAlpha?: boolean
  /** True where a second frame was seen. */
  readonly animated?: boolean
  readonly frames?: number
  /** Maker and model, at most 100 characters. */
  readonly camera?: string
  /** Local time of the camera, `2026-11-22T07:20:00`. */
  readonly takenAt?: string
}

/** What a reader found in the file, before it is turned as it is seen. */
export interface PictureFacts {
  readonly width: number
  readonly height: number
  readonly exif?: ExifFacts
  readonly hasAlpha?: boolean
  readonly animated?: boolean
  readonly frames?: number
}

/** Beyond it, a number is taken for damage: no format that is read here has larger pictures. */
const MAX_SIDE = 0x7fffffff

/** Facts as they are kept: width and height as seen. @throws Unreadable for a picture without pixels */
export function toInspection({ width, height, exif, ...more }: PictureFacts): Inspection & { width: number; height: number } {
  for (const side of [width, height]) {
    if (!Number.isSafeInteger(side) || side < 1 || side > MAX_SIDE)
      throw new Unreadable('The picture has no pixels: its header is damaged.')
  }
  const orientation = exif?.orientation ?? 1
  const turned = orientation >= 5
  const properties: PictureProperties = { ...(orientation === 1 ? {} : { orientation }), ...described(exif), ...more }
  return {
    width: turned ? height : width,
    height: turned ? width : height,
    properties,
  }
}

function described({ camera, takenAt }: ExifFacts = {}) {
  return { ...(camera === undefined ? {} : { camera }), ...(takenAt === undefined ? {} : { takenAt }) }
}

/** Asks a handler of image-size, on the header alone: it can neither loop nor read on. */
export function sizedBy(handler: { calculate(input: Uint8Array): { width: number; height: number } }, header: DataView) {
  try {
    const { width, height } = handler.calculate(new Uint8Array(header.buffer, header.byteOffset, header.byteLength))
    return { width, height }
  } catch (cause) {
    throw new Unreadable('The header of the picture is damaged.', { cause })
  }
}
