import type { Inspection, Processor } from '@stowage/core/contracts'
import { essenceOf } from '../content-type.ts'
import type { ParserPool } from '../pool/task.ts'

const TYPES: ReadonlySet<string> = new Set(
  ['jpeg', 'png', 'apng', 'webp', 'gif', 'avif', 'heic', 'heif', 'heic-sequence', 'heif-sequence', 'tiff', 'bmp', 'svg+xml']
    .concat(['x-icon', 'icns', 'jxl', 'jp2', 'jpx', 'jpm', 'j2c', 'ktx', 'vnd.adobe.photoshop'])
    .map(name => `image/${name}`),
)

/**
 * Finds width and height of pictures that the inspector could not tell from their first bytes: a header far behind, a directory at the file's end,
 * icons, JPEG XL, JPEG 2000, Photoshop. By range reads in a child of the pool. Null, without a child, where they are known already.
 */
export function imageProcessor(pool: ParserPool): Processor {
  return {
    name: 'image',
    accepts: contentType => TYPES.has(essenceOf(contentType)),
    async process(file) {
      if (file.asset.width !== null && file.asset.height !== null) return null
      return pool.run<Inspection | null>('image', file, {})
    },
  }
}
