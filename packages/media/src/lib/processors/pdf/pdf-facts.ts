import type { PDFDocumentProxy } from 'pdfjs-dist/legacy/build/pdf.mjs'
import { plainText } from '../plain-text.ts'
import type { PdfProperties } from './pdf-properties.ts'

/** What a PDF says of itself without any page being read. */
export async function pdfFacts(pdf: PDFDocumentProxy): Promise<PdfProperties> {
  const { info, metadata } = await pdf.getMetadata()
  const said = info as Readonly<Record<string, unknown>>
  const title = plainText(said.Title) ?? plainText(metadata?.get('dc:title'))
  const author = plainText(said.Author) ?? plainText(firstOf(metadata?.get('dc:creator')))
  return { pages: pdf.numPages, ...(title !== null && { title }), ...(author !== null && { author }) }
}

function firstOf(value: unknown): unknown {
  return Array.isArray(value) ? value[0] : value
}
