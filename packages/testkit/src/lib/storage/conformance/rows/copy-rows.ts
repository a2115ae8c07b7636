import assert from 'node:assert/strict'
import { isStowageError } from '@stowage/core/contracts'
import type { Row, RowContext } from '../harness.ts'
import { failsWith, headOf, isAbsent, keysOf, needsOf, pattern, read, readText, sameBytes, text } from '../tools.ts'

export const copyRows: readonly Row[] = [
  {
    id: 'S56',
    title: 'a delete of what is not there succeeds',
    async run({ storage, second }) {
      await storage.put('a/b', text('x'))
      assert.deepEqual(await storage.delete(['a/b']), [{ key: 'a/b' }])
      assert.deepEqual(
        await second.delete(['a/b', 'never', 'a', 'a/b/c']),
        ['a/b', 'never', 'a', 'a/b/c'].map(key => ({ key })),
      )
      assert.deepEqual(await storage.delete([]), [])
      await isAbsent(second, 'a/b')
    },
  },
  {
    id: 'S57',
    title: 'any number of keys at once, with a result for each',
    async run({ storage }) {
      await storage.put('kept', text('x'))
      const keys = Array.from({ length: 2100 }, (_, i) => (i % 500 === 499 ? `a\0${i}` : `none/${i}`))
      const there = ['first', 'batch/999', 'batch/1000', 'batch/1001', 'last']
      for (const [index, key] of there.entries()) {
        await storage.put(key, text('x'))
        keys.splice([0, 999, 1000, 1001, keys.length][index] ?? 0, 0, key)
      }
      keys.push('a\0b', 'first')
      const results = await storage.delete(keys)
      assert.deepEqual(
        results.map(({ key }) => key),
        keys,
      )
      for (const { key, error } of results)
        assert.equal(isStowageError(error, 'invalid_key'), key.includes('\0'), `${JSON.stringify(key)}: ${error}`)
      assert.deepEqual(await keysOf(storage), ['kept'])
    },
  },
  {
    id: 'S57',
    title: 'a key that the backend refuses to delete fails alone, and stays',
    skip: needsOf('holdFast'),
    async run({ storage, holdFast }) {
      for (const key of ['free/1', 'held/2', 'free/3', 'free/4']) await storage.put(key, text(key))
      await holdFast?.('held/2')
      const results = await storage.delete(['free/1', 'held/2', 'free/3'])
      assert.deepEqual(
        results.map(({ key, error }) => [key, isStowageError(error)]),
        [
          ['free/1', false],
          ['held/2', true],
          ['free/3', false],
        ],
      )
      for (const key of ['free/1', 'free/3']) assert.equal(await storage.head(key), null)
      assert.equal(await readText(storage, 'free/4'), 'free/4')
    },
  },
  {
    id: 'S58',
    title: 'deleting what a prefix lists spares its neighbours',
    async run({ storage }) {
      for (const key of ['a/1', 'a/2', 'ab', 'a-', 'a*', 'b/a/1']) await storage.put(key, text(key))
      await storage.delete(await keysOf(storage, 'a/'))
      assert.deepEqual(await keysOf(storage), ['a*', 'a-', 'ab', 'b/a/1'])
      await storage.delete(['a*', 'a/'].slice(0, 1))
      assert.deepEqual(await keysOf(storage), ['a-', 'ab', 'b/a/1'])
    },
  },
  { id: 'S59', title: 'a copy has the bytes and attributes, and a life of its own', needs: ['copy'], run: copies },
  {
    id: 'S60',
    title: 'a copy onto itself changes nothing',
    needs: ['copy'],
    async run({ storage }) {
      await storage.put('k', pattern(300_000))
      const info = await headOf(storage, 'k')
      const same = await storage.copy?.('k', 'k')
      assert.deepEqual(same, info)
      assert.deepEqual(await storage.head('k'), info)
      sameBytes(await read(storage, 'k'), pattern(300_000))
      await failsWith(Promise.resolve(storage.copy?.('none', 'none')), 'not_found')
    },
  },
  {
    id: 'S61',
    title: 'a copy that is cut off loses neither source nor target',
    needs: ['copy'],
    async run({ storage }) {
      await storage.put('from', pattern(5_000_000))
      await storage.put('old', text('old'))
      for (const to of ['new', 'old']) {
        const control = new AbortController()
        const copying = Promise.resolve(storage.copy?.('from', to, { signal: control.signal }))
        setImmediate(() => control.abort())
        const done = await copying.then(
          () => true,
          error => !isStowageError(error, 'aborted'),
        )
        if (done) sameBytes(await read(storage, to), pattern(5_000_000))
        else if (to === 'new') await isAbsent(storage, 'new')
        else assert.equal(await readText(storage, 'old'), 'old')
        sameBytes(await read(storage, 'from'), pattern(5_000_000))
      }
    },
  },
]

async function copies({ storage, second }: RowContext): Promise<void> {
  const attributes = storage.capabilities.attributes ? { contentType: 'text/plain; charset=utf-8', cacheControl: 'no-store' } : {}
  const source = await storage.put('from', pattern(3_000_000), attributes)
  const copied = await storage.copy?.('from', 'deep/to')
  assert.deepEqual(await second.head('deep/to'), copied)
  assert.equal(copied?.contentType, source.contentType)
  assert.equal(copied?.cacheControl, source.cacheControl)
  await storage.put('from', text('changed'))
  sameBytes(await read(storage, 'deep/to'), pattern(3_000_000), 'after the source was overwritten')
  await storage.delete(['from'])
  sameBytes(await read(storage, 'deep/to'), pattern(3_000_000), 'after the source was deleted')
  await failsWith(Promise.resolve(storage.copy?.('from', 'x')), 'not_found')
  await isAbsent(storage, 'x')
  await storage.put('from', text('again'))
  await failsWith(Promise.resolve(storage.copy?.('from', 'x', { ifMatch: source.etag })), 'precondition_failed')
  if (storage.capabilities.createOnly) {
    await failsWith(Promise.resolve(storage.copy?.('from', 'deep/to', { createOnly: true })), 'already_exists')
    sameBytes(await read(storage, 'deep/to'), pattern(3_000_000), 'after a create-only copy lost')
  }
  await storage.copy?.('from', 'deep/to')
  assert.equal(await readText(storage, 'deep/to'), 'again')
}
