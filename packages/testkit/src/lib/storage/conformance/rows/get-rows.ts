import assert from 'node:assert/strict'
import { gzipSync } from 'node:zlib'
import { type ByteRange, isStowageError } from '@stowage/core/contracts'
import type { Row, RowContext } from '../harness.ts'
import { bytesOf, chunksOf, failsWith, needsOf, pattern, read, sameBytes, text } from '../tools.ts'

const MIB = 1024 * 1024

export const getRows: readonly Row[] = [
  {
    id: 'S30',
    title: 'exact bytes, and chunks that stay as they were',
    async run({ storage, second }) {
      for (const size of [1, 65_535, 65_536, 65_537, 3 * MIB + 17]) {
        const bytes = pattern(size, size)
        await storage.put('k', bytes)
        const { body, info, range } = await second.get('k')
        assert.equal(info.sizeBytes, size)
        assert.equal(range, null)
        const chunks: Uint8Array[] = []
        for await (const chunk of body) chunks.push(chunk)
        sameBytes(Buffer.concat(chunks), bytes, `${size} bytes`)
        for (const chunk of chunks) chunk.fill(0)
        sameBytes(await read(storage, 'k'), bytes, 'after a reader wrote into its chunks')
      }
    },
  },
  {
    id: 'S31',
    title: 'a missing object is not_found before any stream, and names the key',
    async run({ storage }) {
      for (const key of ['missing', 'a/missing', 'missing/a/b']) {
        await assert.rejects(storage.get(key), error => isStowageError(error, 'not_found') && error.message.includes(key))
        assert.equal(await storage.head(key), null)
      }
    },
  },
  { id: 'S32', title: 'first, last, open and suffix ranges', run: ranges },
  {
    id: 'S33',
    title: 'a suffix longer than the object is all of it; a suffix of nothing is refused',
    async run({ storage }) {
      await storage.put('k', text('0123456789'))
      assert.equal((await bytesOf(await storage.get('k', { range: { suffix: 11 } }))).toString(), '0123456789')
      assert.equal(
        (await bytesOf(await storage.get('k', { range: { suffix: Number.MAX_SAFE_INTEGER } }))).toString(),
        '0123456789',
      )
      await failsWith(storage.get('k', { range: { suffix: 0 } }), 'range_not_satisfiable', 'invalid_request')
    },
  },
  {
    id: 'S34',
    title: 'a start at or behind the end is refused with the size; an end behind it is cut',
    async run({ storage }) {
      await storage.put('k', text('0123456789'))
      for (const start of [10, 11, Number.MAX_SAFE_INTEGER]) {
        for (const range of [{ start }, { start, end: Number.MAX_SAFE_INTEGER }]) {
          await assert.rejects(storage.get('k', { range }), error => {
            return isStowageError(error, 'range_not_satisfiable') && error.details.sizeBytes === 10
          })
        }
      }
      const cut = await storage.get('k', { range: { start: 8, end: Number.MAX_SAFE_INTEGER } })
      assert.deepEqual(cut.range, { start: 8, end: 9 })
      assert.equal((await bytesOf(cut)).toString(), '89')
    },
  },
  {
    id: 'S35',
    title: 'no range of an empty object can be satisfied',
    async run({ storage }) {
      await storage.put('empty', new Uint8Array(0))
      for (const range of [{ start: 0 }, { start: 0, end: 0 }, { suffix: 1 }]) {
        await failsWith(storage.get('empty', { range }), 'range_not_satisfiable')
      }
    },
  },
  {
    id: 'S36',
    title: 'offsets that are no offsets are refused',
    async run({ storage }) {
      await storage.put('k', text('0123456789'))
      const bad: ByteRange[] = [-1, Number.NaN, 1.5, Number.POSITIVE_INFINITY, Number.MAX_SAFE_INTEGER + 1].flatMap(value => [
        { start: value },
        { start: 0, end: value },
        { suffix: value },
      ])
      for (const range of [...bad, { start: 5, end: 4 }]) {
        await failsWith(storage.get('k', { range }), 'invalid_request', 'range_not_satisfiable')
      }
    },
  },
  { id: 'S37', title: 'reading that ends early frees everything', skip: needsOf('openResources'), run: earlyEnds },
  { id: 'S38', title: 'an overwrite or delete during a slow read never mixes', run: overwriteDuringRead },
  {
    id: 'S39',
    title: 'an object that became shorter ends the read with an error',
    skip: needsOf('damage'),
    async run({ storage, damage }) {
      await storage.put('k', pattern(8 * MIB))
      const { body } = await storage.get('k')
      const iterator = body[Symbol.asyncIterator]()
      await iterator.next()
      await damage?.('k', 100)
      await assert.rejects(async () => {
        for (;;) if ((await iterator.next()).done) return
      }, isStowageError)
    },
  },
  {
    id: 'S40',
    title: 'a conditional read',
    async run({ storage }) {
      const old = await storage.put('k', text('old'))
      assert.equal((await bytesOf(await storage.get('k', { ifMatch: old.etag }))).toString(), 'old')
      const info = await storage.put('k', text('new'))
      await failsWith(storage.get('k', { ifMatch: old.etag }), 'precondition_failed')
      const part = await storage.get('k', { ifMatch: info.etag, range: { start: 1 } })
      assert.equal((await bytesOf(part)).toString(), 'ew')
      await failsWith(storage.get('none', { ifMatch: info.etag }), 'not_found', 'precondition_failed')
    },
  },
  {
    id: 'S41',
    title: 'gzip-encoded bytes are left alone',
    async run({ storage, fetch: send }) {
      const zipped = gzipSync(text('the same words again and again '.repeat(5000)))
      const { attributes } = storage.capabilities
      for (const [key, contentType] of [
        ['k.gz', 'application/gzip'],
        ['page.html.gz', 'text/html'],
        ['page.html', 'text/html; charset=utf-8'],
      ] as const) {
        const info = await storage.put(key, chunksOf(zipped, 100), attributes ? { contentType } : {})
        assert.equal(info.sizeBytes, zipped.byteLength)
        sameBytes(await read(storage, key), zipped)
        sameBytes(await bytesOf(await storage.get(key, { range: { start: 10, end: 99 } })), zipped.subarray(10, 100))
        if (!storage.presignGet || !send) continue
        const { url, headers } = await storage.presignGet(key, { expiresInSeconds: 60 })
        sameBytes(Buffer.from(await (await send(url, { headers })).arrayBuffer()), zipped, 'by a signed URL')
      }
    },
  },
]

