import type { Glyph, PathCommand } from 'opentype.js'
import type { FontSet } from './fonts.ts'

/** One user-perceived character, ready to be drawn. Widths are in em. */
export interface Mark {
  readonly isSpace: boolean
  readonly width: number
  /** SVG path data with the baseline's left end at (x, y). */
  path(x: number, y: number, size: number): string
}

/** Characters beyond this many can't all be visible, at any size. */
const MAX_CHARACTERS = 2000
/** Stacked accents beyond this many are left out. */
const MAX_CODE_POINTS_PER_MARK = 6
const SPACE_WIDTH = 0.26
const BOX_WIDTH = 0.66
const INVISIBLE = /[\p{Cf}\p{Variation_Selector}]/u

/**
 * What of a prompt can be shown: one line, composed, without control, bidi or invisible characters.
 * @returns `isCut` where it was too long to be looked at whole
 */
export function visibleText(prompt: string): { text: string; isCut: boolean } {
  const text = prompt
    .slice(0, MAX_CHARACTERS)
    .replace(/\p{Cs}/gu, '\u{FFFD}')
    .normalize('NFC')
    .replace(/[\p{Cc}\s]+/gu, ' ')
    // Joiners stay: they hold an emoji's parts together as one character.
    .replace(/(?!\u200D)\p{Cf}/gu, '')
    .trim()
  return { text, isCut: prompt.length > MAX_CHARACTERS }
}

/** Turns text into marks. What no font has becomes a box, once per character, however many code points that has. */
export function toMarks(text: string, fonts: FontSet): Mark[] {
  const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' })
  return Array.from(segmenter.segment(text), ({ segment }) => (segment === ' ' ? space : toMark(segment, fonts)))
}

const space: Mark = { isSpace: true, width: SPACE_WIDTH, path: () => '' }

const box: Mark = {
  isSpace: false,
  width: BOX_WIDTH,
  path(x, y, size) {
    const [left, right, top] = [x + 0.06 * size, x + 0.6 * size, y - 0.72 * size]
    const line = 0.05 * size
    // The inner rectangle runs the other way round, and so is a hole.
    return [
      `M${fix(left)} ${fix(top)}H${fix(right)}V${fix(y)}H${fix(left)}Z`,
      `M${fix(left + line)} ${fix(top + line)}V${fix(y - line)}H${fix(right - line)}V${fix(top + line)}Z`,
    ].join('')
  },
}

function toMark(character: string, fonts: FontSet): Mark {
  const codePoints = Array.from(character, part => part.codePointAt(0) ?? 0).slice(0, MAX_CODE_POINTS_PER_MARK)
  const drawn: { glyph: Glyph; unitsPerEm: number }[] = []
  for (const [index, codePoint] of codePoints.entries()) {
    const font = fonts.find(codePoint)
    const part = String.fromCodePoint(codePoint)
    if (font) drawn.push({ glyph: font.charToGlyph(part), unitsPerEm: font.unitsPerEm })
    else if (index === 0 || !INVISIBLE.test(part)) return box
  }
  const width = drawn.reduce((sum, { glyph, unitsPerEm }) => sum + (glyph.advanceWidth ?? 0) / unitsPerEm, 0)
  return {
    isSpace: false,
    width,
    path(x, y, size) {
      let data = ''
      let left = x
      for (const { glyph, unitsPerEm } of drawn) {
        data += outline(glyph.getPath(left, y, size).commands)
        left += ((glyph.advanceWidth ?? 0) / unitsPerEm) * size
      }
      return data
    },
  }
}

/** The library's own writer turns coordinates such as 1e-14 into NaN. */
function outline(commands: readonly PathCommand[]): string {
  let data = ''
  for (const command of commands) {
    data += command.type
    if (command.type === 'Z') continue
    if (command.type === 'C') data += `${fix(command.x1)} ${fix(command.y1)} ${fix(command.x2)} ${fix(command.y2)} `
    if (command.type === 'Q') data += `${fix(command.x1)} ${fix(command.y1)} `
    data += `${fix(command.x)} ${fix(command.y)}`
  }
  return data
}

function fix(value: number): number {
  return Math.round(value * 10) / 10
}
