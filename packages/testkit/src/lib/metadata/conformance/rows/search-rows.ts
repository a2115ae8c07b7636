import assert from 'node:assert/strict'
import type { Filter } from '@stowage/core/contracts'
import { failsWith } from '../expectations.ts'
import type { MetadataRow } from '../harness.ts'
import { asset, insert, numbersOf, query, search, taggedAll, taggedAny, taggedNone } from '../records.ts'

/** What has broken query builders and full-text parsers elsewhere. */
export const HOSTILE = [
  `' or 1=1 --`,
  `'; drop table assets; --`,
  `" or ""="`,
  `") AND NEAR(`,
  'NEAR(a b, 2)',
  'title:secret',
  '{title}: x',
  '* OR *',
  'a* ^b -c +d',
  'AND',
  'NOT x',
  '((((',
  '"unclosed',
  '\\',
  '\\"',
  '$1 ? :name @p',
  '%27%00',
  '{"$gt":""}',
  '$."part"',
  'x\u001fy',
]

export const searchRows: readonly MetadataRow[] = [
  {
    id: 'M18',
    title: 'tags by any, all and none, with the empty list',
    async run({ store }) {
      await insert(store, asset(1, { tags: ['a'] }), asset(2, { tags: ['a', 'b'] }), asset(3, { tags: ['b', 'c'] }), asset(4))
      const cases: [Filter, number[]][] = [
        [taggedAny('a'), [2, 1]],
        [taggedAny('a', 'c'), [3, 2, 1]],
        [taggedAny('a', 'a'), [2, 1]],
        [taggedAny('x'), []],
        [taggedAny(), []],
        [taggedAll('a', 'b'), [2]],
        [taggedAll('b', 'b'), [3, 2]],
        [taggedAll('a', 'x'), []],
        [taggedAll(), [4, 3, 2, 1]],
        [taggedNone('a'), [4, 3]],
        [taggedNone('a', 'c'), [4]],
        [taggedNone(), [4, 3, 2, 1]],
        [{ op: 'not', filter: taggedAny('a') }, [4, 3]],
        [{ op: 'not', filter: taggedAll('a', 'b') }, [4, 3, 1]],
        [{ op: 'not', filter: taggedNone('a', 'c') }, [3, 2, 1]],
        [{ op: 'not', filter: taggedAny() }, [4, 3, 2, 1]],
        [{ op: 'and', filters: [taggedAny('b'), taggedNone('a')] }, [3]],
        [{ op: 'or', filters: [taggedAll('c'), taggedAll('a', 'b')] }, [3, 2]],
      ]
      for (const [filter, expected] of cases) {
        assert.deepEqual(await numbersOf(store, filter), expected, JSON.stringify(filter))
        assert.equal((await store.count({ kind: 'file', filter })).count, expected.length, JSON.stringify(filter))
      }
    },
  },
  {
    id: 'M19',
    title: 'tags are exact: comma, quote, space and case are part of them',
    async run({ store }) {
      const tags = ['a,b', 'a', 'A', 'a ', `it's`, '"q"', '[1]', 'a"b', 'ä', 'null', '%', 'a_b', '\\']
      await insert(store, ...tags.map((tag, i) => asset(i, { tags: [tag] })))
      for (const [i, tag] of tags.entries()) {
        assert.deepEqual(await numbersOf(store, taggedAny(tag)), [i], tag)
        assert.deepEqual(await numbersOf(store, taggedAll(tag)), [i], tag)
        assert.equal((await store.list(query(taggedAny(tag))))[0]?.tags[0], tag)
      }
      await insert(store, asset(50, { tags: ['twice', 'twice'] }))
      assert.deepEqual(await numbersOf(store, taggedAny('twice')), [50])
    },
  },
  {
    id: 'M20',
    title: 'percent, underscore and backslash are searched for as they are',
    async run({ store }) {
      await insert(store, asset(1, { title: '100% sure' }), asset(2, { title: 'snake_case' }), asset(3, { title: 'back\\slash' }))
      await insert(store, asset(4, { title: '100 sure' }), asset(5, { title: 'snakeXcase' }), asset(6, { title: 'backslash' }))
      const cases: [string, number[]][] = [
        ['%', [1]],
        ['0% s', [1]],
        ['100%', [1]],
        ['_', [2]],
        ['e_c', [2]],
        ['snake_case', [2]],
        ['\\', [3]],
        ['k\\s', [3]],
        ['1%e', []],
        ['***', []],
      ]
      for (const [term, expected] of cases) assert.deepEqual(await numbersOf(store, search(term)), expected, term)
    },
  },
  {
    id: 'M21',
    title: 'hostile text is data everywhere',
    async run({ store }) {
      await insert(
        store,
        ...HOSTILE.map((text, i) => asset(i, { title: text, tags: [text], space: text, fields: { part: text }, slug: text })),
      )
      for (const [i, text] of HOSTILE.entries()) {
        assert.deepEqual(await numbersOf(store, { op: 'eq', column: 'title', value: text }), [i], text)
        assert.deepEqual(await numbersOf(store, { op: 'eq', column: 'space', value: text }), [i], text)
        assert.deepEqual(await numbersOf(store, { op: 'in', column: { field: 'part' }, values: [text] }), [i], text)
        assert.deepEqual(await numbersOf(store, taggedAny(text)), [i], text)
        assert.ok((await numbersOf(store, search(text))).includes(i), text)
        assert.ok((await numbersOf(store, search(text, text), { states: ['ready', 'failed'] })).includes(i), text)
        assert.deepEqual(await numbersOf(store, search(`${text}${text}${text}`)), [], text)
        await failsWith(store.list(query({ op: 'eq', column: { field: text }, value: 'x' })), 'invalid_request')
        await failsWith(store.list(query({ op: 'eq', column: text as 'id', value: 'x' })), 'invalid_request')
        await failsWith(store.list(query({ op: 'all' }, { sort: { column: text as 'id', direction: 'asc' } })), 'invalid_request')
        assert.deepEqual(await store.list(query({ op: 'all' }, { kind: text })), [])
      }
      for (const hidden of ['metadata', 'search', 'seq', 'blobId', 'version', 'properties', 'tags', 'search_title']) {
        await failsWith(store.list(query({ op: 'isNull', column: hidden as 'id' })), 'invalid_request')
      }
      await failsWith(
        store.list(query({ op: 'all' }, { sort: { column: 'id', direction: 'desc; --' as 'desc' } })),
        'invalid_request',
      )
      assert.equal((await store.count({ kind: 'file', filter: { op: 'all' } })).count, HOSTILE.length)
    },
  },
  {
    id: 'M22',
    title: 'search knows no case and no accents, in every alphabet',
    async run({ store }) {
      const titles = ['İstanbul', 'Straße', 'ΟΔΟΣ', 'Ångström', 'ﬁle №5', 'МОСКВА й', 'がぎ', '한국어', 'I ı', 'e\u0301te\u0301']
      await insert(store, ...titles.map((title, i) => asset(i, { title })))
      const cases: [string, number][] = [
        ['istanbul', 0],
        ['ISTANBUL', 0],
        ['i̇stanbul', 0],
        ['strasse', 1],
        ['STRASSE', 1],
        ['straße', 1],
        ['STRAẞE', 1],
        ['οδος', 2],
        ['οδοσ', 2],
        ['ΟΔΟΣ', 2],
        ['angstrom', 3],
        ['Å', 3],
        ['ﬁle', 4],
        ['FILE NO5', 4],
        ['москва', 5],
        ['がぎ', 6],
        ['한국어', 7],
        ['été', 9],
        ['ETE', 9],
      ]
      for (const [term, number] of cases) {
        const terms = term.split(' ')
        assert.ok((await numbersOf(store, search(...terms))).includes(number), term)
      }
      assert.deepEqual(await numbersOf(store, search('かき')), [])
      assert.deepEqual(await numbersOf(store, search('istanbul')), [0])
    },
  },
  {
    id: 'M23',
    title: 'empty terms match everything; huge and many terms are answered or refused',
    async run({ store }) {
      const long = 'lorem ipsum '.repeat(400)
      await insert(
        store,
        asset(1, { title: long }),
        asset(2, { title: 'alpha', description: 'beta', filename: 'gamma.png', tags: ['delta', 'epsilon'] }),
      )
      const cases: [Filter, number[]][] = [
        [search(), [2, 1]],
        [search(''), [2, 1]],
        [search('', 'alpha'), [2]],
        [search('\u0301'), [2, 1]],
        [search('alpha', 'beta', 'gamma.p', 'delta', 'silo'), [2]],
        [search('alpha', 'beta', 'gamma.p', 'delta', 'silo', 'alp', 'bet', 'gam', 'del', 'nowhere'), []],
        [search('alpha', 'x'), []],
        [search('alphabeta'), []],
        [search('deltaepsilon'), []],
        [search('al', 'ps'), [2]],
        [search('a', 'alpha'), [2]],
        [search(long.slice(0, 4000)), [1]],
        [search(`${long.slice(0, 4000)}!`), []],
        [search('x'.repeat(100_000)), []],
        [search(...Array.from({ length: 30 }, (_, i) => long.slice(i, i + 9))), [1]],
        [{ op: 'not', filter: search('alpha') }, [1]],
        [{ op: 'or', filters: [search('alpha'), search('ipsum')] }, [2, 1]],
        [{ op: 'and', filters: [search('alpha'), search('ipsum')] }, []],
      ]
      for (const [filter, expected] of cases) {
        const what = JSON.stringify(filter).slice(0, 100)
        assert.deepEqual(await numbersOf(store, filter), expected, what)
        assert.equal((await store.count({ kind: 'file', filter })).count, expected.length, what)
        assert.deepEqual(
          await numbersOf(store, filter, { sort: { column: 'title', direction: 'asc' } }),
          [...expected].sort((a, b) => b - a),
          what,
        )
      }
    },
  },
  {
    id: 'M24',
    title: 'what is not the caller’s is in no list, count, search or page',
    async run({ store }) {
      const mine: Filter = { op: 'eq', column: 'createdBy', value: 'me' }
      await insert(
        store,
        ...Array.from({ length: 40 }, (_, i) =>
          asset(i, { createdBy: i % 4 ? 'other' : 'me', title: 'secret token', tags: ['t'] }),
        ),
      )
      await insert(store, asset(90, { createdBy: null, title: 'secret token' }), asset(91, { kind: 'other', createdBy: 'me' }))
      const own = Array.from({ length: 10 }, (_, i) => (9 - i) * 4)
      const scoped = [mine, search('token'), taggedAny('t'), search('to')]
        .slice(1)
        .map((filter): Filter => ({ op: 'and', filters: [mine, filter] }))
      for (const filter of [mine, ...scoped]) {
        assert.deepEqual(await numbersOf(store, filter), own)
        assert.deepEqual(await numbersOf(store, filter, { limit: 3, offset: 3 }), own.slice(3, 6))
        assert.deepEqual(await store.count({ kind: 'file', filter }), { count: 10, exact: true })
        assert.deepEqual(await store.count({ kind: 'file', filter }, 4), { count: 4, exact: false })
      }
      assert.equal((await store.count({ kind: 'file', filter: { op: 'not', filter: mine } })).count, 31)
    },
  },
]
