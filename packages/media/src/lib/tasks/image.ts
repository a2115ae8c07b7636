import type { Inspection } from '@stowage/core/contracts'
import { essenceOf } from '../content-type.ts'
import { rangedBytes } from '../inspect/file-bytes.ts'
import { type PictureFacts, toInspection } from '../inspect/picture-facts.ts'
import { readers } from '../inspect/readers.ts'
import { type Task, type TaskFile, Unreadable } from '../pool/task.ts'

/** Of a format that image-size reads as a whole. */
const WHOLE_BYTES = 1024 * 1024

/** Width and height as seen, with a few properties, wherever in the file its header is. */
const image: Task<object, Inspection | null> = async file => {
  const read = readers.get(essenceOf(file.contentType))
  const facts = read ? await read(rangedBytes(file)) : await readOther(file)
  return facts && toInspection(facts)
}
export default image

/** Icons, JPEG XL, JPEG 2000, Photoshop: readers that follow what the bytes claim, which only a child may. */
async function readOther(file: TaskFile): Promise<PictureFacts> {
  const { imageSize } = await import('image-size')
  const bytes = await file.read(0, WHOLE_BYTES)
  try {
    const { width, height, orientation } = imageSize(bytes)
    return { width, height, ...(orientation && { exif: { orientation } }) }
  } catch (cause) {
    throw new Unreadable('The dimensions of the picture can’t be read: it is damaged, or of an unknown kind.', { cause })
  }
}
