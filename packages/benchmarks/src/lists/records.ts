import type { AssetRecord } from '@stowage/core/contracts'
import { assetOf, random, wordOf } from '../metadata/records.ts'

/** Assets in each of the usual spaces, and of each part, however many rows there are: a page is as full in a small database. */
const GROUP_ROWS = 1000
const SMALL_SPACE_ROWS = 200
const RARE_TAG_ROWS = 100
const RARE_WORD_ROWS = 20

/** Number of spaces, and of parts. */
export const groupsOf = (rows: number): number => Math.max(1, Math.floor(rows / GROUP_ROWS))

const TEXT_WORDS = 40

/** Asset of a number in a database of so many rows. Every tenth title has `report`. */
export function fileOf(number: number, rows: number): AssetRecord {
  const asset = assetOf(number)
  const every = (count: number): boolean => number % Math.max(1, Math.floor(rows / count)) === 3
  const group = (factor: number): number => Math.floor(random(number * factor) * groupsOf(rows))
  const words = asset.title?.split(' ') ?? []
  words[3] = every(RARE_WORD_ROWS) ? 'zebraquartz' : (words[4] ?? '')
  return {
    ...asset,
    title: words.join(' '),
    space: every(SMALL_SPACE_ROWS) ? 'small' : `space-${group(11)}`,
    fields: { part: `part-${group(17)}` },
    tags: [
      ...(number % 2 === 0 ? ['common'] : []),
      ...(number % 3 === 0 ? ['third'] : []),
      ...(every(RARE_TAG_ROWS) ? ['rare'] : []),
    ],
  }
}

/** Extracted text of an asset: 40 words, common ones more often than rare ones. Every tenth has `minutes`, every half `agenda`. */
export function textOf(number: number, rows: number): string {
  const words = Array.from({ length: TEXT_WORDS }, (_, i) => wordOf(Math.floor(random(number * TEXT_WORDS + i) ** 3 * 50_000)))
  if (number % 2 === 0) words.push('agenda')
  if (number % 10 === 6) words.push('minutes')
  if (number % Math.max(1, Math.floor(rows / RARE_WORD_ROWS)) === 3) words.push('xylograph')
  return words.join(' ')
}