async function ranges({ storage }: RowContext): Promise<void> {
  const size = 2 * MIB + 5
  const bytes = pattern(size)
  await storage.put('k', bytes)
  const cases: readonly (readonly [ByteRange, number, number])[] = [
    [{ start: 0, end: 0 }, 0, 0],
    [{ start: 0 }, 0, size - 1],
    [{ start: size - 1 }, size - 1, size - 1],
    [{ start: size - 1, end: size - 1 }, size - 1, size - 1],
    [{ start: 1, end: size - 2 }, 1, size - 2],
    [{ start: MIB - 1, end: MIB + 1 }, MIB - 1, MIB + 1],
    [{ start: MIB }, MIB, size - 1],
    [{ suffix: 1 }, size - 1, size - 1],
    [{ suffix: MIB }, size - MIB, size - 1],
    [{ suffix: size }, 0, size - 1],
  ]
  for (const [range, start, end] of cases) {
    const content = await storage.get('k', { range })
    assert.deepEqual(content.range, { start, end }, JSON.stringify(range))
    assert.equal(content.info.sizeBytes, size)
    sameBytes(await bytesOf(content), bytes.subarray(start, end + 1), JSON.stringify(range))
  }
}

async function earlyEnds({ storage, openResources }: RowContext): Promise<void> {
  await storage.put('k', pattern(4 * MIB))
  await read(storage, 'k')
  const before = await openResources?.()
  for (let i = 0; i < 20; i += 1) {
    for await (const _ of (await storage.get('k')).body) break
    await (await storage.get('k')).body[Symbol.asyncIterator]().return?.()
    const control = new AbortController()
    const { body } = await storage.get('k', { signal: control.signal })
    await failsWith(
      (async () => {
        for await (const _ of body) control.abort()
      })(),
      'aborted',
    )
    await failsWith(storage.get('k', { range: { start: 5 * MIB } }), 'range_not_satisfiable')
    await failsWith(storage.get('k', { ifMatch: '"no"' }), 'precondition_failed')
  }
  assert.equal(await openResources?.(), before, 'descriptors or sockets in use')
}

async function overwriteDuringRead({ storage, second }: RowContext): Promise<void> {
  const old = pattern(6 * MIB, 1)
  for (const change of [() => second.put('k', pattern(6 * MIB, 2)), () => second.delete(['k'])]) {
    await storage.put('k', old)
    const { body } = await storage.get('k')
    const chunks: Uint8Array[] = []
    const broken = await (async () => {
      for await (const chunk of body) {
        if (chunks.length === 0) await change()
        chunks.push(chunk)
      }
    })().then(
      () => false,
      error => isStowageError(error),
    )
    const got = Buffer.concat(chunks)
    assert.ok(broken || got.byteLength === old.byteLength, 'the read is whole, or fails')
    sameBytes(got, old.subarray(0, got.byteLength), 'what was read is of the old object')
  }
}
