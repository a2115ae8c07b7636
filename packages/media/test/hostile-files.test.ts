import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isStowageError, type Processor } from '@stowage/core/contracts'
import { expect, it } from 'vitest'
import { avProcessor } from '../src/lib/processors/av/av-processor.ts'
import { pdfProcessor } from '../src/lib/processors/pdf/pdf-processor.ts'
import { hostileAv } from './hostile-av.ts'
import { hostilePdfs, longPagePdf, swellingPdf } from './hostile-pdfs.ts'
import { parsers } from './parsers.ts'
import { textPdf } from './pdf-builder.ts'
import { storedFile } from './stored-file.ts'
import { temporaryFolder } from './temporary-folder.ts'

const folder = temporaryFolder()
const pool = parsers()
const hurried = parsers({ deadlineMs: 1000 })
const tone = join(import.meta.dirname, 'files/tone.mp3')

async function run(processor: Processor, bytes: Uint8Array, contentType: string) {
  const path = join(folder(), crypto.randomUUID())
  await writeFile(path, bytes)
  const file = await storedFile(path, { contentType })
  const [outcome] = await Promise.allSettled([processor.process(file.input)])
  return outcome
}

it.each(Object.entries(hostilePdfs))('threat 40: a PDF with %s ends within the bounds', async (_, make) => {
  const outcome = await run(pdfProcessor(pool), make(), 'application/pdf')
  if (outcome.status === 'rejected') expect(isStowageError(outcome.reason, 'unprocessable')).toBe(true)
  else expect(outcome.value?.properties?.pages).toBeGreaterThan(0)
  // Scripts end the process that runs them.
  expect(outcome).not.toMatchObject({ reason: { details: { why: 'crash' } } })
  const next = await run(pdfProcessor(pool), textPdf({ pages: [['fine']] }), 'application/pdf')
  expect(next).toMatchObject({ value: { properties: { pages: 1, words: 1 } } })
})

it('threat 40: a page that swells in memory is stopped, and may be tried again', async () => {
  const outcome = await run(pdfProcessor(pool), swellingPdf(), 'application/pdf')
  expect(outcome).toMatchObject({ reason: { code: 'unprocessable', retryable: true, details: { why: 'memory' } } })
})

it('threat 40: a page that takes too long is given up, and may be tried again', async () => {
  const outcome = await run(pdfProcessor(hurried), longPagePdf(), 'application/pdf')
  expect(outcome).toMatchObject({ reason: { code: 'unprocessable', retryable: true, details: { why: 'time' } } })
})

it('reads the first of 10,000 pages', async () => {
  const pages = Array.from({ length: 10_000 }, (_, index) => [`page ${index}`])
  const outcome = await run(pdfProcessor(pool, { maxPages: 2 }), textPdf({ pages }), 'application/pdf')
  expect(outcome).toMatchObject({ value: { properties: { pages: 10_000, words: 4, textPages: 2, textComplete: false } } })
})

it.each(Object.entries(hostileAv))('threat 41: %s ends within the bounds', async (_, make) => {
  const outcome = await run(avProcessor(pool), make(), 'video/mp4')
  if (outcome.status === 'rejected') expect(isStowageError(outcome.reason, 'unprocessable')).toBe(true)
  else expect(JSON.stringify(outcome.value).length).toBeLessThan(2000)
})

it('threat 42: after all of them, the same parsers read the next files', async () => {
  const pdf = await run(pdfProcessor(pool), textPdf({ pages: [['fine']] }), 'application/pdf')
  expect(pdf).toMatchObject({ value: { properties: { pages: 1, words: 1 } } })
  const next = await storedFile(tone, { contentType: 'audio/mpeg' })
  expect(await avProcessor(pool).process(next.input)).toMatchObject({ properties: { title: 'Tone' } })
})
