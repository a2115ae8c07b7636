import { BMP } from 'image-size/types/bmp'
import type { FileBytes } from './file-bytes.ts'
import { type PictureFacts, sizedBy } from './picture-facts.ts'

const CORE_HEADER_BYTES = 12

/** Both headers that are in use: that of OS/2 has sides of two bytes. */
export async function readBmp(bytes: FileBytes): Promise<PictureFacts> {
  const header = await bytes.view(0, 26)
  if (header.getUint32(14, true) !== CORE_HEADER_BYTES) return sizedBy(BMP, header)
  return { width: header.getUint16(18, true), height: header.getUint16(20, true) }
}
