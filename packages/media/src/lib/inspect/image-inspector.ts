import type { Inspector } from '@stowage/core/contracts'
import { essenceOf } from '../content-type.ts'
import { Unreadable } from '../pool/task.ts'
import { OutOfSight, prefixBytes } from './file-bytes.ts'
import { toInspection } from './picture-facts.ts'

/**
 * Tells width and height of pictures as they are seen, from the first bytes: JPEG, PNG, WebP, GIF, AVIF, HEIC, TIFF, BMP and SVG. Properties,
 * where they are known: `orientation` (EXIF, 2 to 8), `hasAlpha`, `animated`, `frames`, `camera` (at most 100 characters), `takenAt` (local time).
 *
 * It reads headers only and decodes nothing. What lies beyond the prefix, and other formats, are the image processor's. Null for those and for
 * damaged files. Loads its readers with the first picture.
 */
export function imageInspector(): Inspector {
  let loading: Promise<typeof import('./readers.ts')> | undefined
  return {
    name: 'image',
    async inspect({ prefix, contentType, sizeBytes }) {
      const essence = essenceOf(contentType)
      if (!essence.startsWith('image/')) return null
      loading ??= import('./readers.ts')
      const read = (await loading).readers.get(essence)
      if (!read) return null
      try {
        const facts = await read(prefixBytes(prefix, sizeBytes))
        return facts && toInspection(facts)
      } catch (error) {
        // Both are answers: a job with the whole file says more.
        if (error instanceof OutOfSight || error instanceof Unreadable) return null
        throw error
      }
    },
  }
}
