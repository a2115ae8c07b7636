import { WEBP } from 'image-size/types/webp'
import { readExif } from './exif.ts'
import { type FileBytes, textAt } from './file-bytes.ts'
import { type PictureFacts, sizedBy } from './picture-facts.ts'

const HEADER_BYTES = 30
const FIRST_CHUNK = 12
const ANIMATED = 0x02
const EXIF = 0x08
const ALPHA = 0x10
const EXIF_NAME = 'Exif\0\0'
const MAX_CHUNKS = 20_000

/** The header; and where it announces EXIF, chunk by chunk to it: it stands behind the pixels. RFC 9649 §2.7 */
export async function readWebp(bytes: FileBytes): Promise<PictureFacts> {
  const header = await bytes.view(0, HEADER_BYTES)
  const size = sizedBy(WEBP, header)
  const kind = textAt(header, 12, 4)
  if (kind === 'VP8L') return { ...size, hasAlpha: (header.getUint8(24) & 0x10) !== 0 }
  if (kind !== 'VP8X') return { ...size, hasAlpha: false }
  const flags = header.getUint8(20)
  return {
    ...size,
    hasAlpha: (flags & ALPHA) !== 0,
    ...(flags & ANIMATED && { animated: true }),
    ...(flags & EXIF && { exif: await exifOf(bytes, header.getUint32(4, true) + 8) }),
  }
}

async function exifOf(bytes: FileBytes, end: number) {
  let at = FIRST_CHUNK
  for (let chunk = 0; chunk < MAX_CHUNKS && at + 8 <= end; chunk++) {
    const head = await bytes.view(at, 8)
    const length = head.getUint32(4, true)
    if (textAt(head, 0, 4) === 'EXIF')
      return readExif(bytes, await exifStart(bytes, at + 8, length), Math.min(at + 8 + length, end))
    at += 8 + length + (length % 2)
  }
  return {}
}

/** Some writers put the name that JPEG needs before EXIF here too. */
async function exifStart(bytes: FileBytes, at: number, length: number): Promise<number> {
  if (length < EXIF_NAME.length) return at
  const name = textAt(await bytes.view(at, EXIF_NAME.length), 0, EXIF_NAME.length)
  return name === EXIF_NAME ? at + EXIF_NAME.length : at
}
