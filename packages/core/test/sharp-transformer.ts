import { StowageError, type Transformer } from '@stowage/core/contracts'
import sharp from 'sharp'
import { readAll } from './open-stowage.ts'

/** Makes pictures with sharp in this very process: fit for the pictures of tests, not for those of strangers. */
export function sharpTransformer(): Transformer & { readonly made: readonly string[] } {
  const made: string[] = []
  return {
    name: 'sharp',
    made,
    accepts: contentType => /^image\/(jpeg|png|webp|avif)$/.test(contentType),
    async transform(file, { width, height, fit, format, quality }) {
      made.push(`${file.asset.id} ${width}x${height} ${format}`)
      const bytes = await readAll(await file.open())
      try {
        const picture = sharp(bytes)
          .rotate()
          .resize({ width, height, fit, withoutEnlargement: fit === 'inside' })
          .toFormat(format, format === 'avif' ? { quality, effort: 0 } : { quality })
        const { data, info } = await picture.toBuffer({ resolveWithObject: true })
        return { body: data, contentType: `image/${format}`, width: info.width, height: info.height }
      } catch (error) {
        throw new StowageError('unprocessable', 'The picture can not be read.', { cause: error })
      }
    },
  }
}

/** A picture in one colour. */
export function picture(width: number, height: number, background = '#3366cc'): Promise<Buffer> {
  return sharp({ create: { width, height, channels: 3, background } })
    .png()
    .toBuffer()
}
