import { factsOf } from './exif.ts'
import type { FileBytes } from './file-bytes.ts'
import type { PictureFacts } from './picture-facts.ts'
import { numberOf, openTiff, readDirectory } from './tiff-directory.ts'

const WIDTH = 256
const HEIGHT = 257

/** The first page of a TIFF or BigTIFF; its directory may be anywhere in the file. */
export async function readTiff(bytes: FileBytes): Promise<PictureFacts> {
  const tiff = await openTiff(bytes, 0, bytes.sizeBytes)
  const entries = await readDirectory(tiff, tiff.firstDirectory)
  return {
    width: (await numberOf(tiff, entries.get(WIDTH))) ?? 0,
    height: (await numberOf(tiff, entries.get(HEIGHT))) ?? 0,
    exif: await factsOf(tiff, entries),
  }
}
