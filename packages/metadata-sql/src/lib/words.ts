import { setImmediate } from 'node:timers/promises'
import { checkText, fold } from './text.ts'

// Of a longer word, its beginning counts.
const MAX_WORD_LENGTH = 100
// Longest piece of text beyond ASCII that is folded at once.
const MAX_SEGMENT_UNITS = 1024
// What is done before others have their turn on this thread.
const FOLDED_AT_ONCE = 8 * 1024
const SCANNED_AT_ONCE = 128 * 1024

// Soft hyphens and joiners stand inside of words.
const RUN = /[\p{L}\p{M}\p{N}][\p{L}\p{M}\p{N}\u00ad\u200c\u200d]*/gu
const JOINERS = /[\u00ad\u200c\u200d]/g
const FOLDED_RUN = /[\p{L}\p{M}\p{N}]+/gu
// These put no spaces between words.
const SCRIPTS =
  '\\p{scx=Han}\\p{scx=Hiragana}\\p{scx=Katakana}\\p{Script=Thai}\\p{Script=Lao}\\p{Script=Khmer}\\p{Script=Myanmar}'
const UNSPACED = new RegExp(`[${SCRIPTS}]`, 'u')
const BY_SPACING = new RegExp(`[${SCRIPTS}]+|[^${SCRIPTS}]+`, 'gu')

/** Where a word stands in a text. */
export interface WordPlaces {
  /** Offset behind the first, in code units. */
  readonly end: number
  readonly count: number
}
interface Places extends WordPlaces {
  count: number
}

/**
 * The words of a text, folded as search folds. Where a script puts no spaces between words, each character and each two neighbours
 * are one. Long texts take turns with other work.
 */
export async function indexedWords(text: string): Promise<ReadonlyMap<string, WordPlaces>> {
  const places = new Map<string, Places>()
  const seen = new Map<string, readonly Places[]>()
  let [folded, scanned] = [0, 0]
  for (const { start, end, plain } of segments(text)) {
    const segment = text.slice(start, end)
    const again = seen.get(segment)
    if (again) {
      for (const place of again) place.count += 1
      continue
    }
    seen.set(segment, plain ? [addWord(places, cut(segment.toLowerCase()), end)] : addFolded(places, segment, start))
    if (!plain) folded += segment.length
    if (folded < FOLDED_AT_ONCE && end - scanned < SCANNED_AT_ONCE) continue
    await setImmediate()
    folded = 0
    scanned = end
  }
  return places
}

/**
 * The words that must be in a text, longest first.
 * @throws StowageError `unprocessable` for text with NUL or a lone surrogate
 */
export function askedWords(terms: readonly string[]): readonly string[] {
  const runs = terms.flatMap(term => checkText(term, 'A search term').match(RUN) ?? [])
  return [...new Set(runs.flatMap(run => foldedWords(run, false)))].sort((a, b) => b.length - a.length)
}

function addFolded(places: Map<string, Places>, segment: string, start: number): readonly Places[] {
  return [...segment.matchAll(RUN)].flatMap(({ 0: run, index }) =>
    foldedWords(run, true).map(word => addWord(places, word, start + index + run.length)),
  )
}

function addWord(places: Map<string, Places>, word: string, end: number): Places {
  const known = places.get(word)
  if (known) {
    known.count += 1
    return known
  }
  const place = { end, count: 1 }
  places.set(word, place)
  return place
}

/** What stands between ASCII's separators, and whether it is all ASCII. */
function* segments(text: string): Generator<{ readonly start: number; readonly end: number; readonly plain: boolean }> {
  let start = -1
  let plain = true
  for (let i = 0; i <= text.length; i++) {
    const unit = i < text.length ? text.charCodeAt(i) : 0
    const ends = unit < 128 && !isLetterOrDigit(unit)
    const full = !plain && i - start >= MAX_SEGMENT_UNITS && (unit & 0xfc00) !== 0xdc00
    if (start >= 0 && (ends || full)) {
      yield { start, end: i, plain }
      start = -1
    }
    if (ends) continue
    if (start < 0) [start, plain] = [i, true]
    if (unit >= 128) plain = false
  }
}

const isLetterOrDigit = (unit: number): boolean =>
  (unit >= 97 && unit <= 122) || (unit >= 65 && unit <= 90) || (unit >= 48 && unit <= 57)

/** @param every also single characters of scripts without spaces, where two neighbours would do */
function foldedWords(run: string, every: boolean): readonly string[] {
  const words = fold(run.replace(JOINERS, '')).match(FOLDED_RUN) ?? []
  return words.flatMap(word => (UNSPACED.test(word) ? unspacedWords(word, every) : [cut(word)]))
}

function unspacedWords(word: string, every: boolean): readonly string[] {
  return (word.match(BY_SPACING) ?? []).flatMap(part => {
    if (!UNSPACED.test(part)) return [cut(part)]
    const characters = [...part]
    const pairs = characters.slice(1).map((character, i) => `${characters[i]}${character}`)
    return every || pairs.length === 0 ? [...characters, ...pairs] : pairs
  })
}

const cut = (word: string): string => (word.length > MAX_WORD_LENGTH ? [...word].slice(0, MAX_WORD_LENGTH).join('') : word)
