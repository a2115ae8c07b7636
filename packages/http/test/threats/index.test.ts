import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

/** Rows of the table of threats that what exists today touches; the others come with what they are about. */
const ROWS = [...through(1, 14), ...through(16, 84)]

const packages = new URL('../../../', import.meta.url).pathname
const FOLDERS = [
  'http/test',
  'http-express/test',
  'http-hono/test',
  'core/test',
  'core/src',
  'media/test',
  'media/src',
  'adapter-fs/test',
  'adapter-fs/src',
  'multipart/test',
  'multipart/src',
  'url-import/test',
]

function through(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, at) => first + at)
}

/** Rows that a title names: `threat 5: …`, `threats 32 to 34: …`, `threats 5 and 6: …`. */
function rowsOf(title: string): number[] {
  const named = /^threats? ([\d, toand]+):/.exec(title)?.[1] ?? ''
  return named.split(/, | and /).flatMap(part => {
    const [first, last] = part.split(' to ').map(Number)
    return first ? through(first, last ?? first) : []
  })
}

/** Titles in a source: texts that are the first argument of something. */
function titlesIn(source: string): string[] {
  return [...source.matchAll(/\(\s*(['"`])(threats? \d(?:(?!\1)[^\\]|\\.)*)\1/g)].map(([, , title]) => title as string)
}

async function allTitles(): Promise<ReadonlyMap<number, readonly string[]>> {
  const index = new Map<number, string[]>()
  for (const folder of FOLDERS) {
    const entries = await readdir(join(packages, folder), { recursive: true, withFileTypes: true }).catch(() => [])
    for (const entry of entries.filter(({ name }) => name.endsWith('.test.ts') && name !== 'index.test.ts')) {
      const source = await readFile(join(entry.parentPath, entry.name), 'utf8')
      for (const title of titlesIn(source)) for (const row of rowsOf(title)) index.set(row, [...(index.get(row) ?? []), title])
    }
  }
  return index
}

describe('the table of threats', () => {
  it('has a test for each row, which names it', async () => {
    const index = await allTitles()
    expect(ROWS.filter(row => !index.has(row))).toEqual([])
  })

  it('is read from titles', () => {
    expect(rowsOf('threat 5: the cursor of another list')).toEqual([5])
    expect(rowsOf('threats 32 to 34: what is no picture')).toEqual([32, 33, 34])
    expect(rowsOf('threats 5, 7 and 9: much')).toEqual([5, 7, 9])
    expect(rowsOf('a threat 5 that is not named first')).toEqual([])
    const group = "describe.each(all)(\n  'threat 6: x', () => { it('threat 7: y', f) })"
    expect(titlesIn(`${group} // threat 8: no title`)).toEqual(['threat 6: x', 'threat 7: y'])
  })
})
