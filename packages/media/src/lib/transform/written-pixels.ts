import type { PictureRecipe } from '@stowage/core/contracts'

interface Sides {
  readonly width: number
  readonly height: number
}

/** Whether the recipe only sets a bound: one side alone keeps the ratio whatever the fit, since no box says how to cut, pad or stretch. */
export function keepsRatio({ width, height, fit }: PictureRecipe): boolean {
  return fit === 'inside' || width === undefined || height === undefined
}

/** Pixels of a frame once it is drawn by the recipe, to within a row or column. */
export function writtenPixels(source: Sides, recipe: PictureRecipe): number {
  const { width = Number.POSITIVE_INFINITY, height = Number.POSITIVE_INFINITY, fit } = recipe
  if (!keepsRatio(recipe)) return width * height
  const scale = Math.min(width / source.width, height / source.height, fit === 'inside' ? 1 : Number.MAX_VALUE)
  return source.width * source.height * scale ** 2
}
