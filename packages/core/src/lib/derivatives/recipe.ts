import { invalid } from '../assets/details/details.ts'
import type { PictureFormat, PictureRecipe } from '../contracts/transformer.ts'

const MAX_PIXELS = 4096
const FITS = ['inside', 'cover', 'contain', 'fill'] as const
const FORMATS: readonly PictureFormat[] = ['jpeg', 'png', 'webp', 'avif']
const MEMBERS: ReadonlySet<string> = new Set(['width', 'height', 'fit', 'format', 'quality'])

/** A recipe with every default filled in. */
export type CompleteRecipe = PictureRecipe & Required<Pick<PictureRecipe, 'fit' | 'format' | 'quality'>>

/** A recipe whose format the reader's `Accept` may decide. */
export type OpenRecipe = Omit<CompleteRecipe, 'format'> & { readonly format: PictureFormat | 'auto' }

/**
 * Checks a recipe and fills in its defaults.
 * @param pointer of the recipe, for the issues
 * @throws StowageError `unprocessable` naming each member that is wrong
 */
export function completeRecipe(recipe: PictureRecipe, pointer = ''): CompleteRecipe {
  return complete(recipe, pointer, FORMATS) as CompleteRecipe
}

/** The same where `auto` is a format too. @throws StowageError `unprocessable` */
export function completeOpenRecipe(recipe: Omit<PictureRecipe, 'format'> & { format?: OpenRecipe['format'] }): OpenRecipe {
  return complete(recipe, '/transform', [...FORMATS, 'auto'])
}

function complete(recipe: unknown, pointer: string, formats: readonly OpenRecipe['format'][]): OpenRecipe {
  if (typeof recipe !== 'object' || recipe === null || Array.isArray(recipe))
    throw invalid([{ pointer, message: 'must be an object' }])
  const { width, height, fit = 'inside', format = 'webp', quality = 80 } = recipe as Record<string, unknown>
  const checks: readonly (readonly [member: string, holds: boolean, message: string])[] = [
    ...Object.keys(recipe).map(name => [name, MEMBERS.has(name), 'is no part of a recipe'] as const),
    ['width', width === undefined || isWhole(width, MAX_PIXELS), `must be a whole number from 1 to ${MAX_PIXELS}`],
    ['height', height === undefined || isWhole(height, MAX_PIXELS), `must be a whole number from 1 to ${MAX_PIXELS}`],
    ['width', width !== undefined || height !== undefined, 'must be given where there is no height'],
    ['fit', FITS.some(known => known === fit), `must be one of ${FITS.join(', ')}`],
    ['format', formats.some(known => known === format), `must be one of ${formats.join(', ')}`],
    ['quality', isWhole(quality, 100), 'must be a whole number from 1 to 100'],
  ]
  const issues = checks.filter(([, holds]) => !holds).map(([member, , message]) => ({ pointer: `${pointer}/${member}`, message }))
  if (issues.length > 0) throw invalid(issues)
  const sides = { ...(width !== undefined && { width }), ...(height !== undefined && { height }) }
  return { ...sides, fit, format, quality } as OpenRecipe
}

const isWhole = (value: unknown, max: number): boolean => Number.isInteger(value) && Number(value) >= 1 && Number(value) <= max

/** The one text of a recipe, such as `w400-h400-inside-webp-q80`: the role of the blobs that are made by it. */
export function recipeText({ width, height, fit, format, quality }: OpenRecipe): string {
  const sides = [...(width === undefined ? [] : [`w${width}`]), ...(height === undefined ? [] : [`h${height}`])]
  // PNG knows no quality: recipes that differ in it alone make the same picture.
  return [...sides, fit, format, ...(format === 'png' ? [] : [`q${quality}`])].join('-')
}

const TEXT = /^(?:w(\d+))?-?(?:h(\d+))?-(inside|cover|contain|fill)-(jpeg|png|webp|avif|auto)(?:-q(\d+))?$/

/** The recipe that {@link recipeText} wrote; null for any other text. */
export function readRecipe(text: string): OpenRecipe | null {
  const [, width, height, fit, format, quality = '80'] = TEXT.exec(text) ?? []
  if (fit === undefined || format === undefined) return null
  const sides = { ...(width !== undefined && { width: Number(width) }), ...(height !== undefined && { height: Number(height) }) }
  return { ...sides, fit, format, quality: Number(quality) } as OpenRecipe
}
