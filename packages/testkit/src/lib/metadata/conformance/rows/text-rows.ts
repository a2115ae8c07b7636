import assert from 'node:assert/strict'
import type { AssetState, Change, Filter, MetadataStore } from '@stowage/core/contracts'
import { allPages, failsWith } from '../expectations.ts'
import type { MetadataRow } from '../harness.ts'
import { asset, idOf, insert, job, numbersOf, putText, query, search, T0, taggedAny, words } from '../records.ts'
import { HOSTILE } from './search-rows.ts'

const MAX_UNITS = 2 ** 20
const READY: readonly AssetState[] = ['ready']

/** Assets with these texts, numbered from 0. */
async function insertTexts(store: MetadataStore, ...texts: readonly string[]): Promise<void> {
  await insert(store, ...texts.map((_, i) => asset(i)))
  await store.commit(texts.map((text, i) => putText(i, text)))
}

export const textRows: readonly MetadataRow[] = [
  {
    id: 'M53',
    title: 'extracted text is found by whole words, without case and accents, in every alphabet',
    async run({ store, second }) {
      await insertTexts(
        store,
        'The quick brown foxes, they’re jumping.\nSnake_case and e-mail; 3.14 C++',
        'İSTANBUL Straße ΟΔΟΣ Ångström été e\u0301te\u0301 МОСКВА ﬁle co\u00adoperate',
        '全文検索は楽しい。東京都 カタカナ, ภาษาไทย 한국어',
        '!!! ... \u0301 😀',
      )
      await insert(store, asset(9, { title: 'quick fox' }))
      const cases: [string[], number[]][] = [
        [['quick'], [0]],
        [['QUICK', 'jumping'], [0]],
        [['quick brown'], [0]],
        [['brown quick'], [0]],
        [['snake'], [0]],
        [['e-mail'], [0]],
        [['3.14'], [0]],
        [["they're"], [0]],
        [['qui'], []],
        [['uick'], []],
        [['fox'], []],
        [['quicker'], []],
        [['quick', 'elephant'], []],
        [['quick moskva'], []],
        [['istanbul'], [1]],
        [['STRASSE'], [1]],
        [['οδοσ'], [1]],
        [['angstrom', 'ete'], [1]],
        [['москва'], [1]],
        [['File', 'cooperate'], [1]],
        [['stras'], []],
        [['検索'], [2]],
        [['東京'], [2]],
        [['京'], [2]],
        [['カタカナ'], [2]],
        [['ไทย'], [2]],
        [['한국어'], [2]],
        [['京都東'], []],
        [['한국'], []],
        [['quick', '', '...'], [0]],
        [[], [9, 3, 2, 1, 0]],
        [
          ['...', '\u0301'],
          [9, 3, 2, 1, 0],
        ],
      ]
      for (const [terms, expected] of cases) {
        assert.deepEqual(await numbersOf(second, words(...terms)), expected, terms.join('|'))
        assert.equal((await store.count({ kind: 'file', filter: words(...terms) })).count, expected.length, terms.join('|'))
      }
    },
  },
  {
    id: 'M54',
    title: 'text is replaced and appended to; its first 1 Mi code units count',
    async run({ store }) {
      const found = async (...terms: string[]) => (await numbersOf(store, words(...terms))).length > 0
      await insertTexts(store, 'first draft')
      await store.commit([putText(0, 'second draft')])
      assert.deepEqual([await found('first'), await found('second', 'draft')], [false, true])
      await store.commit([putText(0, 'appen', true), putText(0, 'dix', true)])
      await store.commit([putText(0, '', true)])
      assert.deepEqual([await found('second', 'appen', 'dix'), await found('appendix')], [true, false])
      await store.commit([putText(0, '')])
      assert.deepEqual([await found('second'), await found('dix')], [false, false])
      const half = 'filler '.repeat(MAX_UNITS / 2 / 8).padEnd(MAX_UNITS / 2 - 8)
      const whole = half + half
      await store.commit([putText(0, `${half}  middle`)])
      await store.commit([putText(0, `${half}    😀end behind`, true), putText(0, 'late', true)])
      assert.deepEqual([await found('middle', 'filler'), await found('behind'), await found('late')], [true, false, false])
      assert.equal(await found('end'), false, 'a word that reaches over the end')
      await store.commit([putText(0, `${whole.padEnd(MAX_UNITS - 4)}fits`)])
      assert.deepEqual([await found('fits'), await found('middle')], [true, false])
      await store.commit([putText(0, `${whole.padEnd(MAX_UNITS - 3)}over`)])
      assert.deepEqual([await found('over'), await found('ove'), await found('filler')], [false, false, true])
      await store.commit([putText(0, 'again')])
      assert.deepEqual([await found('again'), await found('filler')], [true, false])
    },
  },
  {
    id: 'M55',
    title: 'text belongs to a ready asset: it is gone with the tombstone and with the row',
    async run({ store, second }) {
      await insertTexts(store, 'alpha', 'alpha', 'alpha')
      const all: readonly AssetState[] = ['ready', 'deleting', 'failed', 'uploading']
      const move = (number: number, from: AssetState, state: AssetState): Change => ({
        op: 'updateAsset',
        id: idOf(number),
        kind: 'file',
        guard: { states: [from] },
        set: { state },
      })
      await store.commit([move(1, 'ready', 'deleting')])
      assert.deepEqual(await numbersOf(second, words('alpha')), [2, 0])
      assert.deepEqual(await numbersOf(second, words('alpha'), { states: all }), [2, 0])
      await store.commit([move(1, 'deleting', 'ready')])
      assert.deepEqual(await numbersOf(second, words('alpha')), [2, 0])
      await store.commit([{ op: 'deleteAsset', id: idOf(2), kind: 'file', guard: { states: READY } }])
      await insert(store, asset(2), asset(3, { state: 'uploading' }))
      assert.deepEqual(await numbersOf(second, words('alpha')), [0])
      await store.commit([putText(2, 'beta'), move(2, 'ready', 'ready')])
      assert.deepEqual(await numbersOf(second, words('beta')), [2])
      const refused: Change[] = [
        putText(3, 'alpha'),
        putText(8, 'alpha', true),
        { ...putText(0, 'beta'), kind: 'other' } as Change,
      ]
      for (const change of refused) {
        const { details } = await failsWith(store.commit([putText(0, 'gamma'), change]), 'conflict')
        assert.deepEqual(details, { index: 1, op: 'putText' })
      }
      await failsWith(
        store.commit([putText(0, 'gamma'), { op: 'enqueueJob', job: job(1) }, move(0, 'failed', 'ready')]),
        'conflict',
      )
      assert.deepEqual(await numbersOf(second, words('gamma'), { states: all }), [])
      assert.deepEqual(await numbersOf(second, words('alpha'), { states: all }), [0])
      assert.equal((await store.getAsset({ kind: 'file', id: idOf(0) }))?.version, 1)
    },
  },
  {
    id: 'M56',
    title: 'hostile text and terms are data; what can’t be stored is refused',
    async run({ store }) {
      await insertTexts(store, ...HOSTILE.map((text, i) => `number${i} ${text}`))
      for (const [i, text] of HOSTILE.entries()) {
        assert.ok((await numbersOf(store, words(text, `number${i}`))).includes(i), text)
        assert.deepEqual(await numbersOf(store, words(`${text} nowhere`)), [], text)
        assert.deepEqual(await numbersOf(store, words(`${text} number${i}`), { states: ['ready', 'failed'] }), [i], text)
        assert.deepEqual(await numbersOf(store, { op: 'not', filter: words(`number${i} ${text}`) }), others(i), text)
        await failsWith(store.commit([{ ...putText(i, text), kind: text } as Change]), 'conflict', 'invalid_request')
      }
      for (const prefix of ['numb*', '"number', 'number0 OR number1', 'NOT number0', '^number0 -number1']) {
        assert.deepEqual(await numbersOf(store, words(prefix)), [], prefix)
      }
      for (const bad of ['number0 \0', '\ud800', 'x\udc00y']) {
        await failsWith(store.commit([putText(0, bad)]), 'unprocessable')
        await failsWith(store.commit([putText(0, bad, true)]), 'unprocessable')
        await failsWith(store.list(query(words(bad))), 'unprocessable')
      }
      const many = Array.from({ length: 60 }, (_, i) => `w${i}`)
      await store.commit([putText(0, [...many, 'x'.repeat(5000), '__proto__ constructor 0 1'].join(' '))])
      assert.deepEqual(await numbersOf(store, words(...many)), [0])
      assert.deepEqual(await numbersOf(store, words(...many, 'w60')), [])
      assert.deepEqual(await numbersOf(store, words('x'.repeat(5000), 'constructor', 'proto')), [0])
      assert.deepEqual(await numbersOf(store, words('x'.repeat(99))), [])
      assert.deepEqual(await numbersOf(store, words('1', '0', 'constructor')), [0])
      const flood = store.list(query(words(Array.from({ length: 2000 }, (_, i) => `w${i}`).join(' '))))
      await flood.then(
        found => assert.deepEqual(found, []),
        () => failsWith(flood, 'invalid_request'),
      )
    },
  },
  {
    id: 'M57',
    title: 'words go with every other filter, sort, page and count',
    async run({ store }) {
      const numbers = Array.from({ length: 60 }, (_, i) => i)
      const record = (i: number) =>
        asset(i, {
          space: i % 2 ? 'odd' : 'even',
          tags: i % 3 ? [] : ['third'],
          title: `title ${59 - i}`,
          createdAt: T0 + (i >> 2),
        })
      await insert(store, ...numbers.map(record))
      await insert(store, asset(90, { kind: 'other' }))
      await store.commit(numbers.map(i => putText(i, `common ${i % 10 ? 'often' : 'seldom'} ${i % 5 ? '' : 'fifth'}`)))
      await store.commit([{ op: 'putText', assetId: idOf(90), kind: 'other', text: 'common', append: false }])
      const odd: Filter = { op: 'eq', column: 'space', value: 'odd' }
      const cases: [Filter, (i: number) => boolean][] = [
        [words('common'), () => true],
        [words('seldom'), i => i % 10 === 0],
        [{ op: 'and', filters: [words('common'), odd] }, i => i % 2 === 1],
        [{ op: 'and', filters: [words('common'), words('fifth'), odd] }, i => i % 10 === 5],
        [{ op: 'and', filters: [taggedAny('third'), words('often')] }, i => i % 3 === 0 && i % 10 !== 0],
        [{ op: 'and', filters: [search('title'), words('fifth')] }, i => i % 5 === 0],
        [{ op: 'and', filters: [search('5'), words('fifth')] }, i => i % 5 === 0 && String(59 - i).includes('5')],
        [{ op: 'and', filters: [odd, { op: 'not', filter: words('fifth') }] }, i => i % 2 === 1 && i % 5 !== 0],
        [{ op: 'or', filters: [words('seldom'), taggedAny('third')] }, i => i % 10 === 0 || i % 3 === 0],
        [{ op: 'or', filters: [words('seldom', 'fifth'), words('nowhere')] }, i => i % 10 === 0],
      ]
      for (const [filter, holds] of cases) {
        const expected = numbers.filter(holds)
        const what = JSON.stringify(filter)
        assert.deepEqual(await store.count({ kind: 'file', filter }), { count: expected.length, exact: true }, what)
        assert.deepEqual(await store.count({ kind: 'file', filter }, 2), { count: 2, exact: expected.length <= 2 }, what)
        assert.deepEqual(await pagesOf(store, filter, 'createdAt', 'desc'), [...expected].reverse(), what)
        assert.deepEqual(await pagesOf(store, filter, 'createdAt', 'asc'), expected, what)
        assert.deepEqual(
          await pagesOf(store, filter, 'title', 'asc'),
          [...expected].sort((a, b) => (titleOf(a) < titleOf(b) ? -1 : 1)),
          what,
        )
        assert.deepEqual(await numbersOf(store, filter, { offset: 2, limit: 3 }), [...expected].reverse().slice(2, 5), what)
      }
      assert.equal((await store.count({ kind: 'other', filter: words('common') })).count, 1)
    },
  },
]

const others = (number: number): number[] =>
  HOSTILE.map((_, i) => i)
    .filter(i => i !== number)
    .reverse()
const titleOf = (number: number): string => `title ${59 - number}`

async function pagesOf(
  store: MetadataStore,
  filter: Filter,
  column: 'createdAt' | 'title',
  direction: 'asc' | 'desc',
): Promise<number[]> {
  const asked = query(filter, { sort: { column, direction }, limit: 7 })
  const found = await allPages(store, asked, row => row[column])
  return found.map(({ id }) => Number(id.slice(1)))
}
