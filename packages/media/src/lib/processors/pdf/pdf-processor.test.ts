import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { parsers } from '../../../../test/parsers.ts'
import { pdfOf, stream, textPdf } from '../../../../test/pdf-builder.ts'
import { storedFile } from '../../../../test/stored-file.ts'
import { temporaryFolder } from '../../../../test/temporary-folder.ts'
import { type PdfOptions, pdfProcessor } from './pdf-processor.ts'

const files = join(import.meta.dirname, '../../../../test/files')
const contentType = 'application/pdf'
const unreadable = { code: 'unprocessable', retryable: false }
const folder = temporaryFolder()
const pool = parsers()

async function written(bytes: Uint8Array): Promise<string> {
  const path = join(folder(), `${crypto.randomUUID()}.pdf`)
  await writeFile(path, bytes)
  return path
}

async function processed(path: string, options?: PdfOptions, resume: Parameters<typeof storedFile>[1]['resume'] = null) {
  const file = await storedFile(path, { contentType, resume })
  const inspection = await pdfProcessor(pool, options).process(file.input)
  return { ...file, properties: inspection?.properties, text: file.reports.map(report => report.text ?? '').join('') }
}

const threePages = { pages: [['One two', 'three'], ['four (five)'], ['six']], info: '/Title (Numbers) /Author (A. Counter)' }

it('reads pages, title, author, words and text of a PDF', async () => {
  const { properties, text } = await processed(await written(textPdf(threePages)))
  expect(properties).toEqual({ pages: 3, title: 'Numbers', author: 'A. Counter', words: 6, textPages: 3, textComplete: true })
  expect(text.split(/\s+/).filter(Boolean)).toEqual(['One', 'two', 'three', 'four', '(five)', 'six'])
})

it('tells the page count and the title before it reads any page', async () => {
  const { reports } = await processed(await written(textPdf(threePages)))
  expect(reports[0]?.facts).toEqual({ properties: { pages: 3, title: 'Numbers', author: 'A. Counter' } })
  expect(reports[0]?.text).toBeUndefined()
})

it.each(['report.pdf', 'linearized.pdf', 'owner-only.pdf'])('reads %s as other programs write it', async name => {
  const { properties, text } = await processed(join(files, name))
  expect(properties).toMatchObject({ pages: 3, title: 'Harbour report', author: 'Ada Example', words: 39, textComplete: true })
  expect(text).toContain('Page 3 of the harbour report')
})

it('says in plain words that a PDF needs a password', async () => {
  await expect(processed(join(files, 'protected.pdf'))).rejects.toMatchObject({
    ...unreadable,
    message: 'The PDF is protected by a password.',
  })
})

it.each([
  ['nothing', Buffer.alloc(0)],
  ['only its first line', Buffer.from('%PDF-1.7\n')],
  ['noise behind its first line', Buffer.concat([Buffer.from('%PDF-1.7\n'), Buffer.alloc(5000, 'x')])],
  ['no pages', pdfOf(['<< /Type /Catalog >>'])],
])('refuses a PDF that is %s', async (_, bytes) => {
  await expect(processed(await written(bytes))).rejects.toMatchObject(unreadable)
})

it('refuses a PDF whose end is cut off', async () => {
  const whole = textPdf(threePages)
  const path = await written(whole.subarray(0, whole.indexOf('xref\n')))
  await expect(processed(path)).rejects.toMatchObject({ ...unreadable, message: expect.stringContaining('damaged') })
})

it('finds the pages of a PDF whose table of objects is wrong', async () => {
  const whole = textPdf(threePages)
  whole.fill('9', whole.indexOf('xref\n') + 30, whole.indexOf('trailer'))
  const { properties } = await processed(await written(whole))
  expect(properties).toMatchObject({ pages: 3, textComplete: true })
})

it('stops at the budget of pages, and says so', async () => {
  const { properties, text } = await processed(await written(textPdf(threePages)), { maxPages: 2 })
  expect(properties).toMatchObject({ pages: 3, words: 5, textPages: 2, textComplete: false })
  expect(text).not.toContain('six')
})

it('stops at the budget of time, and says so', async () => {
  const path = await written(textPdf(threePages))
  const { properties } = await processed(path, { maxMs: 0 })
  expect(properties).toEqual({ pages: 3, title: 'Numbers', author: 'A. Counter', words: 0, textPages: 0, textComplete: false })
  const slow = await processed(path, { maxMs: 1 })
  expect(slow.properties).toMatchObject({ textPages: 1, textComplete: false })
})

it('goes on where the last report of an earlier attempt stopped, and counts its time', async () => {
  const path = await written(textPdf(threePages))
  const first = await processed(path, { maxMs: 1 })
  const state = first.reports.at(-1)?.state ?? null
  const second = await processed(path, {}, state)
  expect(second.properties).toEqual({
    pages: 3,
    title: 'Numbers',
    author: 'A. Counter',
    words: 6,
    textPages: 3,
    textComplete: true,
  })
  expect(first.text.trim()).toBe('One two\nthree')
  expect(second.text).not.toContain('One')
  expect(second.reports.every(report => report.facts?.properties?.textPages !== 0)).toBe(true)
  expect((await processed(path, { maxMs: 1 }, state)).properties).toMatchObject({ textPages: 1, textComplete: false })
})

it('gives no more text than the index takes, and still counts the words', async () => {
  const { properties, text } = await processed(await written(textPdf(threePages)), { maxTextChars: 9 })
  expect(text).toBe('One two\nt')
  expect(properties).toMatchObject({ words: 6, textComplete: true })
})

it('tells how far it is', async () => {
  const { reports } = await processed(await written(textPdf(threePages)))
  expect(reports.at(-1)?.fraction).toBe(1)
})

it('counts the pages of a large PDF from a few of its bytes', async () => {
  const objects = ['<< /Type /Catalog /Pages 2 0 R >>', `<< /Type /Pages /Count 100 /Kids [${branches()}] >>`]
  for (let branch = 0; branch < 10; branch++) {
    const first = 13 + branch * 20
    const kids = Array.from({ length: 10 }, (_, index) => `${first + index * 2} 0 R`).join(' ')
    objects[2 + branch] = `<< /Type /Pages /Parent 2 0 R /Count 10 /Kids [${kids}] >>`
    for (let index = 0; index < 10; index++) {
      objects[first - 1 + index * 2] =
        `<< /Type /Page /Parent ${3 + branch} 0 R /MediaBox [0 0 9 9] /Contents ${first + index * 2 + 1} 0 R >>`
      objects[first + index * 2] = stream('% a comment \n'.repeat(10_000))
    }
  }
  const { reports, input, readBytes } = await processed(await written(pdfOf(objects)), { maxPages: 0 })
  expect(reports[0]?.facts?.properties).toEqual({ pages: 100 })
  expect(input.asset.sizeBytes).toBeGreaterThan(12_000_000)
  expect(readBytes()).toBeLessThan(input.asset.sizeBytes / 4)
})

function branches(): string {
  return Array.from({ length: 10 }, (_, index) => `${3 + index} 0 R`).join(' ')
}

it('keeps what a title holds from being more than a short line', async () => {
  const { properties } = await processed(
    await written(textPdf({ pages: [['x']], info: `/Title (a\\000b\\n\\tc${'d'.repeat(5000)}) /__proto__ (x)` })),
  )
  expect(properties?.title).toMatch(/^a b cd+$/)
  expect(String(properties?.title).length).toBe(300)
})

it('refuses bounds that make no sense', () => {
  expect(() => pdfProcessor(pool, { maxPages: -1 })).toThrow(expect.objectContaining({ code: 'invalid_request' }))
})
