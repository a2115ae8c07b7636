import { readFile } from 'node:fs/promises'
import type { PictureRecipe } from '@stowage/core/contracts'
import sharp from 'sharp'
import { afterAll, describe, expect, it } from 'vitest'
import { pdfOf, stream, textPdf } from '../../../test/pdf-builder.ts'
import { cornered, cornersOf, uprightCorners } from '../../../test/pictures/cornered.ts'
import { fileOf } from '../../../test/pictures/file-of.ts'
import { parserPool } from '../pool/parser-pool.ts'
import { pictureTransformer } from './picture-transformer.ts'

const pool = parserPool({ children: 1, deadlineMs: 60_000 })
const transformer = pictureTransformer(pool)
afterAll(() => pool.close())

function transform(pdf: Uint8Array, recipe: PictureRecipe = {}) {
  return transformer.transform(fileOf(pdf, 'application/pdf'), { fit: 'inside', format: 'png', quality: 80, ...recipe })
}

/** A page with entries of its own and a drawing. */
function page(entries: string, content: string, ...more: string[]): Buffer {
  const pages = '<< /Type /Pages /Count 1 /Kids [3 0 R] >>'
  return pdfOf([
    '<< /Type /Catalog /Pages 2 0 R >>',
    pages,
    `<< /Type /Page /Parent 2 0 R /Contents 4 0 R ${entries} >>`,
    stream(content),
    ...more,
  ])
}

async function darkest(picture: Uint8Array): Promise<number> {
  const { channels } = await sharp(picture).stats()
  return Math.min(...channels.map(({ min }) => min))
}

describe('a picture of a PDF', () => {
  it('shows the first page, on white, as large as the recipe asks', async () => {
    const pdf = textPdf({ pages: [['Words that are drawn with a font of the program'], []] })
    const drawn = await transform(pdf, { width: 400, height: 400 })
    expect(drawn).toMatchObject({ width: 283, height: 400, contentType: 'image/png' })
    expect(await darkest(drawn.body)).toBeLessThan(100)
    const [{ mean } = { mean: 0 }] = (await sharp(drawn.body).stats()).channels
    expect(mean).toBeGreaterThan(240)
    expect(await transform(pdf, { width: 1200, format: 'jpeg' })).toMatchObject({
      width: 1200,
      height: 1698,
      contentType: 'image/jpeg',
    })
    expect(await transform(pdf)).toMatchObject({ width: 793, height: 1123 })
  })

  it.each([
    ['cover', 200, 200],
    ['contain', 300, 200],
    ['fill', 50, 200],
  ] as const)('fits its box by %s', async (fit, width, height) => {
    const drawn = await transform(page('/MediaBox [0 0 300 100]', '0 0 300 100 re f'), { fit, width, height })
    expect(drawn).toMatchObject({ width, height })
    expect(await darkest(drawn.body)).toBe(0)
  })

  it('shows pictures of the page, turned as the page is', async () => {
    const jpeg = (await cornered('jpeg')).toString('latin1')
    const image = stream(
      jpeg,
      '/Type /XObject /Subtype /Image /Width 96 /Height 64 /ColorSpace /DeviceRGB /BitsPerComponent 8 /Filter /DCTDecode',
    )
    const resources = '/MediaBox [0 0 96 64] /Resources << /XObject << /I 5 0 R >> >>'
    const drawn = await transform(page(resources, 'q 96 0 0 64 0 0 cm /I Do Q', image), { width: 96 })
    expect(await cornersOf(drawn.body)).toEqual(uprightCorners)
    const turned = await transform(page(`${resources} /Rotate 90`, 'q 96 0 0 64 0 0 cm /I Do Q', image), { width: 64 })
    expect(turned).toMatchObject({ width: 64, height: 96 })
    expect((await cornersOf(turned.body))[1]).toBe('topLeft')
  })

  it('of real files', async () => {
    const report = await readFile(new URL('../../../test/files/report.pdf', import.meta.url))
    expect(await darkest((await transform(report, { width: 300, format: 'webp' })).body)).toBeLessThan(120)
  })
})

describe('threat 40: PDFs made to do harm', () => {
  it.each([
    ['a page of a million inches', page('/MediaBox [0 0 72000000 72000000]', '0 0 9 9 re f'), 4096, 4096],
    ['a page that is a line', page('/MediaBox [0 0 100000 1]', '0 0 9 9 re f'), 4096, 1],
  ])('%s becomes no larger than the bound', async (_, pdf, width, height) => {
    expect(await transform(pdf, { width: 4096, height: 4096, format: 'jpeg' })).toMatchObject({ width, height })
  })

  it('script in a font matrix is not run: the page is drawn', async () => {
    const matrix = '[0.001 0 0 0.001 0 (0\\); process.kill(process.pid, 9\\)]'
    const glyph = stream('500 0 d0 0 0 500 500 re f')
    const font = `<< /Type /Font /Subtype /Type3 /FontMatrix ${matrix} /FontBBox [0 0 500 500] /CharProcs << /a 6 0 R >> /Encoding << /Differences [97 /a] >> /FirstChar 97 /LastChar 97 /Widths [500] >>`
    const pdf = page(
      '/MediaBox [0 0 90 90] /Resources << /Font << /F 5 0 R >> >>',
      '0 0 40 40 re f BT /F 40 Tf 45 45 Td (a) Tj ET',
      font,
      glyph,
    )
    expect(await darkest((await transform(pdf, { width: 90 })).body)).toBe(0)
  })

  it.each([
    ['no PDF', Buffer.from('%PDF-1.7\nnothing')],
    ['nothing', Buffer.alloc(0)],
    ['a PDF without pages', pdfOf(['<< /Type /Catalog /Pages 2 0 R >>', '<< /Type /Pages /Count 0 /Kids [] >>'])],
  ])('%s is refused for good', async (_, pdf) => {
    await expect(transform(pdf)).rejects.toMatchObject({ code: 'unprocessable', retryable: false })
  })

  it('a PDF with a password is refused for good', async () => {
    const file = await readFile(new URL('../../../test/files/protected.pdf', import.meta.url))
    await expect(transform(file)).rejects.toMatchObject({ retryable: false, message: 'The PDF is protected by a password.' })
  })
})
