import type { Metadata, Sharp } from 'sharp'
import { essenceOf } from '../content-type.ts'
import { Unreadable } from '../pool/task.ts'
import { type loadSharp, MAX_PIXELS, MEGAPIXELS } from './load-sharp.ts'

/** By content type, what sharp calls the format. It reads none of the others: its prebuilt library has no decoder for HEIC and BMP. */
export const pictureFormats: ReadonlyMap<string, string> = new Map([
  ['image/jpeg', 'jpeg'],
  ['image/png', 'png'],
  ['image/apng', 'png'],
  ['image/webp', 'webp'],
  ['image/gif', 'gif'],
  ['image/avif', 'heif'],
  ['image/tiff', 'tiff'],
  ['image/svg+xml', 'svg'],
])

const MAX_FRAMES = 4096

export interface OpenPicture {
  readonly metadata: Metadata
  /** A pipeline over the first frame, or over all of them, turned as EXIF says. */
  frames(all: boolean): Sharp
}

/** Looks at the header alone, and refuses what is too large to be decoded. @throws Unreadable, or what sharp throws */
export async function openPicture(
  sharp: Awaited<ReturnType<typeof loadSharp>>,
  bytes: Uint8Array,
  contentType: string,
): Promise<OpenPicture> {
  // Warnings are no reason: cameras write JPEGs that decoders grumble at and every browser shows.
  const options = { limitInputPixels: MAX_PIXELS, failOn: 'error', autoOrient: true } as const
  const metadata = await sharp(bytes, options).metadata()
  if (metadata.format !== pictureFormats.get(essenceOf(contentType))) throw new Unreadable(`The bytes are no ${contentType}.`)
  if (metadata.width * metadata.height > MAX_PIXELS) throw tooLarge()
  if (framesOf(metadata) > MAX_FRAMES) throw new Unreadable(`The picture has more than ${MAX_FRAMES} frames.`)
  return { metadata, frames: all => sharp(bytes, { ...options, pages: all ? -1 : 1 }) }
}

export function framesOf({ format, pages = 1 }: Metadata): number {
  return format === 'gif' || format === 'webp' ? pages : 1
}

export function tooLarge(): Unreadable {
  return new Unreadable(`The picture has more than ${MAX_PIXELS / MEGAPIXELS} megapixels.`)
}
