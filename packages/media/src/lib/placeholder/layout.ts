import type { Mark } from './glyphs.ts'

/** Where text may go. `y` is the top. */
export interface Area {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

export interface Layout {
  readonly size: number
  readonly lines: readonly (readonly Mark[])[]
  /** True where marks had to be left out. */
  readonly isCut: boolean
}

const SIZES = [68, 56, 46, 38, 32, 26] as const
const LINE_HEIGHT = 1.35

/** The largest size at which the marks fit; at the smallest size they are cut and end in `ellipsis`. */
export function fitText(marks: readonly Mark[], area: Area, ellipsis: Mark, isCut: boolean): Layout {
  const all = isCut ? [...marks, ellipsis] : marks
  for (const size of SIZES) {
    const lines = wrap(all, area.width / size)
    if (lines.length <= maxLines(area, size)) return { size, lines, isCut }
  }
  const size = SIZES[SIZES.length - 1] ?? 26
  const lines = wrap(marks, area.width / size).slice(0, maxLines(area, size))
  const last = lines.pop() ?? []
  return { size, lines: [...lines, withEllipsis(last, ellipsis, area.width / size)], isCut: true }
}

/** SVG path data of each laid-out line, from the top of the area. One path for all of them takes twice as long to fill. */
export function textPaths(layout: Layout, area: Area): string[] {
  const { size } = layout
  return layout.lines.map((line, row) => linePath(line, area.x, area.y + size * (1 + row * LINE_HEIGHT), size))
}

/** SVG path data of one line whose baseline begins at (x, y). */
export function linePath(marks: readonly Mark[], x: number, y: number, size: number): string {
  let left = x
  let data = ''
  for (const mark of marks) {
    data += mark.path(left, y, size)
    left += mark.width * size
  }
  return data
}

export function widthOf(marks: readonly Mark[]): number {
  return marks.reduce((sum, mark) => sum + mark.width, 0)
}

function maxLines(area: Area, size: number): number {
  return Math.max(1, Math.floor((area.height - size) / (size * LINE_HEIGHT)) + 1)
}

/** Breaks at spaces; a word longer than a line (or a script without spaces) breaks between its characters. */
function wrap(marks: readonly Mark[], width: number): Mark[][] {
  const lines: Mark[][] = []
  let line: Mark[] = []
  let used = 0
  function endLine(): void {
    while (line.at(-1)?.isSpace) line.pop()
    if (line.length > 0) lines.push(line)
    line = []
    used = 0
  }
  for (const word of splitWords(marks)) {
    const length = widthOf(word)
    if (used + length > width && !word[0]?.isSpace && length <= width) endLine()
    for (const mark of word) {
      if (used + mark.width > width && !mark.isSpace) endLine()
      if (used === 0 && mark.isSpace) continue
      line.push(mark)
      used += mark.width
    }
  }
  endLine()
  return lines
}

function splitWords(marks: readonly Mark[]): Mark[][] {
  const words: Mark[][] = []
  for (const mark of marks) {
    const word = words.at(-1)
    if (word?.[0]?.isSpace === false && !mark.isSpace) word.push(mark)
    else words.push([mark])
  }
  return words
}

function withEllipsis(line: readonly Mark[], ellipsis: Mark, width: number): Mark[] {
  const kept = [...line]
  while (kept.length > 0 && (kept.at(-1)?.isSpace || widthOf(kept) + ellipsis.width > width)) kept.pop()
  return [...kept, ellipsis]
}
