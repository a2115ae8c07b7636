import type { PDFPageProxy } from 'pdfjs-dist/legacy/build/pdf.mjs'

/** What pdf.js gives of a piece of text; marked content has no `str`. */
interface TextPiece {
  readonly str?: string
  readonly hasEOL?: boolean
}

/** The words of a page in their order in the file, at most `maxChars` code units and a piece. */
export async function pageText(page: PDFPageProxy, maxChars: number): Promise<string> {
  const reader = page.streamTextContent().getReader() as ReadableStreamDefaultReader<{ items: readonly TextPiece[] }>
  let text = ''
  try {
    while (text.length < maxChars) {
      const { done, value } = await reader.read()
      if (done) return text
      for (const { str, hasEOL } of value.items) text += `${str ?? ''}${hasEOL ? '\n' : ''}`
    }
  } finally {
    // A page that is left half-way stops being read.
    await reader.cancel(new Error('enough text')).catch(() => undefined)
  }
  return text
}
