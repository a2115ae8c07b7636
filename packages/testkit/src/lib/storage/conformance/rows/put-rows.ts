import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import type { StorageBody } from '@stowage/core/contracts'
import { type Gate, gate } from '../../faults/fault.ts'
import type { Row, RowContext } from '../harness.ts'
import { HeldMemory } from '../held-memory.ts'
import {
  bytesOf,
  chunksOf,
  failsWith,
  foundAs,
  headOf,
  isAbsent,
  keysOf,
  listed,
  pattern,
  read,
  readText,
  sameBytes,
  sha256,
  text,
} from '../tools.ts'

const MIB = 1024 * 1024
const CHUNK_BYTES = MIB / 4
const LARGE_BYTES = 128 * MIB
const MOST_HELD_BYTES = LARGE_BYTES / 2

export const putRows: readonly Row[] = [
  {
    id: 'S14',
    title: 'an empty object',
    async run({ storage }) {
      for (const body of [new Uint8Array(0), chunksOf(new Uint8Array(0), 1)]) {
        const info = await storage.put('empty', body, {
          sizeBytes: 0,
          checksum: { algorithm: 'sha256', value: sha256(new Uint8Array(0)) },
        })
        assert.equal(info.sizeBytes, 0)
        assert.equal((await storage.head('empty'))?.sizeBytes, 0)
        assert.equal((await read(storage, 'empty')).byteLength, 0)
      }
    },
  },
  {
    id: 'S15',
    title: 'sizes around every boundary',
    async run({ storage, partBytes }) {
      const edges = [1, partBytes, 2 * partBytes, 64 * 1024, MIB, 2 * MIB]
      for (const size of new Set(edges.flatMap(edge => [edge - 1, edge, edge + 1]))) {
        const bytes = pattern(size, size)
        await storage.put('sized', chunksOf(bytes, 60_000))
        sameBytes(await read(storage, 'sized'), bytes, `${size} bytes`)
      }
    },
  },
  { id: 'S16', title: 'buffers, web and Node streams, iterables, known and unknown length', run: bodies },
  {
    id: 'S17',
    title: 'an object larger than memory allows is written and read as it comes',
    skip: fixture => fixture.unboundedMemory ?? null,
    run: boundedMemory,
  },
  { id: 'S22', title: 'nothing is visible before the put resolves', run: invisibleUntilDone },
  {
    id: 'S23',
    title: 'an overwrite replaces the attributes wholly',
    needs: ['attributes'],
    async run({ storage }) {
      await storage.put('k', text('1'), { contentType: 'text/plain', cacheControl: 'no-store', contentDisposition: 'attachment' })
      await storage.put('k', text('2'), { contentType: 'text/html' })
      const info = await storage.head('k')
      assert.equal(info?.contentType, 'text/html')
      assert.equal(info?.cacheControl, undefined)
      assert.equal(info?.contentDisposition, undefined)
    },
  },
  {
    id: 'S24',
    title: 'racing overwrites leave one of them whole',
    async run({ storage, second }) {
      const bodies = Array.from({ length: 8 }, (_, i) => pattern(150_000 + i, i))
      const infos = await Promise.all(
        bodies.map((body, i) => (i % 2 ? storage : second).put('k', chunksOf(body, 40_000), { sizeBytes: body.byteLength })),
      )
      const head = await storage.head('k')
      const winner = infos.findIndex(({ etag }) => etag === head?.etag)
      assert.ok(winner >= 0, 'the object is that of one writer')
      sameBytes(await read(second, 'k'), bodies[winner] ?? new Uint8Array(0))
    },
  },
  {
    id: 'S25',
    title: 'of many that create a key, one wins',
    needs: ['createOnly'],
    run: createOnlyRace,
  },
  {
    id: 'S26',
    title: 'who loses a create changes nothing',
    needs: ['createOnly'],
    async run({ storage, second }) {
      await storage.put('k', text('first'), { createOnly: true })
      const before = await headOf(storage, 'k')
      await failsWith(second.put('k', text('other'), { createOnly: true }), 'already_exists')
      await failsWith(second.put('k', chunksOf(pattern(300_000), 50_000), { createOnly: true }), 'already_exists')
      assert.deepEqual(await storage.head('k'), before)
      assert.equal(await readText(storage, 'k'), 'first')
    },
  },
  {
    id: 'S27',
    title: 'an overwrite with a stale ETag fails',
    needs: ['conditionalPut'],
    async run({ storage, second }) {
      const first = await storage.put('k', text('1'))
      const next = await second.put('k', text('22'), { ifMatch: first.etag })
      await failsWith(storage.put('k', text('333'), { ifMatch: first.etag }), 'precondition_failed')
      await failsWith(storage.put('none', text('x'), { ifMatch: first.etag }), 'precondition_failed')
      assert.equal((await storage.head('k'))?.etag, next.etag)
      await isAbsent(storage, 'none')
    },
  },
  {
    id: 'S28',
    title: 'put, head, get and list say the same',
    async run({ storage, second }) {
      for (const bytes of [text('12345'), pattern(300_000)]) {
        const info = await storage.put('k', chunksOf(bytes, 50_000))
        assert.equal(info.key, 'k')
        assert.equal(info.sizeBytes, bytes.byteLength)
        assert.ok(info.lastModified instanceof Date && !Number.isNaN(info.lastModified.getTime()))
        const found = await storage.head('k')
        foundAs(info, found)
        assert.deepEqual(await second.head('k'), found)
        assert.deepEqual((await second.list()).objects.map(listed), [listed(found ?? info)])
        const part = await second.get('k', { range: { start: 1, end: 2 } })
        sameBytes(await bytesOf(part), bytes.subarray(1, 3))
        assert.deepEqual(part.info, found)
      }
    },
  },
]

