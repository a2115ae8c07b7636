import type { PDFDocumentProxy } from 'pdfjs-dist/legacy/build/pdf.mjs'
import { type Task, Unreadable } from '../pool/task.ts'
import { pdfjsFolder, withPdf } from '../processors/pdf/open-pdf.ts'
import { type DrawnPicture, drawPicture, type WholeRecipe } from '../transform/draw-picture.ts'
import { loadSharp, MAX_PIXELS } from '../transform/load-sharp.ts'
import { type RenderedPage, renderPage } from '../transform/render-page.ts'

/** Draws the first page of a PDF by the recipe, on white. */
const pdfPicture: Task<WholeRecipe, DrawnPicture> = async (file, recipe) => {
  const parts = {
    maxImageSize: MAX_PIXELS,
    useWasm: true,
    wasmUrl: pdfjsFolder('wasm'),
    iccUrl: pdfjsFolder('iccs'),
    standardFontDataUrl: pdfjsFolder('standard_fonts'),
  }
  const drawFirst = async (pdf: PDFDocumentProxy): Promise<RenderedPage> => {
    if (pdf.numPages < 1) throw new Unreadable('The PDF has no pages.')
    return renderPage(pdf, await pdf.getPage(1), recipe)
  }
  const { pixels, width, height } = await withPdf(file, drawFirst, parts)
  const sharp = await loadSharp()
  const picture = sharp(pixels, { raw: { width, height, channels: 4 } }).removeAlpha()
  return drawPicture(picture, recipe, { width, height })
}
export default pdfPicture
