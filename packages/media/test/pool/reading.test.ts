import { createHash, randomBytes } from 'node:crypto'
import { StowageError } from '@stowage/core/contracts'
import { afterAll, expect, it } from 'vitest'
import { parserPool } from '../../src/lib/pool/parser-pool.ts'
import { fileOf } from './file-of.ts'
import { pidOf, tasks } from './pools.ts'

const MiB = 1024 * 1024
type Digest = { sha256: string; sizes: number[] }

const pool = parserPool({ children: 1, deadlineMs: 20_000, closeMs: 0 }, { tasks })
afterAll(() => pool.close())

const sha256 = (...parts: Uint8Array[]): string =>
  parts.reduce((sum, part) => sum.update(part), createHash('sha256')).digest('hex')

it('gives the ranges that are asked for, cut at the end of the file', async () => {
  const bytes = randomBytes(5 * MiB)
  const ranges = [
    [0, 1],
    [0, 4 * MiB],
    [4 * MiB - 1, 4 * MiB + 70_000],
    [5 * MiB - 3, 6 * MiB],
    [5 * MiB, 6 * MiB],
    [7, 7],
  ]
  const found = await pool.run<Digest>('digest', fileOf(bytes, { chunkBytes: 100_000 }), { ranges })
  const expected = ranges.map(([start, end]) => bytes.subarray(start, end))
  expect(found).toEqual({ sha256: sha256(...expected), sizes: expected.map(part => part.length) })
})

it('lets a task read at more places at once than the parent serves', async () => {
  const bytes = randomBytes(200_000)
  const ranges = Array.from({ length: 100 }, (_, index) => [index * 2000, index * 2000 + 2000])
  const found = await pool.run<Digest>('digest', fileOf(bytes), { ranges })
  expect(found.sha256).toBe(sha256(bytes))
})

it('streams the file, from its beginning and from an offset, with chunks of any size', async () => {
  const bytes = randomBytes(9 * MiB + 5)
  for (const chunkBytes of [MiB * 3, 65_536, 70_001]) {
    const whole = await pool.run<Digest>('digest', fileOf(bytes, { chunkBytes }), {})
    expect(whole.sha256).toBe(sha256(bytes))
    const rest = await pool.run<Digest>('digest', fileOf(bytes, { chunkBytes }), { from: 9 * MiB })
    expect(rest.sha256).toBe(sha256(bytes.subarray(9 * MiB)))
  }
})

it('fetches little more of a stream than is taken', async () => {
  let fetched = 0
  const file = fileOf(randomBytes(32 * MiB), { onChunk: bytes => (fetched += bytes) })
  const { sizes } = await pool.run<Digest>('digest', file, { chunks: 2 })
  expect(sizes).toHaveLength(2)
  expect(fetched).toBeLessThanOrEqual(3 * MiB)
})

it('an empty file is an empty stream', async () => {
  expect(await pool.run<Digest>('digest', fileOf(new Uint8Array(0)), {})).toMatchObject({ sizes: [] })
})

it("the storage's own error is the run's, and the child stays", async () => {
  const pid = await pidOf(pool)
  const lost = new StowageError('not_found', 'The object is gone.')
  const file = fileOf(new Uint8Array(10), { open: () => Promise.reject(lost) })
  await expect(pool.run('digest', file, {})).rejects.toBe(lost)
  expect(await pidOf(pool)).toBe(pid)
})

it('a storage that breaks in the middle, or ends too early, fails the run', async () => {
  const broken = fileOf(new Uint8Array(3 * MiB), {
    open: async () =>
      (async function* () {
        yield new Uint8Array(MiB)
        throw new StowageError('unavailable', 'The disk is away.')
      })(),
  })
  await expect(pool.run('digest', broken, { ranges: [[0, 2 * MiB]] })).rejects.toMatchObject({ message: 'The disk is away.' })
  const short = fileOf(new Uint8Array(3 * MiB), {
    open: async () =>
      (async function* () {
        yield new Uint8Array(10)
      })(),
  })
  await expect(pool.run('digest', short, {})).rejects.toMatchObject({ code: 'unavailable' })
})

it('a storage that gives more than was asked for is cut', async () => {
  const bytes = randomBytes(1000)
  const file = fileOf(bytes, {
    open: async () =>
      (async function* () {
        yield bytes
      })(),
  })
  expect(await pool.run<Digest>('digest', file, { ranges: [[0, 100]] })).toEqual({
    sha256: sha256(bytes.subarray(0, 100)),
    sizes: [100],
  })
})

it('options, the facts of the file and the result arrive as they are', async () => {
  const options = { words: 'Ünï😀', list: [1, null, { deep: true }], ['__proto__']: { polluted: true } }
  const found = await pool.run<{ options: object; file: object }>('echo', fileOf(new Uint8Array(3)), options)
  expect(JSON.stringify(found.options)).toBe(JSON.stringify(options))
  expect(found.file).toEqual({ contentType: 'image/jpeg', sizeBytes: 3, filename: 'a file' })
  expect(({} as { polluted?: boolean }).polluted).toBeUndefined()
})
