import type { FileBytes } from './file-bytes.ts'
import type { PictureFacts } from './picture-facts.ts'
import { readBmp } from './read-bmp.ts'
import { readGif } from './read-gif.ts'
import { readHeif } from './read-heif.ts'
import { readJpeg } from './read-jpeg.ts'
import { readPng } from './read-png.ts'
import { readSvg } from './read-svg.ts'
import { readTiff } from './read-tiff.ts'
import { readWebp } from './read-webp.ts'

/** Null: a sound picture that says no size. */
type Reader = (bytes: FileBytes) => Promise<PictureFacts | null>

/** Readers that take bounded steps, each of them forward: safe in the server's own process. By content type. */
export const readers: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['image/jpeg', readJpeg],
  ['image/png', readPng],
  ['image/apng', readPng],
  ['image/webp', readWebp],
  ['image/gif', readGif],
  ['image/bmp', readBmp],
  ['image/svg+xml', readSvg],
  ['image/tiff', readTiff],
  ...['avif', 'heic', 'heif', 'heic-sequence', 'heif-sequence'].map((name): [string, Reader] => [`image/${name}`, readHeif]),
])
