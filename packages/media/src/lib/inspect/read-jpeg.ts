import { Unreadable } from '../pool/task.ts'
import { type ExifFacts, readExif } from './exif.ts'
import { type FileBytes, textAt } from './file-bytes.ts'
import type { PictureFacts } from './picture-facts.ts'

const MAX_STEPS = 8192
const EXIF_SEGMENT = 0xe1
const EXIF_NAME = 'Exif\0\0'
const END = 0xd9
const SCAN = 0xda
/** Markers from C0 to CF that begin no frame: tables and extensions. */
const NO_FRAME = new Set([0xc4, 0xc8, 0xcc])

/** Goes from segment to segment to the frame's header, which the dimensions are in. ITU T.81 B.1 */
export async function readJpeg(bytes: FileBytes): Promise<PictureFacts> {
  let exif: ExifFacts | undefined
  let at = 2
  for (let step = 0; step < MAX_STEPS; step++) {
    const head = await bytes.view(at, 4)
    const marker = head.getUint8(1)
    if (head.getUint8(0) !== 0xff || marker === 0xff) {
      at += 1 // Fill bytes, or rubbish between segments, which decoders pass over too.
    } else if (marker === 0 || marker === 1 || (marker >= 0xd0 && marker <= 0xd8)) {
      at += 2
    } else if (marker === SCAN || marker === END) {
      break
    } else {
      if (isFrame(marker)) return { ...(await frameAt(bytes, at)), ...(exif && { exif }) }
      const length = head.getUint16(2)
      if (marker === EXIF_SEGMENT) exif ??= await exifOf(bytes, at + 4, at + 2 + length)
      at += 2 + Math.max(length, 2)
    }
  }
  throw new Unreadable('The JPEG has no frame: it is damaged.')
}

function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && !NO_FRAME.has(marker)
}

async function frameAt(bytes: FileBytes, at: number) {
  const frame = await bytes.view(at + 5, 4)
  return { width: frame.getUint16(2), height: frame.getUint16(0) }
}

async function exifOf(bytes: FileBytes, start: number, end: number): Promise<ExifFacts | undefined> {
  if (end - start < EXIF_NAME.length + 8) return undefined
  const name = textAt(await bytes.view(start, EXIF_NAME.length), 0, EXIF_NAME.length)
  return name === EXIF_NAME ? readExif(bytes, start + EXIF_NAME.length, end) : undefined
}
