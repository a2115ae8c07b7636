import { PNG } from 'image-size/types/png'
import { Unreadable } from '../pool/task.ts'
import { type ExifFacts, readExif } from './exif.ts'
import { type FileBytes, textAt } from './file-bytes.ts'
import { type PictureFacts, sizedBy } from './picture-facts.ts'

const FIRST_CHUNK = 8
const HEADER_BYTES = 33
const COLOUR_TYPE = 25
const GREY_ALPHA = 4
const TRUE_ALPHA = 6
const MAX_CHUNKS = 4096

/** The header, then chunk by chunk to the pixels: orientation, transparency and frames are said before them. PNG (Third Edition) §11 */
export async function readPng(bytes: FileBytes): Promise<PictureFacts> {
  const header = await bytes.view(0, HEADER_BYTES)
  const size = sizedBy(PNG, header)
  const colour = header.getUint8(COLOUR_TYPE)
  let hasAlpha = colour === GREY_ALPHA || colour === TRUE_ALPHA
  let exif: ExifFacts | undefined
  let frames = 1
  let at = FIRST_CHUNK
  for (let chunk = 0; chunk < MAX_CHUNKS; chunk++) {
    const head = await bytes.view(at, 8)
    const length = head.getUint32(0)
    const name = textAt(head, 4, 4)
    if (name === 'IDAT') return { ...size, hasAlpha, ...(exif && { exif }), ...(frames > 1 && { animated: true, frames }) }
    if (name === 'IEND') break
    if (name === 'tRNS') hasAlpha = true
    else if (name === 'eXIf') exif ??= await readExif(bytes, at + 8, at + 8 + length)
    else if (name === 'acTL') frames = (await bytes.view(at + 8, 4)).getUint32(0)
    at += 12 + length
  }
  throw new Unreadable('The PNG has no pixels: it is damaged.')
}
