import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { StowageError } from '@stowage/core/contracts'
import type { Font } from 'opentype.js'

/** Finds the font that draws a character. */
export interface FontSet {
  /** Null where none of the fonts has a glyph for it. */
  find(codePoint: number): Font | null
}

type Range = readonly [first: number, last: number]

/** The subsets that the font package ships, smallest and likeliest first, and the code points each may hold. */
const SUBSETS: readonly { readonly name: string; readonly ranges: readonly Range[] }[] = [
  {
    name: 'latin',
    ranges: [
      [0x20, 0xff],
      [0x131, 0x131],
      [0x152, 0x153],
      [0x2bb, 0x2dc],
      [0x2000, 0x206f],
      [0x20ac, 0x20ac],
      [0x2122, 0x2122],
      [0x2191, 0x2193],
      [0x2212, 0x2215],
    ],
  },
  {
    name: 'vietnamese',
    ranges: [
      [0x102, 0x103],
      [0x110, 0x111],
      [0x128, 0x129],
      [0x168, 0x169],
      [0x1a0, 0x1b0],
      [0x300, 0x329],
      [0x1ea0, 0x1ef9],
      [0x20ab, 0x20ab],
    ],
  },
  { name: 'greek', ranges: [[0x370, 0x3ff]] },
  {
    name: 'cyrillic',
    ranges: [
      [0x301, 0x301],
      [0x400, 0x45f],
      [0x490, 0x491],
      [0x4b0, 0x4b1],
      [0x2116, 0x2116],
    ],
  },
  { name: 'greek-ext', ranges: [[0x1f00, 0x1fff]] },
  {
    name: 'cyrillic-ext',
    ranges: [
      [0x460, 0x52f],
      [0x1c80, 0x1c8a],
      [0x20b4, 0x20b4],
      [0x2de0, 0x2dff],
      [0xa640, 0xa69f],
    ],
  },
  {
    name: 'latin-ext',
    ranges: [
      [0x100, 0x2ff],
      [0x300, 0x329],
      [0x1d00, 0x1dbf],
      [0x1e00, 0x1eff],
      [0x2020, 0x2020],
      [0x20a0, 0x20c0],
      [0x2113, 0x2113],
      [0x2c60, 0x2c7f],
      [0xa720, 0xa7ff],
    ],
  },
]

/** Loads fonts on demand and keeps them: a prompt costs only the scripts it uses. */
export function fontLoader(): (text: string) => Promise<FontSet> {
  const loaded = new Map<string, Promise<Font>>()

  function load(subset: string): Promise<Font> {
    const known = loaded.get(subset)
    if (known) return known
    const font = loadFont(subset)
    loaded.set(subset, font)
    // A file that could not be read may be readable the next time.
    font.catch(() => loaded.delete(subset))
    return font
  }

  return async text => {
    const codePoints = [...new Set(text)].map(character => character.codePointAt(0) ?? 0)
    const needed = SUBSETS.filter(subset => codePoints.some(codePoint => holds(subset.ranges, codePoint)))
    const fonts = await Promise.all(needed.map(subset => load(subset.name)))
    return {
      find(codePoint) {
        const character = String.fromCodePoint(codePoint)
        return (
          fonts.find((font, at) => holds(needed[at]?.ranges ?? [], codePoint) && font.charToGlyphIndex(character) > 0) ?? null
        )
      },
    }
  }
}

function holds(ranges: readonly Range[], codePoint: number): boolean {
  return ranges.some(([first, last]) => codePoint >= first && codePoint <= last)
}

async function loadFont(subset: string): Promise<Font> {
  const specifier = `@fontsource/noto-sans/files/noto-sans-${subset}-400-normal.woff`
  try {
    const [bytes, { default: opentype }] = await Promise.all([
      readFile(createRequire(import.meta.url).resolve(specifier)),
      import('opentype.js'),
    ])
    // Low memory: glyphs are read when they are drawn, which makes opening a font five times as fast.
    return opentype.parse(new Uint8Array(bytes).buffer, { lowMemory: true })
  } catch (cause) {
    throw new StowageError('unavailable', `The font ${specifier} can't be read: reinstall @stowage/media.`, { cause })
  }
}
