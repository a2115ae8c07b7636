import { textPdf } from '../pdf-builder.ts'

const SUBJECTS = [
  'The harbour',
  'A letter',
  'Every lantern',
  'The old bridge',
  'Her notebook',
  'The last train',
  'A quiet street',
]
const VERBS = ['remembers', 'carries', 'waits for', 'crosses', 'measures', 'leaves behind', 'answers']
const OBJECTS = [
  'the first rain',
  'a narrow field',
  'the smell of bread',
  'an unfinished map',
  'two bright windows',
  'the slow river',
]
const LINES_PER_PAGE = 40

/** A PDF of pages of words. Each page says its number, and the last has the word `quince`. */
export function pdf(pageCount: number, title: string): Buffer {
  return textPdf({ pages: range(pageCount, page => linesOf(page, pageCount)), info: `/Title (${title}) /Author (Corpus)` })
}

function linesOf(page: number, pageCount: number): string[] {
  const lines = range(LINES_PER_PAGE, line => sentence(page * LINES_PER_PAGE + line))
  return [`Page ${page + 1} of ${pageCount}`, ...lines, ...(page === pageCount - 1 ? ['The last page tells of a quince.'] : [])]
}

/** A sentence by its number: no two within a few thousand are the same. */
function sentence(number: number): string {
  const word = (list: readonly string[], index: number): string => list[index % list.length] ?? ''
  return `${word(SUBJECTS, number)} ${word(VERBS, number * 3 + (number >> 4))} ${word(OBJECTS, number * 5 + (number >> 2))} in the year ${1000 + (number % 1000)}.`
}

const range = <T>(length: number, make: (index: number) => T): T[] => Array.from({ length }, (_, index) => make(index))

/** Prose with letters beyond ASCII, as UTF-8. */
export function prose(lineCount: number): string {
  return `${range(lineCount, line => `${sentence(line)} Çà et là, naïve Grüße.`).join('\n')}\n`
}
