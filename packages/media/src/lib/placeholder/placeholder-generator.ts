import { type GenerateImageInput, type ImageGenerator, StowageError } from '@stowage/core/contracts'
import { throwIfAborted } from '../abort.ts'
import { choiceOption, integerOption } from '../options.ts'
import { charactersOf, drawPlaceholder, isAspectRatio } from './drawing.ts'
import { fontLoader } from './fonts.ts'

export interface PlaceholderGeneratorOptions {
  /** Default `jpeg`. */
  readonly format?: 'jpeg' | 'png'
  /** Pixels of the longer side, 64 to 4096. Default 1024. */
  readonly longerSidePx?: number
}

/**
 * Draws a picture that carries the prompt and says that it is a placeholder. Needs no key, no network and no system font.
 *
 * The same prompt, ratio and options give the same picture. Long prompts are cut with an ellipsis; characters that the font
 * lacks are drawn as a box. Nothing heavy is loaded before the first picture.
 * @throws StowageError `invalid_request` on a wrong option (at once), an empty prompt or an unknown ratio; `aborted`;
 * `unavailable` where a dependency is not installed properly
 */
export function placeholderGenerator(options: PlaceholderGeneratorOptions = {}): ImageGenerator {
  const format = choiceOption('format', options.format, ['jpeg', 'png'])
  const longerSidePx = integerOption('longerSidePx', options.longerSidePx, { min: 64, max: 4096, default: 1024 })
  const loadFonts = fontLoader()
  return {
    name: 'placeholder',
    async generate({ prompt, aspectRatio, signal }: GenerateImageInput) {
      throwIfAborted(signal)
      if (typeof prompt !== 'string' || prompt.trim() === '') throw new StowageError('invalid_request', 'The prompt is empty.')
      if (!isAspectRatio(aspectRatio)) throw new StowageError('invalid_request', `The aspect ratio ${aspectRatio} is not known.`)
      const [fonts, sharp] = await Promise.all([loadFonts(charactersOf(prompt)), loadSharp()])
      throwIfAborted(signal)
      const picture = sharp(Buffer.from(drawPlaceholder(prompt, aspectRatio, longerSidePx, fonts)))
      const body = await (format === 'jpeg' ? picture.jpeg({ quality: 85 }) : picture.png({ compressionLevel: 6 })).toBuffer()
      throwIfAborted(signal)
      return { body, contentType: `image/${format}` }
    },
  }
}

async function loadSharp(): Promise<typeof import('sharp')['default']> {
  try {
    return (await import('sharp')).default
  } catch (cause) {
    throw new StowageError('unavailable', 'The image library sharp is not installed for this platform: reinstall it.', { cause })
  }
}
