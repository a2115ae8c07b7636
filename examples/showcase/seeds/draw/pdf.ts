/** A PDF of a few pages with text and a drawing, written by hand. */

const PAGES: readonly (readonly [title: string, ...lines: readonly string[]])[] = [
  [
    'Field guide to the harbour',
    'A small PDF, so that there is one to look at:',
    'its pages and words were counted when it came,',
    'and the picture of its first page was drawn then.',
  ],
  [
    'What you may see',
    'Boats at dawn, when the water is flat.',
    'Gulls, always. A seal in March, with luck.',
    'The lighthouse: white, and never open.',
  ],
  ['How to go there', 'Walk down from the market until your feet are wet.', 'Then one step back.'],
]

const escaped = (text: string): string => text.replace(/[\\()]/g, '\\$&')

function content([title, ...lines]: (typeof PAGES)[number], at: number): string {
  const sea = `0.18 0.17 0.33 rg 0 0 420 210 re f 0.91 0.51 0.44 rg 0 210 420 150 re f 1 0.92 0.77 rg 320 230 m 320 258 298 280 270 280 c 242 280 220 258 220 230 c 220 216 224 210 224 210 c 316 210 l 316 210 320 216 320 230 c f 0.29 0.21 0.4 rg 0 210 m 70 290 l 130 240 l 190 210 l f`
  const picture = at === 0 ? `q ${sea} Q` : `q 0.91 0.51 0.44 rg 0 575 420 20 re f Q`
  const text = lines.map(line => `(${escaped(line)}) Tj 0 -22 Td`).join(' ')
  return `${picture} BT /F1 24 Tf 40 ${at === 0 ? 520 : 510} Td (${escaped(title)}) Tj /F2 13 Tf 0 -40 Td ${text} ET BT /F2 9 Tf 40 ${at === 0 ? 560 : 40} Td (${at + 1}) Tj ET`
}

export function fieldGuide(): Buffer {
  const fonts = '<< /F1 3 0 R /F2 4 0 R >>'
  const kids = PAGES.map((_, at) => `${5 + at * 2} 0 R`).join(' ')
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    `<< /Type /Pages /Kids [${kids}] /Count ${PAGES.length} /MediaBox [0 0 420 595] /Resources << /Font ${fonts} >> >>`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold >>',
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
    ...PAGES.flatMap((page, at) => {
      const stream = content(page, at)
      return [
        `<< /Type /Page /Parent 2 0 R /Contents ${6 + at * 2} 0 R >>`,
        `<< /Length ${stream.length} >>\nstream\n${stream}\nendstream`,
      ]
    }),
  ]
  let file = '%PDF-1.4\n'
  const places = objects.map((object, at) => {
    const place = file.length
    file += `${at + 1} 0 obj\n${object}\nendobj\n`
    return `${String(place).padStart(10, '0')} 00000 n \n`
  })
  const table = `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${places.join('')}`
  return Buffer.from(
    `${file}${table}trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${file.length}\n%%EOF\n`,
    'latin1',
  )
}
