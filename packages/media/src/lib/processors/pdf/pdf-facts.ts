import type { PDFDocumentProxy } from 'pdfjs-dist/legacy/build/pdf.mjs'
import { Unreadable } from '../../pool/task.ts'
import { plainText } from '../plain-text.ts'
import type { PdfProperties } from './pdf-properties.ts'

/** What a PDF says of itself without any page being read. @throws Unreadable */
export async function pdfFacts(pdf: PDFDocumentProxy): Promise<PdfProperties> {
  if (!(pdf.numPages >= 1)) throw new Unreadable('The PDF has no pages.')
  const { info, metadata } = await pdf.getMetadata()
  const said = info as Readonly<Record<string, unknown>>
  const title = plainText(said.Title) ?? plainText(metadata?.get('dc:title'))
  const author = plainText(said.Author) ?? plainText(firstOf(metadata?.get('dc:creator')))
  return { pages: pdf.numPages, ...(title !== null && { title }), ...(author !== null && { author }) }
}

function firstOf(value: unknown): unknown {
  return Array.isArray(value) ? value[0] : value
}
