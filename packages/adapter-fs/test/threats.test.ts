import { execFileSync } from 'node:child_process'
import { link, lstat, mkdir, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isStowageError } from '@stowage/core/contracts'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type FsStorage, fsStorage } from '../src/index.ts'
import { openBelow, type TemporaryRoot, temporaryRoot } from './temporary-root.ts'

let place: TemporaryRoot
let storage: FsStorage
let outside: string
const bytes = Buffer.from('bytes')

beforeEach(async () => {
  place = await temporaryRoot()
  storage = fsStorage({ root: place.root })
  await storage.open()
  outside = join(place.folder, 'outside')
  await mkdir(join(outside, 'inner'), { recursive: true })
  for (const folder of ['', 'inner']) await writeFile(join(outside, folder, 'canary'), 'alive')
})
afterEach(async () => {
  await storage.close()
  expect((await readdir(place.folder)).filter(name => !name.startsWith('moved'))).toEqual(['outside', 'root'])
  expect((await readdir(outside, { recursive: true })).sort()).toEqual(['canary', 'inner', 'inner/canary'])
  for (const folder of ['', 'inner']) {
    expect(await readFile(join(outside, folder, 'canary'), 'utf8')).toBe('alive')
    expect((await lstat(join(outside, folder, 'canary'))).nlink).toBe(1)
  }
  expect(await openBelow(place.folder)).toBe(0)
  await place.remove()
})