async function bodies({ storage }: RowContext): Promise<void> {
  const bytes = pattern(200_001, 7)
  const kinds: readonly (readonly [string, () => StorageBody])[] = [
    ['Uint8Array', () => new Uint8Array(bytes)],
    ['Buffer', () => Buffer.from(bytes)],
    ['a view into a larger buffer', () => Buffer.concat([Buffer.alloc(7), bytes, Buffer.alloc(7)]).subarray(7, -7)],
    ['async generator', () => chunksOf(bytes, 33_333)],
    ['one byte at a time, and empty chunks', () => dribble(bytes.subarray(0, 3000))],
    ['Node Readable', () => Readable.from(chunksOf(bytes, 16_384))],
    ['web ReadableStream', () => new Blob([Uint8Array.from(bytes)]).stream() as unknown as AsyncIterable<Uint8Array>],
  ]
  for (const [name, make] of kinds) {
    const expected = name.startsWith('one byte') ? bytes.subarray(0, 3000) : bytes
    for (const options of [{}, { sizeBytes: expected.byteLength }]) {
      const info = await storage.put('k', make(), options)
      assert.equal(info.sizeBytes, expected.byteLength, name)
      sameBytes(await read(storage, 'k'), expected, name)
    }
  }
}

async function* dribble(bytes: Uint8Array): AsyncGenerator<Uint8Array, void> {
  for (let i = 0; i < bytes.byteLength; i += 1) {
    yield new Uint8Array(0)
    yield bytes.subarray(i, i + 1)
  }
}

async function boundedMemory({ storage }: RowContext): Promise<void> {
  const memory = new HeldMemory(MOST_HELD_BYTES)
  const body = async function* (): AsyncGenerator<Uint8Array, void> {
    for (let i = 0; i < LARGE_BYTES / CHUNK_BYTES; i += 1) {
      yield Buffer.allocUnsafeSlow(CHUNK_BYTES).fill(i)
      memory.look()
    }
  }
  await storage.put('large', body())
  memory.assertBounded(`while ${LARGE_BYTES} bytes were written`)
  assert.equal((await storage.head('large'))?.sizeBytes, LARGE_BYTES)
  let sizeBytes = 0
  for await (const chunk of (await storage.get('large')).body) {
    sizeBytes += chunk.byteLength
    memory.look()
  }
  memory.assertBounded(`while ${LARGE_BYTES} bytes were read`)
  assert.equal(sizeBytes, LARGE_BYTES)
}

async function* halfThen(door: Gate): AsyncGenerator<Uint8Array, void> {
  yield pattern(1_500_000)
  await door.wait()
  yield pattern(10)
}

async function invisibleUntilDone(context: RowContext): Promise<void> {
  const { storage, second } = context
  for (const key of ['new', 'folder/new']) {
    const door = gate()
    const putting = storage.put(key, halfThen(door))
    await door.reached
    await isAbsent(second, key)
    assert.deepEqual(await keysOf(second), [])
    door.open()
    await putting
    assert.deepEqual(await keysOf(second), [key])
    await storage.delete([key])
  }
  await storage.put('k', text('old'))
  const before = await headOf(storage, 'k')
  const door = gate()
  const putting = storage.put('k', halfThen(door))
  await door.reached
  assert.deepEqual(await second.head('k'), before)
  assert.equal(await readText(second, 'k'), 'old')
  door.open()
  foundAs(await putting, await second.head('k'))
}

async function createOnlyRace({ storage, second }: RowContext): Promise<void> {
  for (const key of ['k', 'deep/folder/k']) {
    const outcomes = await Promise.allSettled(
      Array.from({ length: 16 }, (_, i) => (i % 2 ? storage : second).put(key, text(`writer ${i}`), { createOnly: true })),
    )
    const winners = outcomes.flatMap((outcome, i) => (outcome.status === 'fulfilled' ? [i] : []))
    assert.equal(winners.length, 1, 'one writer wins')
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') await failsWith(Promise.reject(outcome.reason), 'already_exists')
    }
    assert.equal(await readText(storage, key), `writer ${winners[0]}`)
  }
}
