import type { AspectRatio } from '@stowage/core/contracts'

/** Pixels to ask for: sides divisible by 16, as models with free sizes demand. */
const FREE: Readonly<Record<AspectRatio, string>> = {
  '1:1': '1024x1024',
  '16:9': '1536x864',
  '9:16': '864x1536',
  '4:3': '1344x1008',
  '3:4': '1008x1344',
}
/** The three sizes that every image model takes; the nearest to the ratio. */
const STANDARD: Readonly<Record<AspectRatio, string>> = {
  '1:1': '1024x1024',
  '16:9': '1536x1024',
  '9:16': '1024x1536',
  '4:3': '1536x1024',
  '3:4': '1024x1536',
}
/** gpt-image-2 and its later relatives. */
const FREE_SIZE_MODELS = /^gpt-image-(?:[2-9]|\d\d)/

export function sizeFor(model: string, ratio: AspectRatio): string | undefined {
  return (FREE_SIZE_MODELS.test(model) ? FREE : STANDARD)[ratio]
}
