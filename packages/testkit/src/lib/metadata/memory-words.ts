import { checkString } from './check-record.ts'
import { fold } from './memory-query.ts'
import type { MemoryText } from './memory-tables.ts'

const MAX_UNITS = 2 ** 20
const MAX_WORD = 100
// Soft hyphens and joiners belong to the word around them.
const RUN = /[\p{L}\p{M}\p{N}][\p{L}\p{M}\p{N}\u00ad\u200c\u200d]*/gu
const CLOSE = /^[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]$/u

/** The text with more behind it. */
export function addedText(before: MemoryText | undefined, text: string): MemoryText {
  const { units, words } = before ?? { units: 0, words: new Map<string, number>() }
  const room = MAX_UNITS - units
  const kept = [...text.matchAll(RUN)].filter(({ index, 0: run }) => index + run.length <= room)
  const counts = new Map(words)
  for (const word of kept.flatMap(([run]) => wordsOf(run, true))) counts.set(word, (counts.get(word) ?? 0) + 1)
  return { units: Math.min(MAX_UNITS, units + text.length), words: counts }
}

/** Whether all words of the terms are in a text. */
export function wordMatcher(terms: readonly string[]): (text: MemoryText | undefined) => boolean {
  const asked = askedWords(terms)
  return text => asked.every(word => text?.words.has(word) ?? false)
}

/** @throws StowageError `unprocessable` */
export const askedWords = (terms: readonly string[]): readonly string[] =>
  terms.flatMap(term => [...checkString(term).matchAll(RUN)].flatMap(([run]) => wordsOf(run, false)))

/**
 * How much a text says of the words: more where they are frequent in it, less where it is long.
 * @see Robertson, Zaragoza: The Probabilistic Relevance Framework, BM25 (here without the rarity of words: they are in all texts compared)
 */
export function wordScore(asked: readonly string[], { words }: MemoryText, meanLength: number): number {
  const norm = 1.2 * (0.25 + (0.75 * lengthOf(words)) / meanLength)
  return asked.reduce((sum, word) => sum + (words.get(word) ?? 0) / ((words.get(word) ?? 0) + norm), 0)
}

export const lengthOf = (words: MemoryText['words']): number => [...words.values()].reduce((sum, count) => sum + count, 0)

/** A run as it is indexed, or as it is asked for: single characters of scripts without spaces are asked for only by themselves. */
function wordsOf(run: string, indexed: boolean): string[] {
  const found: string[] = []
  let word = ''
  let before = ''
  const end = () => {
    if (word !== '') found.push([...word].slice(0, MAX_WORD).join(''))
    word = ''
  }
  const characters = [...fold(run.replace(/[\u00ad\u200c\u200d]/g, ''))]
  for (const [i, character] of characters.entries()) {
    const close = CLOSE.test(character)
    if (close || !/[\p{L}\p{M}\p{N}]/u.test(character)) end()
    else word += character
    const alone = before === '' && !CLOSE.test(characters[i + 1] ?? '')
    if (close && (indexed || alone)) found.push(character)
    if (close && before !== '') found.push(before + character)
    before = close ? character : ''
  }
  end()
  return found
}
