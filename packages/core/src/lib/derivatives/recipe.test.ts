import { describe, expect, it } from 'vitest'
import { acceptedFormat } from './accepted-format.ts'
import { completeOpenRecipe, completeRecipe, type OpenRecipe, readRecipe, recipeText } from './recipe.ts'

describe('a recipe', () => {
  it.each([
    [{ width: 400, height: 400 }, 'w400-h400-inside-webp-q80'],
    [{ width: 400 }, 'w400-inside-webp-q80'],
    [{ height: 1, fit: 'cover', format: 'avif', quality: 1 }, 'h1-cover-avif-q1'],
    [{ width: 4096, height: 4096, fit: 'fill', format: 'jpeg', quality: 100 }, 'w4096-h4096-fill-jpeg-q100'],
    [{ width: 7, fit: 'contain', format: 'png', quality: 3 }, 'w7-contain-png'],
  ] as const)('%j is %s, and is read back from that', (recipe, text) => {
    expect(recipeText(completeRecipe(recipe))).toBe(text)
    expect(recipeText(readRecipe(text) as OpenRecipe)).toBe(text)
  })

  it('has one text, however it was written', () => {
    const written = [{ width: 9, height: 9 }, { quality: 80, format: 'webp', height: 9, fit: 'inside', width: 9 } as const]
    expect(new Set(written.map(recipe => recipeText(completeRecipe(recipe)))).size).toBe(1)
  })

  it.each([
    [{}, '/width must be given where there is no height'],
    [{ width: 0 }, '/width must be a whole number from 1 to 4096'],
    [{ width: 4097 }, '/width must be a whole number from 1 to 4096'],
    [{ height: 1.5 }, '/height must be a whole number from 1 to 4096'],
    [{ width: '400' }, '/width must be a whole number from 1 to 4096'],
    [{ width: Number.NaN }, '/width must be a whole number from 1 to 4096'],
    [{ width: null, height: 4 }, '/width must be a whole number from 1 to 4096'],
    [{ width: 4, fit: 'crop' }, '/fit must be one of inside, cover, contain, fill'],
    [{ width: 4, format: 'gif' }, '/format must be one of jpeg, png, webp, avif'],
    [{ width: 4, format: 'auto' }, '/format must be one of jpeg, png, webp, avif'],
    [{ width: 4, quality: 0 }, '/quality must be a whole number from 1 to 100'],
    [{ width: 4, quality: 101 }, '/quality must be a whole number from 1 to 100'],
    [{ width: 4, blur: 3 }, '/blur is no part of a recipe'],
    [null, ' must be an object'],
    [[], ' must be an object'],
  ])('%j is refused: %s', (recipe, message) => {
    expect(() => completeRecipe(recipe as never)).toThrow(
      expect.objectContaining({ code: 'unprocessable', message: expect.stringContaining(message.trim()) }),
    )
  })

  it('of a link may leave the format to the reader', () => {
    expect(recipeText(completeOpenRecipe({ width: 8, format: 'auto' }))).toBe('w8-inside-auto-q80')
    expect(() => completeOpenRecipe({ width: 0, format: 'auto' })).toThrow('/transform/width')
  })

  it.each(['', 'original', 'w400', 'w400-h400', 'w400-inside', 'inside-webp-q80', 'w1-inside-webp-q80-x', 'W1-inside-webp-q80'])(
    'is not read from %j',
    text => expect(readRecipe(text)).toBeNull(),
  )
})

describe('the format for an Accept header', () => {
  it.each([
    ['image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8', 'avif'],
    ['image/webp,*/*', 'webp'],
    ['image/avif;q=0, image/webp;q=0.5', 'webp'],
    ['image/avif;q=0.0,image/webp; q=0 ', 'jpeg'],
    ['image/avif;q=0.001', 'avif'],
    ['IMAGE/AVIF', 'avif'],
    ['image/*,*/*', 'jpeg'],
    ['image/avifx, x-image/webp', 'jpeg'],
    ['', 'jpeg'],
    [null, 'jpeg'],
    [undefined, 'jpeg'],
  ])('%j is %s', (accept, format) => expect(acceptedFormat(accept)).toBe(format))
})
