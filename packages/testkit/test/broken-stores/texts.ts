import type { Change, Filter, MetadataStore } from '@stowage/core/contracts'
import { isStowageError } from '@stowage/core/contracts'
import { type BrokenStores, broken, commits } from './broken.ts'
import { rewritten } from './rewritten.ts'

const texts = (rows: string, rewrite: (text: string) => string) =>
  commits(rows, change => (change.op === 'putText' ? { ...change, text: rewrite(change.text) } : change))

/** Lists and counts are asked something else. */
const asks = (rows: string, rewrite: (part: Filter) => Filter) =>
  broken(rows, inner => ({
    list: async query => inner.list({ ...query, filter: rewritten(query.filter, rewrite) }),
    count: async (query, max) => inner.count({ ...query, filter: rewritten(query.filter, rewrite) }, max),
  }))

const isWords = (filter: Filter): boolean => filter.op === 'words'
const beginnings = (word: string): string => Array.from(word, (_, i) => word.slice(0, i + 1)).join(' ')

export const brokenTexts: BrokenStores = {
  'finds the beginnings of words': texts('M53', text => `${text} ${text.split(' ').slice(0, 50).map(beginnings).join(' ')}`),
  'reads ASCII only': texts('M53', text => text.replace(/\P{ASCII}/gu, ' ')),
  'looks for words in titles too': asks('M53', part =>
    part.op === 'words' ? { op: 'or', filters: [part, { ...part, op: 'search' }] } : part,
  ),
  'finds any of the words': asks('M53 M56', part =>
    part.op === 'words' && part.terms.length > 1
      ? { op: 'or', filters: part.terms.map(term => ({ ...part, terms: [term] })) }
      : part,
  ),
  'forgets the end of a text': texts('M54', text => text.slice(0, 100_000)),
  'joins what is appended': broken('M54', joins),
  'appends instead of replacing': commits('M54', change =>
    change.op === 'putText' && change.text !== '' ? { ...change, append: true } : change,
  ),
  'replaces instead of appending': commits('M54', change => (change.op === 'putText' ? { ...change, append: false } : change)),
  'keeps the text of what is deleted': broken('M55', keeps),
  'passes over texts of assets that are not there': broken('M55', inner => ({
    commit: changes =>
      inner.commit(changes).catch((error: unknown) => {
        if (!isStowageError(error, 'conflict') || error.details?.op !== 'putText') throw error
      }),
  })),
  'commits texts apart': broken('M55', inner => ({
    async commit(changes) {
      await inner.commit(changes.filter(({ op }) => op === 'putText'))
      await inner.commit(changes.filter(({ op }) => op !== 'putText'))
    },
  })),
  'strips what it can’t store from texts': texts('M56', text => text.replaceAll('\0', '').toWellFormed()),
  'takes a star for any ending': asks('M56', part =>
    part.op === 'words' && part.terms.some(term => term.includes('*')) ? { op: 'all' } : part,
  ),
  'asks for the first eight words': asks('M56', part =>
    part.op === 'words' ? { ...part, terms: part.terms.slice(0, 8) } : part,
  ),
  'forgets words beside other filters': asks('M57', part =>
    part.op === 'and' ? { ...part, filters: part.filters.filter(filter => !isWords(filter)) } : part,
  ),
  'counts without looking at words': broken('M53 M57', inner => ({
    count: async (query, max) =>
      inner.count({ ...query, filter: rewritten(query.filter, part => (isWords(part) ? { op: 'all' } : part)) }, max),
  })),
}

type PutText = Extract<Change, { op: 'putText' }>

/** What was put last stands before what is appended, with nothing between. */
function joins(inner: MetadataStore): Partial<MetadataStore> {
  const whole = new Map<string, string>()
  const join = (change: PutText): Change => {
    const text = change.append ? (whole.get(change.assetId) ?? '') + change.text : change.text
    whole.set(change.assetId, text)
    return { ...change, text, append: false }
  }
  return { commit: changes => inner.commit(changes.map(change => (change.op === 'putText' ? join(change) : change))) }
}

/** Puts it back when the asset is ready again. */
function keeps(inner: MetadataStore): Partial<MetadataStore> {
  const kept = new Map<string, PutText>()
  return {
    async commit(changes) {
      await inner.commit(changes)
      for (const change of changes) {
        if (change.op === 'putText') kept.set(change.assetId, change)
        const back = change.op === 'updateAsset' && change.set.state === 'ready' ? kept.get(change.id) : undefined
        if (back) await inner.commit([back])
      }
    },
  }
}
