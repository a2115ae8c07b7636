import assert from 'node:assert/strict'
import { isStowageError } from '@stowage/core/contracts'
import type { Row, RowContext } from '../harness.ts'
import { failsWith, isAbsent, keysOf, pattern, read, readText, sameBytes, text } from '../tools.ts'

/** Puts, reads, lists and deletes each key, all of them there at once; every one is itself and no other. */
async function livesWith({ storage }: RowContext, keys: readonly string[]): Promise<void> {
  for (const key of keys) await storage.put(key, text(`bytes of ${key}`))
  for (const key of keys) {
    assert.equal(await readText(storage, key), `bytes of ${key}`)
    assert.equal((await storage.head(key))?.key, key)
    assert.deepEqual(await keysOf(storage, key).then(found => found.includes(key)), true, `${key} is listed by its own prefix`)
  }
  assert.deepEqual((await keysOf(storage)).sort(), [...keys].sort())
  for (const [index, key] of keys.entries()) {
    assert.deepEqual(await storage.delete([key]), [{ key }])
    assert.equal(await storage.head(key), null)
    assert.equal((await keysOf(storage)).length, keys.length - index - 1)
  }
}

/** Each key either works exactly, or is refused by every operation; nothing in between. */
async function exactOrRefused(context: RowContext, keys: readonly string[]): Promise<void> {
  for (const key of keys) {
    const refused = await context.storage.put(key, text('x')).then(
      () => false,
      error => {
        assert.ok(isStowageError(error, 'invalid_key'), `${JSON.stringify(key)}: ${error}`)
        return true
      },
    )
    if (refused) await refusedEverywhere(context, key)
    else {
      assert.deepEqual(await keysOf(context.storage), [key])
      assert.equal(await readText(context.storage, key), 'x')
      await context.storage.delete([key])
    }
  }
}

async function refusedEverywhere({ storage }: RowContext, key: string): Promise<void> {
  await failsWith(storage.put(key, text('x')), 'invalid_key')
  await failsWith(storage.get(key), 'invalid_key')
  await failsWith(storage.head(key), 'invalid_key')
  const [result] = await storage.delete([key])
  assert.ok(isStowageError(result?.error, 'invalid_key'), `delete of ${JSON.stringify(key)}`)
  if (storage.copy) {
    await storage.put('source', text('source'))
    await failsWith(storage.copy('source', key), 'invalid_key')
    await failsWith(storage.copy(key, 'target'), 'invalid_key')
    await storage.delete(['source'])
  }
  if (storage.multipart) await failsWith(storage.multipart.create(key), 'invalid_key')
  assert.deepEqual(await keysOf(storage), [])
}