async function read(key: string): Promise<string> {
  const chunks: Uint8Array[] = []
  for await (const chunk of (await storage.get(key)).body) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

/** Every method that takes a key, with what each must reject. */
const operations: readonly (readonly [name: string, run: (key: string) => Promise<unknown>])[] = [
  ['put', key => storage.put(key, bytes)],
  ['put createOnly', key => storage.put(key, bytes, { createOnly: true })],
  ['get', key => storage.get(key)],
  ['head', key => storage.head(key)],
  ['localFile', key => storage.localFile(key)],
  ['copy from', key => storage.copy(key, 'copied')],
  ['copy to', key => storage.copy('source', key)],
  ['multipart', key => storage.multipart.create(key)],
  [
    'delete',
    async key => {
      const [result] = await storage.delete([key])
      if (result?.error) throw result.error
    },
  ],
]

describe('threat 26: keys that name something else', () => {
  const hostile = [
    '',
    '.',
    '..',
    '/',
    '//',
    '../outside/canary',
    '../../outside/canary',
    'a/../../outside/canary',
    'a/..',
    './a',
    'a/./b',
    '/etc/passwd',
    'a//b',
    'a/',
    '/a',
    'a\0b',
    '\0',
    '../outside/canary\0.txt',
    'a\nb',
    'a\x7fb',
    '\ud800',
    '.stowage',
    '.stowage/marker',
    '.STOWAGE/marker',
    '.stowage/uploads/x',
    'lost+found/x',
    'x'.repeat(256),
    `${'x/'.repeat(600)}x`,
  ]

  test('are refused by every operation, and nothing is made', async () => {
    await storage.put('source', bytes)
    for (const key of hostile) {
      for (const [name, run] of operations) {
        await expect(run(key), `${name} ${JSON.stringify(key)}`).rejects.toMatchObject({ code: 'invalid_key' })
      }
    }
    expect((await storage.list()).objects.map(({ key }) => key)).toEqual(['source'])
    expect(await place.leftovers()).toEqual([])
  })

  test('in one list of deletions spare the others, and are said to be refused', async () => {
    for (const key of ['a', 'b']) await storage.put(key, bytes)
    const settled = await storage.delete(['a', '../outside/canary', 'b']).then(
      results => results.map(({ error }) => (isStowageError(error) ? error.code : null)),
      error => [error.code],
    )
    expect([[null, 'invalid_key', null], ['invalid_key']]).toContainEqual(settled)
  })

  test('of any shape stay below the root, or are refused', async () => {
    const segment = fc.oneof(
      fc.constantFrom(
        '..',
        '.',
        '',
        '...',
        '..\\',
        'C:',
        'C:\\',
        '%2e%2e',
        '\u2025',
        '\uff0e\uff0e',
        '~',
        '-rf',
        'canary',
        'outside',
      ),
      fc.string({ unit: 'binary', maxLength: 6 }),
    )
    const key = fc.array(segment, { minLength: 1, maxLength: 5 }).map(segments => segments.join('/'))
    await fc.assert(
      fc.asyncProperty(key, async given => {
        const refused = await storage.put(given, Buffer.from(given)).then(
          () => null,
          error => error.code,
        )
        if (refused !== null) {
          expect(refused).toBe('invalid_key')
          return
        }
        expect(given.split('/').every(name => !['', '.', '..'].includes(name))).toBe(true)
        expect(await readFile(join(place.root, given), 'utf8')).toBe(Buffer.from(given).toString())
        expect(await read(given)).toBe(Buffer.from(given).toString())
        expect(await storage.delete([given])).toEqual([{ key: given }])
      }),
      { numRuns: 100, seed: 26 },
    )
    expect((await storage.list()).objects).toEqual([])
    expect((await readdir(place.root)).sort()).toEqual(['.stowage'])
  })

  test('as prefixes and cursors of a list show nothing from outside', async () => {
    await storage.put('source', bytes)
    for (const prefix of ['../', '..', '/', '../outside/', '.stowage/', '.', './', 'a/../', '/etc/', '\0']) {
      const keys = await storage.list({ prefix }).then(
        ({ objects }) => objects.map(({ key }) => key),
        error => error.code,
      )
      expect([[], 'invalid_key', 'invalid_request']).toContainEqual(keys)
    }
    for (const cursor of [
      '../../outside',
      '',
      '\0',
      'x'.repeat(10_000),
      Buffer.from('../outside/canary').toString('base64url'),
    ]) {
      const keys = await storage.list({ cursor }).then(
        ({ objects }) => objects.map(({ key }) => key),
        error => error.code,
      )
      expect([['source'], [], 'invalid_cursor', 'invalid_request']).toContainEqual(keys)
    }
  })
})

/** An upload in parts lies elsewhere until it is completed. */
const onPaths = operations.filter(([name]) => name !== 'multipart')
const KEY = 'one/two/three/object'
const LEVELS = ['one', 'one/two', 'one/two/three']
const refused = { code: 'unavailable', retryable: false }

describe('threat 27: links put in the place of folders and objects', () => {
  describe.each(LEVELS)('a folder exchanged for a symbolic link, at %s', level => {
    const target = () => (level === LEVELS.at(-1) ? outside : join(outside, 'inner'))

    async function exchange(): Promise<void> {
      await storage.put(KEY, bytes)
      await storage.put('source', bytes)
      await rename(join(place.root, level), join(place.folder, 'moved'))
      await symlink(target(), join(place.root, level))
    }

    test.each(onPaths)('is refused by %s', async (name, run) => {
      await exchange()
      // As deep as before, and with a file there that an attacker would like to reach.
      for (const key of [KEY, `${level}/canary`, `${level}/new`, `${level}/inner/canary`, `${level}/inner/deep/new`]) {
        await expect(run(key), `${name} ${key}`).rejects.toMatchObject(refused)
      }
      expect(await readdir(join(place.folder, 'moved'), { recursive: true })).toContain(KEY.slice(level.length + 1))
    })

    test('is not listed through', async () => {
      await exchange()
      expect((await storage.list()).objects.map(({ key }) => key)).toEqual(['source'])
      await expect(storage.list({ prefix: `${level}/` })).rejects.toMatchObject(refused)
    })

    test('is noticed while a put waits for bytes', async () => {
      await storage.put(KEY, bytes)
      async function* swapping() {
        yield Buffer.alloc(100_000)
        await rename(join(place.root, level), join(place.folder, 'moved'))
        await symlink(target(), join(place.root, level))
        yield Buffer.alloc(100_000)
      }
      // It was opened before: either it is refused, or it lies in the folder that was moved away.
      await storage.put(`${level}/canary`, swapping()).catch(error => expect(error).toMatchObject(refused))
    })
  })

  test('a link in the place of the object itself is not followed, whatever it leads to', async () => {
    const targets = [
      join(outside, 'canary'),
      outside,
      '/etc/passwd',
      join(outside, 'missing'),
      'loop',
      '/dev/zero',
      '../../outside/canary',
    ]
    for (const target of targets) {
      const path = join(place.root, 'loop')
      await symlink(target, path)
      await expect(storage.get('loop')).rejects.toMatchObject(refused)
      await expect(storage.localFile('loop')).rejects.toMatchObject(refused)
      await expect(storage.head('loop')).rejects.toMatchObject(refused)
      await expect(storage.copy('loop', 'copied')).rejects.toMatchObject(refused)
      await expect(storage.put('loop', bytes, { createOnly: true })).rejects.toMatchObject({ code: 'already_exists' })
      expect((await storage.list()).objects).toEqual([])
      await storage.put('loop', bytes)
      expect((await lstat(path)).isFile()).toBe(true)
      await rm(path)
      await symlink(target, path)
      expect(await storage.delete(['loop'])).toEqual([{ key: 'loop' }])
      await expect(lstat(path)).rejects.toMatchObject({ code: 'ENOENT' })
    }
  })

  test('a hard link to a file outside is never written through, by no operation', async () => {
    const path = join(place.root, 'one', 'k')
    await storage.put('one/other', bytes)
    const relink = async () => {
      await rm(path, { force: true })
      await link(join(outside, 'canary'), path)
    }
    await relink()
    await storage.put('one/k', bytes)
    expect(await read('one/k')).toBe('bytes')
    await relink()
    await storage.copy('one/other', 'one/k')
    await relink()
    await expect(storage.put('one/k', bytes, { createOnly: true })).rejects.toMatchObject({ code: 'already_exists' })
    await storage.delete(['one/k'])
    await relink()
    const upload = await storage.multipart.create('one/k')
    const named = { ...upload, key: 'one/k' }
    const part = await storage.multipart.putPart({ ...named, partNumber: 1 }, bytes)
    await storage.multipart.complete(named, [{ partNumber: 1, etag: part.etag }])
    expect(await read('one/k')).toBe('bytes')
    await storage.delete(['one/k'])
  })

  test('a temporary file that others link is published as it is, and the link leads nowhere later', async () => {
    const [work = ''] = (await readdir(join(place.root, '.stowage'))).filter(name => name.startsWith('tmp-'))
    async function* stealing() {
      yield Buffer.from('first ')
      for (const name of await readdir(join(place.root, '.stowage', work))) {
        await link(join(place.root, '.stowage', work, name), join(place.folder, 'moved'))
      }
      yield Buffer.from('second')
    }
    await storage.put('k', stealing())
    await storage.put('k', bytes)
    expect(await read('k')).toBe('bytes')
    await rm(join(place.folder, 'moved'), { force: true })
  })

  test('a pipe or a socket in the place of an object or a folder hangs nothing', async () => {
    execFileSync('mkfifo', [join(place.root, 'pipe')])
    for (const key of ['pipe', 'pipe/below']) {
      await expect(storage.get(key)).rejects.toMatchObject({ code: expect.stringMatching(/^(not_found|unavailable)$/) })
      expect(await storage.head(key).catch(error => error.code)).toSatisfy(answer => answer === null || answer === 'unavailable')
    }
    await expect(storage.put('pipe/below', bytes)).rejects.toMatchObject({
      code: expect.stringMatching(/^(conflict|unavailable)$/),
    })
    await storage.put('pipe', bytes)
    expect(await read('pipe')).toBe('bytes')
  })
})

describe('threat 28: keys and prefixes that look like patterns', () => {
  const keys = [
    '*',
    '[a]',
    'a',
    'abc',
    'ab/c',
    'a*',
    'a?',
    '{a,b}',
    '\\*',
    '%',
    '_',
    '!(a)',
    '-rf',
    '$(rm -rf .)',
    '**/x',
    '^a',
    'a|b',
  ]
  const missing = ['b*', '[b]', 'ab', 'abcd', 'a/*', '***', '?', '.*', 'a[', 'ab*', '*/x']
  const left = async () => (await storage.list()).objects.map(({ key }) => key)

  test('are read as they are written: by prefix, by key, and where nothing is there', async () => {
    await Promise.all(keys.map(key => storage.put(key, Buffer.from(key))))
    const before = await left()
    expect(before.toSorted()).toEqual(keys.toSorted())
    for (const prefix of [...keys, ...missing, 'ab/']) {
      const found = (await storage.list({ prefix })).objects.map(({ key }) => key)
      expect([prefix, found]).toEqual([prefix, before.filter(key => key.startsWith(prefix))])
    }
    expect((await storage.delete(missing)).map(({ key }) => key)).toEqual(missing)
    expect(await left()).toEqual(before)
    for (const [index, key] of before.entries()) {
      expect(await storage.delete([key])).toEqual([{ key }])
      expect(await left()).toEqual(before.slice(index + 1))
    }
  })
})
