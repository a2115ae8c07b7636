import type { Task } from '../pool/task.ts'
import { withPdf } from '../processors/pdf/open-pdf.ts'
import { pageText } from '../processors/pdf/page-text.ts'
import { WordCounter } from '../processors/word-counter.ts'

export type PdfTextOptions = {
  /** Counted from 1. */
  readonly fromPage: number
  readonly toPage: number
  /** No page but the first is begun after this time, in which the file is opened too. */
  readonly softMs: number
  /** Text that is given back; of what is beyond, words are still counted. */
  readonly maxChars: number
}

export type PdfTextSlice = {
  readonly text: string
  readonly words: number
  /** The first page that was not read. */
  readonly nextPage: number
}

/** More than any page for readers has; what is beyond is left out. */
const MAX_PAGE_CHARS = 1024 * 1024

const task: Task<PdfTextOptions, PdfTextSlice> = (file, { fromPage, toPage, softMs, maxChars }) => {
  const end = performance.now() + softMs
  return withPdf(file, async pdf => {
    const words = new WordCounter()
    let text = ''
    let nextPage = fromPage
    while (nextPage <= toPage && (nextPage === fromPage || performance.now() < end)) {
      const page = await pdf.getPage(nextPage++)
      const found = `${await pageText(page, MAX_PAGE_CHARS)}\n`
      page.cleanup()
      words.add(found)
      if (text.length < maxChars) text += found
    }
    return { text: text.slice(0, maxChars), words: words.count, nextPage }
  })
}
export default task
