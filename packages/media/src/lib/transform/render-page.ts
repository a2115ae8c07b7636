import type { PDFDocumentProxy, PDFPageProxy } from 'pdfjs-dist/legacy/build/pdf.mjs'
import type { WholeRecipe } from './draw-picture.ts'

export interface RenderedPage {
  /** Four bytes a pixel, without transparency. */
  readonly pixels: Uint8ClampedArray
  readonly width: number
  readonly height: number
}

/** As the recipes' own bound: no canvas becomes larger, whatever a page claims. */
const MAX_SIDE = 4096
/** A page's unit is 1/72 inch, a screen's pixel 1/96. */
const PIXELS_PER_UNIT = 96 / 72

/** Draws a page as large as the recipe needs it: it is made of lines and letters, and has no pixels of its own to be kept to. */
export async function renderPage(pdf: PDFDocumentProxy, page: PDFPageProxy, recipe: WholeRecipe): Promise<RenderedPage> {
  const viewport = page.getViewport({ scale: 1 })
  const scaled = page.getViewport({ scale: scaleOf(viewport, recipe) })
  const width = side(scaled.width)
  const height = side(scaled.height)
  const factory = pdf.canvasFactory as CanvasFactory
  const surface = factory.create(width, height)
  try {
    await page.render({ canvas: surface.canvas, viewport: scaled, background: '#fff' }).promise
    return { pixels: surface.context.getImageData(0, 0, width, height).data, width, height }
  } finally {
    factory.destroy(surface)
  }
}

/** pdfjs brings its own canvas, by the type of a browser's. */
interface CanvasFactory {
  create(width: number, height: number): Surface
  destroy(surface: Surface): void
}

interface Surface {
  readonly canvas: HTMLCanvasElement
  readonly context: CanvasRenderingContext2D
}

function scaleOf(page: { width: number; height: number }, { width, height, fit }: WholeRecipe): number {
  const scales = [width && width / page.width, height && height / page.height].filter(scale => scale !== undefined)
  const wanted = fit === 'cover' || fit === 'fill' ? Math.max(...scales) : Math.min(...scales)
  const largest = MAX_SIDE / Math.max(page.width, page.height)
  return Math.min(scales.length === 0 ? PIXELS_PER_UNIT : wanted, largest)
}

function side(length: number): number {
  return Math.min(MAX_SIDE, Math.max(1, Math.round(length)))
}
