import type { AspectRatio } from '@stowage/core/contracts'
import { backdrop } from './backdrop.ts'
import type { FontSet } from './fonts.ts'
import { type Mark, toMarks, visibleText } from './glyphs.ts'
import { type Area, fitText, linePath, textPaths, widthOf } from './layout.ts'

/** Says what the picture is, whoever meets it later. */
const TITLE = 'PLACEHOLDER PICTURE'
const NOTE = 'Drawn from the words of its prompt. No image model was asked.'

const RATIOS: Readonly<Record<AspectRatio, readonly [number, number]>> = {
  '1:1': [1, 1],
  '16:9': [16, 9],
  '9:16': [9, 16],
  '4:3': [4, 3],
  '3:4': [3, 4],
}
/** Coordinates of the drawing; the picture may have more or fewer pixels. */
const LONGER_SIDE = 1024
const MARGIN = 56
const TITLE_SIZE = 27
const NOTE_SIZE = 20

/** Every character a drawing of this prompt needs a font for. */
export function charactersOf(prompt: string): string {
  return `${visibleText(prompt).text}${TITLE}${NOTE}…`
}

export function isAspectRatio(value: string): value is AspectRatio {
  return Object.hasOwn(RATIOS, value)
}

/** Pixels of a picture whose longer side is given. */
function pictureSize(ratio: AspectRatio, longerSide: number): { width: number; height: number } {
  const [x, y] = RATIOS[ratio]
  const scale = longerSide / Math.max(x, y)
  return { width: Math.round(x * scale), height: Math.round(y * scale) }
}

/**
 * The picture as SVG. Text is drawn as outlines and never written into the markup, so no prompt can break or extend it.
 */
export function drawPlaceholder(prompt: string, ratio: AspectRatio, longerSidePx: number, fonts: FontSet): string {
  const { width, height } = pictureSize(ratio, LONGER_SIDE)
  const pixels = pictureSize(ratio, longerSidePx)
  const { text, isCut } = visibleText(prompt)
  const [ellipsis] = toMarks('…', fonts) as [Mark]
  const area: Area = { x: MARGIN, y: MARGIN + 84, width: width - 2 * MARGIN, height: height - 2 * MARGIN - 84 - 52 }
  const layout = fitText(toMarks(text, fonts), area, ellipsis, isCut)
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${pixels.width}" height="${pixels.height}" viewBox="0 0 ${width} ${height}">`,
    backdrop(prompt, width, height),
    title(toMarks(TITLE, fonts)),
    ...textPaths(layout, area).map(path => `<path fill="#fff" d="${path}"/>`),
    note(toMarks(NOTE, fonts), width, height),
    '</svg>',
  ].join('')
}

function title(marks: readonly Mark[]): string {
  const width = widthOf(marks) * TITLE_SIZE
  return [
    `<rect x="${MARGIN}" y="${MARGIN}" width="${Math.ceil(width + 40)}" height="50" rx="25" fill="#fff"/>`,
    `<path fill="#222" d="${linePath(marks, MARGIN + 20, MARGIN + 35, TITLE_SIZE)}"/>`,
  ].join('')
}

/** One line, smaller where the picture is narrow. */
function note(marks: readonly Mark[], width: number, height: number): string {
  const size = Math.min(NOTE_SIZE, (width - 2 * MARGIN) / widthOf(marks))
  return `<path fill="#fff" fill-opacity="0.85" d="${linePath(marks, MARGIN, height - MARGIN, size)}"/>`
}
