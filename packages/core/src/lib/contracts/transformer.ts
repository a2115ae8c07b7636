import type { StoredFile } from './processor.ts'

export type PictureFormat = 'jpeg' | 'png' | 'webp' | 'avif'

/** How a picture is made from a file. */
export interface PictureRecipe {
  /** Largest width in pixels, 1 to 4096. Default: as the height asks. At least one of both. */
  readonly width?: number
  readonly height?: number
  /** `inside` keeps the ratio within the box, `cover` fills it and cuts, `contain` fills it and pads, `fill` stretches. Default `inside`. Never enlarged by `inside`. */
  readonly fit?: 'inside' | 'cover' | 'contain' | 'fill'
  /** Default `webp`. */
  readonly format?: PictureFormat
  /** 1 to 100, default 80. PNG ignores it. */
  readonly quality?: number
}

export interface TransformedPicture {
  /** At most 32 MiB. */
  readonly body: Uint8Array
  readonly contentType: string
  readonly width: number
  readonly height: number
}

/**
 * Makes pictures from stored files. The same file and recipe must give the same picture. Orientation is applied, metadata (position, camera)
 * is left out.
 * @throws StowageError `unprocessable` for a file that can't be drawn; `timeout`, `unavailable` where another try may succeed
 */
export interface Transformer {
  readonly name: string
  accepts(contentType: string): boolean
  transform(
    file: StoredFile,
    recipe: Required<Pick<PictureRecipe, 'fit' | 'format' | 'quality'>> & PictureRecipe,
  ): Promise<TransformedPicture>
  close?(): Promise<void>
}
