import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { parsers } from '../../../../test/parsers.ts'
import { storedFile } from '../../../../test/stored-file.ts'
import { temporaryFolder } from '../../../../test/temporary-folder.ts'
import { type TextOptions, textProcessor } from './text-processor.ts'

const folder = temporaryFolder()
const pool = parsers()

async function processed(content: string | Uint8Array, options?: TextOptions) {
  const path = join(folder(), crypto.randomUUID())
  await writeFile(path, content)
  const file = await storedFile(path, { contentType: 'text/plain' })
  const inspection = await textProcessor(pool, options).process(file.input)
  return {
    properties: inspection?.properties,
    text: file.reports.map(report => report.text ?? '').join(''),
    reports: file.reports,
  }
}

const words = 'Grüße aus Łódź,\nžluťoučký kůň\n'

it.each([
  ['UTF-8', Buffer.from(words), 'utf-8'],
  ['UTF-8 with a mark', Buffer.from(`\ufeff${words}`), 'utf-8'],
  ['UTF-16 LE with a mark', Buffer.from(`\ufeff${words}`, 'utf16le'), 'utf-16le'],
  ['UTF-16 BE with a mark', Buffer.from(`\ufeff${words}`, 'utf16le').swap16(), 'utf-16be'],
  ['UTF-16 LE without a mark', Buffer.from(words, 'utf16le'), 'utf-16le'],
  ['UTF-16 BE without a mark', Buffer.from(words, 'utf16le').swap16(), 'utf-16be'],
])('reads %s', async (_, bytes, encoding) => {
  const { properties, text } = await processed(bytes)
  expect(properties).toEqual({ encoding, lines: 2, words: 5, textComplete: true })
  expect(text).toBe(words)
})

it('reads bytes that are no UTF-8 as windows-1252', async () => {
  const { properties, text } = await processed(Buffer.from([...Buffer.from('caf'), 0xe9, 0x20, 0x80, 0x35]))
  expect(properties).toEqual({ encoding: 'windows-1252', lines: 1, words: 2, textComplete: true })
  expect(text).toBe('café €5')
})

it.each([
  ['', 0],
  ['\n', 1],
  ['one', 1],
  ['one\ntwo', 2],
  ['one\r\ntwo\r\n', 2],
  ['one\rtwo\r\rthree', 4],
])('counts the lines of %j', async (content, lines) => {
  expect((await processed(content)).properties).toMatchObject({ lines })
})

it('counts what stands across the borders of chunks once, and decodes it whole', async () => {
  const line = 'wörd\u00a0— naïve 🎈\r\n'
  const count = 40_000
  const { properties } = await processed(line.repeat(count))
  expect(properties).toEqual({ encoding: 'utf-8', lines: count, words: count * 4, textComplete: true })
})

it('finds a byte that is no UTF-8 at the end of a long file', async () => {
  const { properties } = await processed(Buffer.concat([Buffer.alloc(3_000_000, 'word '), Buffer.from([0xff])]))
  expect(properties).toMatchObject({ encoding: 'windows-1252', words: 600_001 })
})

it('gives the index no more text than it takes, and no half character', async () => {
  const { properties, text } = await processed('ab🎈cd ef', { maxTextChars: 3 })
  expect(text).toBe('ab')
  expect(properties).toMatchObject({ words: 2, textComplete: true })
})

it('reads no more than it may, and says so', async () => {
  const { properties, text } = await processed('one two thr€e', { maxBytes: 12 })
  expect(text).toBe('one two thr')
  expect(properties).toEqual({ encoding: 'utf-8', lines: 1, words: 3, textComplete: false })
})

it('reports no text of an empty file', async () => {
  const { reports, properties } = await processed('')
  expect(reports).toEqual([])
  expect(properties).toMatchObject({ lines: 0, words: 0 })
})

it('gets through bytes that are no text at all', async () => {
  const { properties } = await processed(Buffer.from(Array.from({ length: 70_000 }, (_, index) => (index * 7919) % 251)))
  expect(properties).toMatchObject({ textComplete: true })
})

it('wants text of any kind, and nothing else', () => {
  const { accepts } = textProcessor(pool)
  expect(
    ['text/plain', 'text/csv', 'text/markdown', 'application/json', 'application/ld+json', 'application/xml'].every(accepts),
  ).toBe(true)
  expect(['application/pdf', 'image/svg+xml', 'application/octet-stream', 'application/zip'].some(accepts)).toBe(false)
})

it('refuses bounds that make no sense', () => {
  expect(() => textProcessor(pool, { maxBytes: 0 })).toThrow(expect.objectContaining({ code: 'invalid_request' }))
})
