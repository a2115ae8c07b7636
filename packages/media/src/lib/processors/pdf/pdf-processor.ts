import type { JsonObject, ProcessInput, Processor } from '@stowage/core/contracts'
import { integerOption } from '../../options.ts'
import type { ParserPool } from '../../pool/task.ts'
import type { PdfTextOptions, PdfTextSlice } from '../../tasks/pdf-text.ts'
import type { PdfProperties } from './pdf-properties.ts'

export interface PdfOptions {
  /** Pages whose text is read, from the first; 0 for none. Default 2,000. */
  readonly maxPages?: number
  /** Time for the text, all attempts together, in milliseconds. Default 60,000. */
  readonly maxMs?: number
  /** Text for the index, in code units, up to 1 Mi. Words beyond it are still counted. Default 1 Mi. */
  readonly maxTextChars?: number
}

/** What the index keeps of a file. */
const MAX_TEXT_CHARS = 1024 * 1024
/** Below the deadline of a child, with room for one slow page. */
const SLICE_MS = 2000

type Progress = { facts: PdfProperties; nextPage: number; words: number; chars: number; spentMs: number }

/**
 * Reads PDFs: the page count, title and author at once, then words and text, page after page, until a budget ends. A later attempt goes on where
 * the last one reported.
 * @throws StowageError `invalid_request` for an option out of its bounds
 */
export function pdfProcessor(pool: ParserPool, options: PdfOptions = {}): Processor {
  const bounds = { min: 0, max: Number.MAX_SAFE_INTEGER }
  const maxPages = integerOption('pdf.maxPages', options.maxPages, { ...bounds, default: 2000 })
  const maxMs = integerOption('pdf.maxMs', options.maxMs, { ...bounds, default: 60_000 })
  const maxTextChars = integerOption('pdf.maxTextChars', options.maxTextChars, {
    ...bounds,
    max: MAX_TEXT_CHARS,
    default: MAX_TEXT_CHARS,
  })
  return {
    name: 'pdf',
    accepts: contentType => contentType === 'application/pdf',
    async process(input) {
      let progress = (input.resume as Progress | null) ?? (await begin(pool, input))
      const lastPage = Math.min(progress.facts.pages, maxPages)
      while (progress.nextPage <= lastPage && progress.spentMs < maxMs) {
        const slice = { fromPage: progress.nextPage, toPage: lastPage, softMs: Math.min(SLICE_MS, maxMs - progress.spentMs) }
        progress = await readSlice(pool, input, progress, { ...slice, maxChars: maxTextChars - progress.chars })
      }
      return { properties: propertiesOf(progress) }
    },
  }
}

async function begin(pool: ParserPool, input: ProcessInput): Promise<Progress> {
  const facts = await pool.run<PdfProperties>('pdf-facts', input, {})
  const progress = { facts, nextPage: 1, words: 0, chars: 0, spentMs: 0 }
  await input.report({ facts: { properties: facts }, state: progress satisfies JsonObject })
  return progress
}

async function readSlice(pool: ParserPool, input: ProcessInput, before: Progress, options: PdfTextOptions): Promise<Progress> {
  const started = performance.now()
  const slice = await pool.run<PdfTextSlice>('pdf-text', input, options)
  const progress = {
    facts: before.facts,
    nextPage: slice.nextPage,
    words: before.words + slice.words,
    chars: before.chars + slice.text.length,
    spentMs: before.spentMs + Math.ceil(performance.now() - started),
  }
  await input.report({
    fraction: (slice.nextPage - 1) / options.toPage,
    facts: { properties: propertiesOf(progress) },
    ...(slice.text !== '' && { text: slice.text }),
    state: progress satisfies JsonObject,
  })
  return progress
}

function propertiesOf({ facts, nextPage, words }: Progress): PdfProperties {
  return { ...facts, words, textPages: nextPage - 1, textComplete: nextPage > facts.pages }
}
