import { deflateSync } from 'node:zlib'
import { HELVETICA, pdfOf, stream, textPdf } from './pdf-builder.ts'

const CATALOG = '<< /Type /Catalog /Pages 2 0 R >>'

function onePage(content: string, resources: string, ...more: readonly string[]): Buffer {
  const page = `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 99 99] /Contents 4 0 R /Resources << ${resources} >> >>`
  return pdfOf([CATALOG, '<< /Type /Pages /Count 1 /Kids [3 0 R] >>', page, content, ...more])
}

/** Code that would leave a trace in the child, were it ever run. */
const SCRIPT = String.raw`(0\); globalThis.process.abort\(\); //)`

/** PDFs made to loop, to swell or to run code, by what is wrong with them. */
export const hostilePdfs: Readonly<Record<string, () => Buffer>> = {
  'a tree of pages that contains itself': () => pdfOf([CATALOG, '<< /Type /Pages /Count 3 /Kids [2 0 R 2 0 R 2 0 R] >>']),
  'two trees of pages that contain each other': () =>
    pdfOf([CATALOG, '<< /Type /Pages /Count 2 /Kids [3 0 R 3 0 R] >>', '<< /Type /Pages /Count 2 /Kids [2 0 R 2 0 R] >>']),
  'a tree that doubles at each of 60 levels': () =>
    pdfOf([
      CATALOG,
      ...Array.from(
        { length: 60 },
        (_, at) => `<< /Type /Pages /Count 1152921504606846976 /Kids [${at + 3} 0 R ${at + 3} 0 R] >>`,
      ),
      '<< /Type /Page /MediaBox [0 0 9 9] >>',
    ]),
  'a chain of 5,000 trees': () =>
    pdfOf([
      CATALOG,
      ...Array.from({ length: 5000 }, (_, at) => `<< /Type /Pages /Count 1 /Kids [${at + 3} 0 R] >>`),
      '<< /Type /Page /MediaBox [0 0 9 9] >>',
    ]),
  'a count of two thousand million pages': () =>
    pdfOf([CATALOG, '<< /Type /Pages /Count 2147483647 /Kids [3 0 R] >>', '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>']),
  'a count below zero': () => pdfOf([CATALOG, '<< /Type /Pages /Count -5 /Kids [] >>']),
  'arrays nested 200,000 deep': () =>
    pdfOf([CATALOG, `<< /Type /Pages /Count 1 /Kids ${'['.repeat(200_000)}${']'.repeat(200_000)} >>`]),
  'dictionaries nested 100,000 deep': () =>
    pdfOf([`<< /Type /Catalog /Pages 2 0 R /X ${'<< /A '.repeat(100_000)} 1 ${'>>'.repeat(100_000)} >>`]),
  'an older table of objects that is the newest': () =>
    Buffer.from(String(textPdf({ pages: [['x']] })).replace('/Root', '/Prev 15 /Root')),
  'a stream whose length is the stream': () => pdfOf([CATALOG, '<< /Length 2 0 R >>\nstream\nx\nendstream']),
  'a font matrix with a script': () =>
    onePage(
      stream('BT /F1 12 Tf (x) Tj ET'),
      '/Font << /F1 5 0 R >>',
      `<< /Type /Font /Subtype /Type1 /BaseFont /X /FontMatrix [1 2 3 4 5 ${SCRIPT}] /FontDescriptor 6 0 R >>`,
      `<< /Type /FontDescriptor /FontName /X /Flags 4 /FontMatrix [1 2 3 4 5 ${SCRIPT}] /FontFile 7 0 R >>`,
      stream(`%!PS-AdobeFont-1.0: X\n/FontMatrix [1 2 3 4 5 ${SCRIPT}] readonly def\ncurrentfile eexec\n`),
    ),
  'a script that runs at opening': () =>
    pdfOf([
      `<< /Type /Catalog /Pages 2 0 R /OpenAction << /S /JavaScript /JS ${SCRIPT} >> >>`,
      '<< /Type /Pages /Count 0 /Kids [] >>',
    ]),
  'a form that draws itself': () =>
    onePage(
      stream('/X Do /X Do'),
      '/XObject << /X 5 0 R >>',
      stream('/X Do /X Do', '/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X 5 0 R >> >>'),
    ),
  'forms that double at each of 40 levels': () =>
    onePage(
      stream('/X Do'),
      '/XObject << /X 5 0 R >>',
      ...Array.from({ length: 40 }, (_, at) =>
        stream(
          '/X Do /X Do',
          `/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X ${Math.min(at + 6, 44)} 0 R >> >>`,
        ),
      ),
    ),
  'a map of characters with four thousand million entries': () =>
    onePage(
      stream('BT /F1 12 Tf <0001> Tj ET'),
      '/Font << /F1 5 0 R >>',
      '<< /Type /Font /Subtype /Type0 /BaseFont /X /Encoding 7 0 R /DescendantFonts [6 0 R] /ToUnicode 7 0 R >>',
      '<< /Type /Font /Subtype /CIDFontType2 /BaseFont /X /CIDSystemInfo << /Registry (A) /Ordering (B) /Supplement 0 >> >>',
      stream(
        'begincmap 1 begincodespacerange <00000000> <ffffffff> endcodespacerange 1 begincidrange <00000000> <ffffffff> 0 endcidrange 1 beginbfrange <00000000> <ffffffff> <0041> endbfrange endcmap',
        '/Type /CMap',
      ),
    ),
  'a width table that is the font': () =>
    onePage(
      stream('BT /F1 12 Tf (x) Tj ET'),
      '/Font << /F1 5 0 R >>',
      '<< /Type /Font /Subtype /Type3 /FontBBox [0 0 1 1] /FontMatrix [1 0 0 1 0 0] /CharProcs << /x 5 0 R >> /Encoding 5 0 R /Widths 5 0 R >>',
    ),
}

/** One page that takes any machine seconds to read. */
export function longPagePdf(): Buffer {
  return onePage(stream(`BT /F1 1 Tf ${'(x) Tj '.repeat(3_000_000)} ET`), '/Font << /F1 5 0 R >>', HELVETICA)
}

/** One page of half a gigabyte, in a file of a few kilobytes. */
export function swellingPdf(): Buffer {
  const packed = deflateSync(deflateSync(Buffer.alloc(512 * 1024 ** 2, '(x) Tj '), { level: 1 }))
  return onePage(stream(packed.toString('latin1'), '/Filter [/FlateDecode /FlateDecode]'), '')
}
