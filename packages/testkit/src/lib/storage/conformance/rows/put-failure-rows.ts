import assert from 'node:assert/strict'
import { isStowageError } from '@stowage/core/contracts'
import type { Row, RowContext } from '../harness.ts'
import { chunksOf, failsWith, headOf, isAbsent, keysOf, pattern, readText, sha256, text } from '../tools.ts'
import { watched } from '../watched.ts'

type Attempt = (key: string) => Promise<unknown>

/** A put that fails leaves no new object, and an old one as it was. */
async function leavesNothing({ storage }: RowContext, attempt: Attempt): Promise<void> {
  await attempt('new')
  await attempt('folder/new')
  await isAbsent(storage, 'new')
  await isAbsent(storage, 'folder/new')
  await storage.put('old', text('old bytes'))
  const before = await headOf(storage, 'old')
  await attempt('old')
  assert.deepEqual(await storage.head('old'), before)
  assert.equal(await readText(storage, 'old'), 'old bytes')
  assert.deepEqual(await keysOf(storage), ['old'])
  await storage.delete(['old'])
}

async function* failing(afterBytes: number, error: Error): AsyncGenerator<Uint8Array, void> {
  yield* chunksOf(pattern(afterBytes), 50_000)
  throw error
}

async function* silentAfter(bytes: number): AsyncGenerator<Uint8Array, void> {
  yield* chunksOf(pattern(bytes), 50_000)
  await new Promise(() => undefined)
}

export const putFailureRows: readonly Row[] = [
  {
    id: 'S18',
    title: 'a body that fails half-way leaves nothing, and the old object whole',
    async run(context) {
      for (const bytes of [0, 1, 100_000, 3_000_000]) {
        const error = new Error('the source broke')
        await leavesNothing(context, async key => {
          await assert.rejects(context.storage.put(key, failing(bytes, error)), (thrown: Error) => isOrCarries(thrown, error))
        })
      }
    },
  },
  { id: 'S19', title: 'an abort before, during and at the end leaves nothing or the whole object', run: aborts },
  {
    id: 'S20',
    title: 'a body that is shorter or longer than declared is refused',
    async run(context) {
      for (const [actual, declared] of [
        [10, 11],
        [10, 9],
        [0, 1],
        [1, 0],
        [2_000_000, 2_000_001],
        [2_000_000, 1_999_999],
      ] as const) {
        const options = { sizeBytes: declared }
        await leavesNothing(context, async key => {
          await failsWith(context.storage.put(key, pattern(actual), options), 'invalid_request')
          await failsWith(context.storage.put(key, chunksOf(pattern(actual), 65_536), options), 'invalid_request')
        })
      }
    },
  },
  {
    id: 'S21',
    title: 'a wrong checksum is refused, a right one taken',
    async run(context) {
      const bytes = pattern(300_000)
      const wrong = { checksum: { algorithm: 'sha256', value: sha256(pattern(300_000, 2)) } } as const
      await leavesNothing(context, async key => {
        await failsWith(context.storage.put(key, bytes, wrong), 'checksum_mismatch')
        await failsWith(context.storage.put(key, chunksOf(bytes, 65_536), wrong), 'checksum_mismatch')
      })
      const right = { algorithm: 'sha256', value: sha256(bytes) } as const
      assert.equal((await context.storage.put('k', chunksOf(bytes, 65_536), { checksum: right })).sizeBytes, bytes.byteLength)
    },
  },
  { id: 'S29', title: 'a body that was begun is let go once, whatever happens', run: released },
]

function isOrCarries(thrown: unknown, error: Error): boolean {
  for (let at: unknown = thrown; at instanceof Error; at = at.cause) if (at === error) return true
  return false
}

async function aborts(context: RowContext): Promise<void> {
  const { storage } = context
  await leavesNothing(context, key => failsWith(storage.put(key, text('x'), { signal: AbortSignal.abort() }), 'aborted'))
  for (const bytes of [0, 100_000, 3_000_000]) {
    await leavesNothing(context, async key => {
      const control = new AbortController()
      const body = watched(() => silentAfter(bytes))
      const putting = storage.put(key, body, { signal: control.signal })
      const pulls = Math.ceil(bytes / 50_000) + 1
      while (body.pulled < pulls) await new Promise(resolve => setImmediate(resolve))
      control.abort()
      await failsWith(putting, 'aborted')
    })
  }
  const control = new AbortController()
  const last = async function* (): AsyncGenerator<Uint8Array, void> {
    yield text('whole')
    control.abort()
  }
  const done = await storage.put('late', last(), { signal: control.signal }).then(
    () => true,
    error => {
      assert.ok(isStowageError(error, 'aborted'))
      return false
    },
  )
  if (done) assert.equal(await readText(storage, 'late'), 'whole')
  else await isAbsent(storage, 'late')
}

async function released({ storage }: RowContext): Promise<void> {
  const outcomes: readonly (readonly [string, object, () => AsyncIterator<Uint8Array>, number])[] = [
    ['success', {}, () => chunksOf(pattern(100_000), 30_000), 0],
    ['too long', { sizeBytes: 10 }, () => chunksOf(pattern(100_000), 30_000), 1],
    ['too short', { sizeBytes: 100_001 }, () => chunksOf(pattern(100_000), 30_000), 0],
    ['failed source', {}, () => failing(60_000, new Error('broken')), 0],
  ]
  for (const [name, options, source, returns] of outcomes) {
    const body = watched(source)
    await storage.put('k', body, options).catch(() => undefined)
    assert.equal(body.begun, 1, `${name}: begun once`)
    assert.equal(body.returned, returns, `${name}: calls of return()`)
  }
  const control = new AbortController()
  const stalled = watched(() => silentAfter(60_000))
  const putting = storage.put('k', stalled, { signal: control.signal })
  while (stalled.pulled < 3) await new Promise(resolve => setImmediate(resolve))
  control.abort()
  await failsWith(putting, 'aborted')
  assert.equal(stalled.returned, 1, 'aborted: calls of return()')
}
