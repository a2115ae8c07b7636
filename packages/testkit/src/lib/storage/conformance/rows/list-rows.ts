import assert from 'node:assert/strict'
import type { StorageAdapter } from '@stowage/core/contracts'
import { gate } from '../../faults/fault.ts'
import type { Row, RowContext } from '../harness.ts'
import { failsWith, keysOf, pattern, text } from '../tools.ts'

async function fill(storage: StorageAdapter, keys: readonly string[]): Promise<void> {
  for (let i = 0; i < keys.length; i += 50) await Promise.all(keys.slice(i, i + 50).map(key => storage.put(key, text(key))))
}

const byBytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b))

export const listRows: readonly Row[] = [
  {
    id: 'S49',
    title: 'ascending UTF-8 byte order over whole keys, on every page size',
    async run({ storage }) {
      const keys = [
        'a!',
        'a-b',
        'a.b',
        'a/b',
        'a/b-c',
        'a/c/d',
        'a0',
        'aa',
        'b',
        'é',
        'z',
        'ﬀ',
        '\uffee',
        '\u{10000}',
        '🦄',
        'Z',
        '~',
      ]
      await fill(storage, keys)
      const sorted = [...keys].sort(byBytes)
      for (const limit of [1, 2, 3, 7, 1000]) assert.deepEqual(await keysOf(storage, '', limit), sorted, `pages of ${limit}`)
    },
  },
  {
    id: 'S50',
    title: 'one page, exactly one, one more, and over a thousand',
    async run({ storage }) {
      const keys = Array.from({ length: 1003 }, (_, i) => `n/${i % 7}/${String(i).padStart(5, '0')}`).sort(byBytes)
      await fill(storage, keys.slice(0, 10))
      assert.equal((await storage.list({ limit: 10 })).cursor, null, 'exactly one page has no cursor')
      assert.equal((await storage.list({ limit: 11 })).cursor, null)
      const first = await storage.list({ limit: 9 })
      assert.equal(first.objects.length, 9)
      const rest = await storage.list({ limit: 9, ...(first.cursor && { cursor: first.cursor }) })
      assert.deepEqual(
        rest.objects.map(({ key }) => key),
        [keys[9]],
      )
      assert.equal(rest.cursor, null)
      await fill(storage, keys.slice(10))
      assert.equal((await storage.list()).objects.length, 1000)
      assert.deepEqual(await keysOf(storage), keys)
      assert.deepEqual(await keysOf(storage, '', 100), keys)
      for (const limit of [0, -1, 1001, 1.5, Number.NaN]) await failsWith(storage.list({ limit }), 'invalid_request')
    },
  },
  {
    id: 'S51',
    title: 'what is there throughout is seen once, whatever comes and goes behind the cursor',
    async run({ storage }) {
      await fill(storage, ['b', 'd', 'f', 'h', 'j'])
      const first = await storage.list({ limit: 2 })
      assert.ok(first.cursor)
      const rest = async () => (await storage.list({ cursor: first.cursor ?? '' })).objects.map(({ key }) => key)
      await fill(storage, ['a', 'c', 'g'])
      assert.deepEqual(await rest(), ['f', 'g', 'h', 'j'], 'after some came')
      await storage.delete(['a', 'b', 'c', 'd'])
      assert.deepEqual(await rest(), ['f', 'g', 'h', 'j'], 'after more went')
    },
  },
  {
    id: 'S53',
    title: 'a prefix is a string, not a folder',
    async run({ storage }) {
      await fill(storage, ['ab', 'abc', 'abd/e', 'ac', 'b', 'x/y/z1', 'x/y/z2', 'x/yy', 'x-y', '[x]', '*'])
      assert.deepEqual(await keysOf(storage, 'ab'), ['ab', 'abc', 'abd/e'])
      assert.deepEqual(await keysOf(storage, 'abd'), ['abd/e'])
      assert.deepEqual(await keysOf(storage, 'abd/'), ['abd/e'])
      assert.deepEqual(await keysOf(storage, 'x'), ['x-y', 'x/y/z1', 'x/y/z2', 'x/yy'])
      assert.deepEqual(await keysOf(storage, 'x/'), ['x/y/z1', 'x/y/z2', 'x/yy'])
      assert.deepEqual(await keysOf(storage, 'x/y', 1), ['x/y/z1', 'x/y/z2', 'x/yy'])
      assert.deepEqual(await keysOf(storage, 'x/y/'), ['x/y/z1', 'x/y/z2'])
      assert.deepEqual(await keysOf(storage, '['), ['[x]'])
      assert.deepEqual(await keysOf(storage, '*'), ['*'])
      for (const none of ['A', 'q', 'x/y/z1/', 'x/y/z1x', '/', '../', 'a/../', 'x//', '.'])
        assert.deepEqual(await keysOf(storage, none), [])
    },
  },
  { id: 'S54', title: 'unfinished puts and multipart uploads are hidden', run: unfinishedHidden },
  {
    id: 'S55',
    title: 'a cursor of another prefix, or none at all, is refused',
    async run({ storage }) {
      await fill(storage, ['a1', 'a2', 'b1', 'b2'])
      const { cursor } = await storage.list({ prefix: 'a', limit: 1 })
      assert.ok(cursor)
      await failsWith(storage.list({ prefix: 'b', cursor }), 'invalid_cursor')
      await failsWith(storage.list({ cursor }), 'invalid_cursor')
      for (const forged of ['', 'a1', 'nonsense', `${cursor}x`, cursor.slice(1), 'x'.repeat(10_000)]) {
        await failsWith(storage.list({ prefix: 'a', cursor: forged }), 'invalid_cursor')
      }
    },
  },
]

async function unfinishedHidden({ storage, second, partBytes }: RowContext): Promise<void> {
  const door = gate()
  const body = async function* (): AsyncGenerator<Uint8Array, void> {
    yield pattern(2_000_000)
    await door.wait()
  }
  const putting = storage.put('half', body())
  await door.reached
  const multipart = storage.multipart
  const upload = await multipart?.create('parts')
  if (multipart && upload) await multipart.putPart({ key: 'parts', ...upload, partNumber: 1 }, pattern(partBytes))
  for (const adapter of [storage, second]) assert.deepEqual(await keysOf(adapter), [])
  assert.equal(await second.head('parts'), null)
  door.open()
  await putting
  if (multipart && upload) await multipart.abort('parts', upload.uploadId)
  assert.deepEqual(await keysOf(second), ['half'])
}
