import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'

/** Formats whose dimensions are asked for. */
export const pictureNames = ['jpeg', 'png', 'webp', 'gif', 'avif'] as const

/** Makes what is measured: the same bytes for all contenders of a run. @returns the folder */
export async function makeMaterials(pdfPages: number): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'stowage-bench-media-'))
  await writeFile(
    join(folder, 'photo.jpeg'),
    await scene(4000, 3000).withMetadata({ orientation: 6 }).jpeg({ quality: 85 }).toBuffer(),
  )
  for (const name of pictureNames) {
    await writeFile(join(folder, `small.${name}`), await scene(320, 240).withMetadata({ orientation: 6 })[name]({}).toBuffer())
  }
  await writeFile(join(folder, 'report.pdf'), textPdf(pdfPages))
  return folder
}

/** Noise at the scale of a photo's details: what a decoder does depends on it. */
function scene(width: number, height: number) {
  const noise = { type: 'gaussian' as const, mean: 128, sigma: 40 }
  return sharp({ create: { width: width / 4, height: height / 4, channels: 3, background: '#808080', noise } }).resize(
    width,
    height,
  )
}

function textPdf(pages: number): Buffer {
  const font = '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>'
  const kids = Array.from({ length: pages }, (_, page) => `${4 + 2 * page} 0 R`)
  const objects = ['<< /Type /Catalog /Pages 2 0 R >>', `<< /Type /Pages /Count ${pages} /Kids [${kids.join(' ')}] >>`, font]
  for (let page = 0; page < pages; page++) {
    const lines = Array.from(
      { length: 40 },
      (_, line) => `(Page ${page} line ${line}: the quick brown fox jumps over the lazy dog) Tj T*`,
    )
    const content = `BT /F 11 Tf 14 TL 60 780 Td ${lines.join(' ')} ET`
    const resources = '/Resources << /Font << /F 3 0 R >> >>'
    objects.push(`<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] ${resources} /Contents ${5 + 2 * page} 0 R >>`)
    objects.push(`<< /Length ${content.length} >>\nstream\n${content}\nendstream`)
  }
  return withReferences(objects)
}

function withReferences(objects: readonly string[]): Buffer {
  let text = '%PDF-1.4\n'
  const places = objects.map((object, index) => {
    const at = text.length
    text += `${index + 1} 0 obj\n${object}\nendobj\n`
    return `${String(at).padStart(10, '0')} 00000 n \n`
  })
  const size = objects.length + 1
  const table = `xref\n0 ${size}\n0000000000 65535 f \n${places.join('')}trailer\n<< /Size ${size} /Root 1 0 R >>\n`
  return Buffer.from(`${text}${table}startxref\n${text.length}\n%%EOF\n`, 'latin1')
}
