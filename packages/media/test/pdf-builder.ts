/** The objects of a PDF by number, from 1; a string is one object's text between `obj` and `endobj`. */
export type PdfObjects = readonly string[]

/** Joins objects to a PDF with a cross-reference table. */
export function pdfOf(objects: PdfObjects, trailer = '/Root 1 0 R'): Buffer {
  const parts = ['%PDF-1.7\n%\xe2\xe3\xcf\xd3\n']
  const offsets: number[] = []
  let length = parts[0]?.length ?? 0
  for (const [index, object] of objects.entries()) {
    const text = `${index + 1} 0 obj\n${object}\nendobj\n`
    offsets.push(length)
    length += text.length
    parts.push(text)
  }
  const rows = offsets.map(offset => `${String(offset).padStart(10, '0')} 00000 n \n`).join('')
  parts.push(`xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${rows}`)
  parts.push(`trailer\n<< /Size ${objects.length + 1} ${trailer} >>\nstartxref\n${length}\n%%EOF\n`)
  return Buffer.from(parts.join(''), 'latin1')
}

export function stream(content: string, entries = ''): string {
  return `<< /Length ${content.length} ${entries} >>\nstream\n${content}\nendstream`
}

export const HELVETICA = '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>'

export interface PdfText {
  /** The lines of each page, in Latin 1. */
  readonly pages: readonly (readonly string[])[]
  /** Entries of the information dictionary, such as `/Title (A report)`. */
  readonly info?: string
}

/** A PDF with pages of text. Object 1 is the catalogue, 2 the tree of pages, 3 the font, 4 the information. */
export function textPdf({ pages, info = '' }: PdfText): Buffer {
  const objects = ['<< /Type /Catalog /Pages 2 0 R >>', '', HELVETICA, `<< ${info} >>`]
  const kids: string[] = []
  for (const lines of pages) {
    const at = objects.length + 1
    kids.push(`${at} 0 R`)
    objects.push(
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents ${at + 1} 0 R /Resources << /Font << /F1 3 0 R >> >> >>`,
      stream(`BT /F1 12 Tf 14 TL 72 770 Td ${lines.map(line => `(${line.replace(/[\\()]/g, '\\$&')}) Tj T*`).join(' ')} ET`),
    )
  }
  objects[1] = `<< /Type /Pages /Count ${pages.length} /Kids [${kids.join(' ')}] >>`
  return pdfOf(objects, '/Root 1 0 R /Info 4 0 R')
}