export const keyRows: readonly Row[] = [
  {
    id: 'S1',
    title: 'plain keys work in every operation',
    run: context => livesWith(context, ['a', 'photo.jpg', '2026/01/photo.jpg', 'A-b_c.d~e', '0/1/2/3/4/5/6/7']),
  },
  {
    id: 'S2',
    title: 'composed and decomposed letters are two keys',
    async run(context) {
      const keys = ['caf\u00e9.txt', 'cafe\u0301.txt']
      await refusedOr(context, keys, () => livesWith(context, keys))
    },
  },
  {
    id: 'S3',
    title: 'letters beyond the basic plane, right to left, combining',
    run: context => livesWith(context, ['🦄.png', '\u{20000}', 'שלום/مرحبا', 'x\u0328y\u0301z', '👩‍👩‍👧']),
  },
  {
    id: 'S4',
    title: 'spaces at either end are kept',
    run: context => livesWith(context, [' a', 'a ', 'a', ' ', 'b/ c /d']),
  },
  {
    id: 'S5',
    title: 'characters of URLs are plain characters',
    run: context => livesWith(context, ['100%', '%41', 'a+b', 'a b', 'a?b=c', 'a#b', 'a&b', 'a=b;c', 'a:b@c']),
  },
  {
    id: 'S6',
    title: 'quotes, brackets, stars and backslashes never match others',
    run: context => livesWith(context, ['*', '[a]', 'a', '?', '"q"', "'q'", '`q`', '{a,b}', 'a\\b', '<a>', '|', '$HOME', '~']),
  },
  {
    id: 'S7',
    title: 'dot segments are refused, and nothing outside is touched',
    async run(context) {
      const keys = ['..', '.', '../x', 'a/../../x', 'a/..', './a', 'a/./b', '../../../../../../tmp/stowage-escape', '/etc/passwd']
      for (const key of keys) await refusedEverywhere(context, key)
      await exactOrRefused(context, ['...', '..a', 'a..', '.hidden', 'a/.../b', '..\\x'])
    },
  },
  {
    id: 'S8',
    title: 'slashes at the ends or doubled are exact or refused',
    run: context => exactOrRefused(context, ['/a', '//a', 'a//b', 'a/', 'a//', '/']),
  },
  {
    id: 'S9',
    title: 'empty keys, control characters and lone surrogates are refused',
    async run(context) {
      for (const key of ['', 'a\0b', '\0', 'a\r\nb', 'a\nb', 'a\tb', 'a\u007fb', 'a\ud800b', '\udc00'])
        await refusedEverywhere(context, key)
    },
  },
  {
    id: 'S10',
    title: 'the longest key works, one byte more is refused',
    async run(context) {
      const { maxKeyBytes, maxKeySegmentBytes } = context.storage.capabilities
      const segment = `${'k'.repeat(Math.min(99, maxKeySegmentBytes))}/`
      const longest = segment.repeat(Math.ceil(maxKeyBytes / segment.length)).slice(0, maxKeyBytes - 1)
      const padded = `${longest.replace(/\/$/, 'k')}k`
      assert.equal(Buffer.byteLength(padded), maxKeyBytes)
      await livesWith(context, [padded])
      await refusedEverywhere(context, `${padded}k`)
    },
  },
  {
    id: 'S11',
    title: 'the longest segment works, one byte more is refused',
    async run(context) {
      const { maxKeySegmentBytes, maxKeyBytes } = context.storage.capabilities
      const longest = `${'é'.repeat(Math.floor((maxKeySegmentBytes - 1) / 2))}x`.padEnd(maxKeySegmentBytes, 'x')
      const exact = longest.slice(0, longest.length - (Buffer.byteLength(longest) - maxKeySegmentBytes))
      assert.equal(Buffer.byteLength(exact), maxKeySegmentBytes)
      await livesWith(context, maxKeySegmentBytes + 4 <= maxKeyBytes ? [exact, `d/${exact}`] : [exact])
      await refusedEverywhere(context, `${exact}x`)
    },
  },
  { id: 'S12', title: 'a key beside its own folder, and keys that differ in case', run: neighbours },
  {
    id: 'S13',
    title: 'names like escapes, temporary files and sidecars are plain or refused',
    async run(context) {
      const keys = [
        '%2e%2e',
        '%2F',
        '.tmp',
        'a.tmp',
        'a.meta.json',
        '.a.swp',
        'a~',
        '.stowage',
        '.stowage/marker',
        '.stowage/tmp/x',
      ]
      await exactOrRefused(context, [
        ...keys,
        '.STOWAGE/x',
        'lost+found',
        'tmp-1',
        'uploads',
        '__proto__',
        'constructor',
        'CON',
        'nul.txt',
      ])
      const data = pattern(10)
      await context.storage.put('x/.stowage/y', data)
      sameBytes(await read(context.storage, 'x/.stowage/y'), data)
    },
  },
]

/** For what file systems may fold: either `run` holds, or those keys are refused and nothing was merged. */
async function refusedOr({ storage }: RowContext, keys: readonly string[], run: () => Promise<void>): Promise<void> {
  const refusals = await Promise.all(
    keys.map(key =>
      storage.head(key).then(
        () => false,
        error => isStowageError(error, 'invalid_key'),
      ),
    ),
  )
  if (!refusals.includes(true)) await run()
}

async function neighbours(context: RowContext): Promise<void> {
  const { storage } = context
  if (storage.capabilities.keyMayBePrefix) await livesWith(context, ['a', 'a/b', 'a/b/c'])
  else {
    await storage.put('a', text('file'))
    await failsWith(storage.put('a/b', text('x')), 'conflict', 'invalid_key')
    await failsWith(storage.put('a/b/c', text('x'), { createOnly: true }), 'conflict', 'invalid_key')
    assert.equal(await readText(storage, 'a'), 'file')
    await isAbsent(storage, 'a/b')
    await storage.delete(['a/b'])
    assert.equal(await readText(storage, 'a'), 'file')
    await storage.delete(['a'])
    await storage.put('a/b', text('child'))
    await failsWith(storage.put('a', text('x')), 'conflict', 'invalid_key')
    await failsWith(storage.put('a', text('x'), { createOnly: true }), 'conflict', 'invalid_key')
    await isAbsent(storage, 'a')
    await storage.delete(['a'])
    assert.equal(await readText(storage, 'a/b'), 'child')
    await storage.delete(['a/b'])
    await storage.put('a', text('free again'))
    await storage.delete(['a'])
  }
  await refusedOr(context, ['Case', 'case'], () => livesWith(context, ['Case', 'case', 'CASE']))
}
