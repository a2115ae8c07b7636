/** sharp as a child of the pool needs it: no memory is kept between pictures, and a picture has one thread, since the pool has a child for each core. */
export async function loadSharp(): Promise<typeof import('sharp')['default']> {
  const { default: sharp } = await import('sharp')
  sharp.cache(false)
  sharp.concurrency(1)
  return sharp
}

export const MEGAPIXELS = 1e6
/** Of one frame, and of all frames that are decoded. */
export const MAX_PIXELS = 50 * MEGAPIXELS
