import type { PictureFormat, PictureRecipe } from '@stowage/core/contracts'
import type { Sharp } from 'sharp'
import { Unreadable } from '../pool/task.ts'
import { MAX_PIXELS } from './load-sharp.ts'
import { keepsRatio, writtenPixels } from './written-pixels.ts'

export type WholeRecipe = PictureRecipe & Required<Pick<PictureRecipe, 'fit' | 'format' | 'quality'>>

/** What a task of this folder gives back. */
export interface DrawnPicture {
  readonly body: Uint8Array
  readonly width: number
  readonly height: number
}

const MAX_BODY_BYTES = 32 * 1024 * 1024

/**
 * Resizes what is opened and writes it, without any metadata and in sRGB, which is what sharp does unless told otherwise.
 * @throws Unreadable where the result is too large, or what sharp throws
 */
export async function drawPicture(
  picture: Sharp,
  recipe: WholeRecipe,
  source: { width: number; height: number },
): Promise<DrawnPicture> {
  if (writtenPixels(source, recipe) > MAX_PIXELS) throw new Unreadable('The picture would have more than 50 megapixels.')
  const { data, info } = await written(resized(picture, recipe), recipe).toBuffer({ resolveWithObject: true })
  if (data.length > MAX_BODY_BYTES) throw new Unreadable('The picture would have more than 32 MiB: ask for a smaller one.')
  return { body: data, width: info.width, height: info.pageHeight ?? info.height }
}

function resized(picture: Sharp, recipe: WholeRecipe): Sharp {
  const { width, height, fit, format } = recipe
  return picture.resize({
    ...(width === undefined ? {} : { width }),
    ...(height === undefined ? {} : { height }),
    fit: keepsRatio(recipe) ? 'inside' : fit,
    withoutEnlargement: fit === 'inside',
    background: format === 'jpeg' ? '#fff' : '#fff0',
  })
}

function written(picture: Sharp, { format, quality }: WholeRecipe): Sharp {
  const writers: Record<PictureFormat, () => Sharp> = {
    jpeg: () => picture.flatten({ background: '#fff' }).jpeg({ quality }),
    png: () => picture.png(),
    webp: () => picture.webp({ quality }),
    // At sharp's own effort of 4, a detailed picture takes twenty times as long for a tenth of its bytes.
    avif: () => picture.avif({ quality, effort: 2 }),
  }
  return writers[format]()
}
