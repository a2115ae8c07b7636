import type { Metadata } from 'sharp'
import { essenceOf } from '../content-type.ts'
import { type Task, type TaskFile, Unreadable } from '../pool/task.ts'
import { type DrawnPicture, drawPicture, type WholeRecipe } from '../transform/draw-picture.ts'
import { loadSharp, MAX_PIXELS } from '../transform/load-sharp.ts'
import { framesOf, openPicture, tooLarge } from '../transform/open-picture.ts'
import { wholeFile } from '../transform/whole-file.ts'
import { writtenPixels } from '../transform/written-pixels.ts'

/** What is encoded within the deadline of a child; pixels are those of all frames together. */
const MAX_ANIMATION = { frames: 500, pixels: 20e6 }

/** Draws a picture by its recipe. */
const picture: Task<WholeRecipe, DrawnPicture> = async (file, recipe) => {
  const sharp = await loadSharp()
  const bytes = await wholeFile(file)
  try {
    const { metadata, frames } = await openPicture(sharp, bytes, file.contentType)
    return await drawPicture(frames(staysAnimated(metadata, recipe)), recipe, metadata.autoOrient)
  } catch (error) {
    throw asUnreadable(error, file)
  }
}
export default picture

/** WebP alone keeps all frames, where they are not too many to be read and written; any other picture is of the first. */
function staysAnimated(metadata: Metadata, recipe: WholeRecipe): boolean {
  const frames = framesOf(metadata)
  if (recipe.format !== 'webp' || frames === 1 || frames > MAX_ANIMATION.frames || (metadata.orientation ?? 1) !== 1) return false
  const read = frames * metadata.width * metadata.height
  return read <= MAX_PIXELS && frames * writtenPixels(metadata, recipe) <= MAX_ANIMATION.pixels
}

/** What a decoder complains of lies in the bytes; want of memory does not. */
function asUnreadable(error: unknown, { contentType }: TaskFile): unknown {
  if (error instanceof Unreadable || !(error instanceof Error) || /memory|ENOMEM/i.test(error.message)) return error
  if (/pixel limit/i.test(error.message)) return tooLarge()
  if (/too large for the/i.test(error.message))
    return new Unreadable('The picture would be too large for its format.', { cause: error })
  return new Unreadable(`The picture can’t be drawn: its ${essenceOf(contentType)} data is damaged or cut off.`, { cause: error })
}
