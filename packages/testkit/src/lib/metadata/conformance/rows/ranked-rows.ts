import assert from 'node:assert/strict'
import type { AssetQuery, Filter } from '@stowage/core/contracts'
import { failsWith } from '../expectations.ts'
import type { MetadataRow } from '../harness.ts'
import { asset, idOf, insert, numbersOf, putText, search, T0, taggedAny, words } from '../records.ts'

/** Twelve words, of which `times` are this one. */
const frequent = (word: string, times: number): string =>
  Array.from({ length: 12 }, (_, i) => (i < times ? word : `other${i}`)).join(' ')
const also = (...filters: Filter[]): Filter => ({ op: 'and', filters })
const by = (...ranked: string[]): Partial<AssetQuery> => ({ ranked })

export const rankedRows: readonly MetadataRow[] = [
  {
    id: 'M61',
    title: 'a search looks into the columns that its kind declares',
    async run({ store }) {
      const texts = { title: 'in title', description: 'in description', filename: 'in filename', tags: ['in tags'] }
      await insert(store, asset(1, texts), asset(2, { ...texts, kind: 'other' }))
      const found = async (kind: string, term: string) => numbersOf(store, search(term), { kind })
      for (const term of ['title', 'description', 'filename', 'tags']) assert.deepEqual(await found('file', term), [1], term)
      const declared = async () =>
        Promise.all(['title', 'tags', 'description', 'filename', 'in', 'de'].map(term => found('other', term)))
      assert.deepEqual(await declared(), [[2], [2], [], [], [2], []])
      const set = { title: 'in title, again', description: 'in description, again', filename: 'in filename, again' }
      await store.commit([{ op: 'updateAsset', id: idOf(2), kind: 'other', guard: { states: ['ready'] }, set }])
      assert.deepEqual(await declared(), [[2], [2], [], [], [2], []])
      assert.deepEqual(await found('other', 'again'), [2])
    },
  },
  {
    id: 'M62',
    title: 'texts are ranked by how much they say of the words, ties newest first',
    async run({ store, second }) {
      const ranked = (filter: Filter, given: Partial<AssetQuery>) => numbersOf(second, filter, given)
      const texts = [3, 1, 8, 2, 1].map(times => frequent('wanted', times))
      await insert(store, ...Array.from({ length: 12 }, (_, i) => asset(i, { space: i % 2 ? 'odd' : 'even', tags: ['t'] })))
      await store.commit(texts.map((text, i) => putText(i, text)))
      const filter = words('wanted')
      assert.deepEqual(await ranked(filter, by('wanted')), [2, 0, 3, 4, 1])
      assert.deepEqual(await ranked(filter, { ...by('WANTED'), sort: { column: 'title', direction: 'asc' } }), [2, 0, 3, 4, 1])
      for (const offset of [0, 1, 3, 5]) {
        assert.deepEqual(await ranked(filter, { ...by('wanted'), offset, limit: 2 }), [2, 0, 3, 4, 1].slice(offset, offset + 2))
      }
      await store.commit([
        putText(5, `${frequent('wanted', 8)} ${frequent('more', 3)} ${frequent('longer', 2)}`),
        putText(6, 'wanted'),
      ])
      const longer = await ranked(filter, by('wanted'))
      assert.ok(longer.indexOf(2) < longer.indexOf(5), 'a shorter text before a longer one')
      assert.ok(longer.indexOf(6) < longer.indexOf(1), 'a much shorter text before a longer one')
      await store.commit([putText(6, ''), putText(5, ''), putText(4, ' wanted wanted wanted wanted', true)])
      assert.deepEqual(await ranked(filter, by('wanted')), [2, 4, 0, 3, 1])
      await store.commit([putText(2, frequent('wanted', 1))])
      assert.deepEqual(await ranked(filter, by('wanted')), [4, 0, 3, 2, 1])
      await withOthers(ranked)
      await store.commit([putText(7, 'both first and others'), putText(8, 'both both first first')])
      assert.deepEqual(await ranked(words('both first'), by('first', 'both')), [8, 7])
      await refusals(ranked)
      const guard = { states: ['ready'] } as const
      await store.commit([{ op: 'updateAsset', id: idOf(4), kind: 'file', guard, set: { state: 'deleting' } }])
      assert.deepEqual(await ranked(filter, { ...by('wanted'), states: ['ready', 'deleting'] }), [0, 3, 2, 1])
      assert.deepEqual(await ranked(filter, { ...by('wanted'), states: ['deleting'] }), [])
    },
  },
]

type Ranked = (filter: Filter, given: Partial<AssetQuery>) => Promise<number[]>

/** Ranks what other filters leave, in the same order. */
async function withOthers(ranked: Ranked): Promise<void> {
  const filter = words('wanted')
  const odd: Filter = { op: 'eq', column: 'space', value: 'odd' }
  const cases: [Filter, number[]][] = [
    [also(filter, odd), [3, 1]],
    [also(odd, taggedAny('t'), filter), [3, 1]],
    [also(filter, { op: 'not', filter: odd }), [4, 0, 2]],
    [also(filter, words('other11', 'other9')), [4, 0, 3, 2, 1]],
    [also(filter, { op: 'eq', column: 'title', value: 'none' }), []],
    [also(filter, { op: 'lt', column: 'createdAt', value: T0 + 3 }), [0, 2, 1]],
    [also(filter, { op: 'none' }), []],
  ]
  for (const [asked, expected] of cases) {
    assert.deepEqual(await ranked(asked, by('wanted')), expected, JSON.stringify(asked))
    assert.deepEqual(await ranked(asked, { ...by('wanted'), limit: 1, offset: 1 }), expected.slice(1, 2), JSON.stringify(asked))
  }
  // Where no word is asked for, all are alike.
  assert.deepEqual(await ranked(also(odd, words('…')), { ...by('…', ''), limit: 3 }), [11, 9, 7])
  assert.deepEqual(await ranked({ op: 'all' }, { ...by(), limit: 2, offset: 1 }), [10, 9])
}

async function refusals(ranked: Ranked): Promise<void> {
  await failsWith(ranked(words('wanted'), by('wanted', 'another')), 'invalid_request')
  await failsWith(ranked({ op: 'or', filters: [words('wanted'), { op: 'all' }] }, by('wanted')), 'invalid_request')
  await failsWith(ranked({ op: 'not', filter: words('wanted') }, by('wanted')), 'invalid_request')
  await failsWith(ranked(words('wanted'), { ...by('wanted'), after: { value: T0, id: idOf(1) } }), 'invalid_request')
  await failsWith(ranked(words('wanted'), { ...by('wanted'), limit: 0 }), 'invalid_request')
  await failsWith(ranked(words('wanted'), by('\ud800')), 'unprocessable')
  await failsWith(ranked(words('wanted'), { ...by('wanted'), signal: AbortSignal.abort() }), 'aborted')
  const hostile = ['* OR wanted', '"wanted', 'wanted NEAR(a b)', '-wanted', 'wanted"); drop']
  for (const text of hostile) {
    const found = await ranked(words(text), by(text))
    assert.deepEqual([...found].sort(), [...(await ranked(words(text), {}))].sort(), text)
  }
}
