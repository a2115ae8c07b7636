import type { Transformer } from '@stowage/core/contracts'
import { essenceOf } from '../content-type.ts'
import type { ParserPool } from '../pool/task.ts'
import type { DrawnPicture } from './draw-picture.ts'
import { pictureFormats } from './open-picture.ts'

const MEMORY_MIB = 512

/**
 * Makes pictures with sharp, in children of the pool: of JPEG, PNG, WebP, GIF, AVIF, TIFF and SVG, and of a PDF's first page.
 *
 * Turned as EXIF says, in sRGB, without metadata. Of animations the first frame; a WebP of an animation moves, up to 500 frames, 50 megapixels
 * read and 20 written. Transparent parts become white in a JPEG. SVG is drawn at its own size, and nothing that it refers to outside is loaded.
 * @throws StowageError `unprocessable`: damaged, over 50 megapixels, 4,096 frames or 96 MiB, or a result over 32 MiB; retryable where the child
 * crashed or ran out of memory (512 MiB) or time
 */
export function pictureTransformer(pool: ParserPool): Transformer {
  return {
    name: 'sharp',
    accepts: contentType => taskFor(contentType) !== null,
    async transform(file, { width, height, fit, format, quality }) {
      const task = taskFor(file.asset.contentType)
      const options = { ...(width && { width }), ...(height && { height }), fit, format, quality }
      const drawn = await pool.run<DrawnPicture>(task ?? 'picture', file, options, { memoryMiB: MEMORY_MIB })
      return { ...drawn, contentType: `image/${format}` }
    },
  }
}

function taskFor(contentType: string): 'picture' | 'pdf-picture' | null {
  const essence = essenceOf(contentType)
  if (essence === 'application/pdf') return 'pdf-picture'
  return pictureFormats.has(essence) ? 'picture' : null
}
