import type { Change } from '@stowage/core/contracts'
import type { SqlDialect } from './dialect.ts'
import { type Fragment, raw, sql } from './fragment.ts'
import { checkText } from './text.ts'
import { indexedWords } from './words.ts'
import type { WritePlan } from './write-plan.ts'

/** Code units of a text that are kept. */
const MAX_TEXT_UNITS = 1024 * 1024

type PutText = Extract<Change, { op: 'putText' }>
type FoundText = Omit<PutText, 'text'> & {
  readonly units: number
  /** JSON: each word as often as it is indexed, with a space behind each, and the offset behind its first place. */
  readonly words: string
}
/** A change that can be compiled at once. */
export type ReadyChange = Exclude<Change, { op: 'putText' }> | FoundText

/** Whether there is no text in them, so that they can be compiled at once. */
export const isReady = (changes: readonly Change[]): changes is readonly Exclude<Change, PutText>[] =>
  changes.every(({ op }) => op !== 'putText')

/** @throws StowageError `unprocessable` for text with NUL or a lone surrogate */
export async function readyChanges(changes: readonly Change[]): Promise<readonly ReadyChange[]> {
  const ready: ReadyChange[] = []
  for (const change of changes) ready.push(change.op === 'putText' ? await foundText(change) : change)
  return ready
}

async function foundText({ text, ...change }: PutText): Promise<FoundText> {
  checkText(text, 'text')
  // One more, so that a word which reaches beyond the end is not taken for a shorter one.
  const found = await indexedWords(text.slice(0, MAX_TEXT_UNITS + 1))
  const words = Array.from(found, ([word, { end, count }]) => [`${word} `.repeat(repeats(count)), end] as const)
  return { ...change, units: Math.min(text.length, MAX_TEXT_UNITS), words: JSON.stringify(Object.fromEntries(words)) }
}

/** What ranking needs to know of a frequency: exactly how few, roughly how many. */
const repeats = (count: number): number => (count <= 8 ? count : 8 + Math.round(2 * Math.log2(count / 8)))

/** Words of an asset's text, in a row beside it and in the word index. */
export function textChanges(dialect: SqlDialect) {
  return {
    putText(plan: WritePlan, { assetId, kind, units, words, append }: FoundText): void {
      plan.add(
        sql`select 1 from assets where id = ${assetId} and kind = ${kind} and state = 'ready' ${dialect.keepRows}`,
        'found',
      )
      if (!append) removeText(dialect, plan, kind, assetId)
      if (units === 0) return
      if (append) for (const statement of dialect.words.remove(kind, assetId)) plan.add(statement)
      plan.add(sql`insert into asset_texts (seq, units, words) select seq, 0, ' ' from assets where id = ${assetId}
        on conflict (seq) do nothing`)
      const room = sql`${raw(String(MAX_TEXT_UNITS))} - units`
      plan.add(sql`update asset_texts set words = words || ${dialect.words.within(words, room)},
        units = case when ${units} > ${room} then ${raw(String(MAX_TEXT_UNITS))} else units + ${units} end
        where seq = ${seqOf(assetId)}`)
      for (const statement of dialect.words.add(kind, assetId)) plan.add(statement)
    },
  }
}

/** For assets that have none, too. */
export function removeText(dialect: SqlDialect, plan: WritePlan, kind: string, assetId: string): void {
  for (const statement of dialect.words.remove(kind, assetId)) plan.add(statement)
  plan.add(sql`delete from asset_texts where seq = ${seqOf(assetId)}`)
}

const seqOf = (assetId: string): Fragment => sql`(select seq from assets where id = ${assetId})`
