import { failAfter, failBefore, failStream } from '@stowage/testkit'
import { expect, test } from 'vitest'
import { bytes, chunksOf, readAll, retrying, settle } from '../../../../../test/retrying.ts'
import { StowageError } from '../../../contracts/errors.ts'
import type { StorageBody } from '../../../contracts/storage.ts'
import { retry } from './retry.ts'

const away = new StowageError('unavailable', 'Away.')
const other = Buffer.from('9876543210')
const text = async (storage: ReturnType<typeof retrying>['inner'], key: string) => readAll((await storage.get(key)).body)

test('bytes in memory are handed over again, even where their memory might have been taken', async () => {
  const { clock, inner, opsOf } = retrying()
  const taking = retry(
    {
      ...inner,
      put(key, body, options) {
        const kept = body instanceof Uint8Array ? Uint8Array.from(body) : body
        if (options?.disposableChunks && body instanceof Uint8Array) structuredClone(body.buffer, { transfer: [body.buffer] })
        return inner.put(key, kept, options)
      },
    },
    { clock },
  )
  inner.inject({ on: 'put', nth: 1, fault: failBefore(away) })
  await settle(clock, taking.put('k', Uint8Array.from(bytes), { disposableChunks: true }))
  expect(await text(inner, 'k')).toBe('0123456789')
  expect(opsOf('put')).toBe(2)
})

test('a stream is handed over again only while no byte of it was taken', async () => {
  const { clock, inner, storage, opsOf } = retrying()
  inner.inject({ on: 'put', nth: 1, fault: failBefore(away) })
  await settle(clock, storage.put('k', chunksOf(bytes, 3)))
  expect(await text(inner, 'k')).toBe('0123456789')
  inner.inject({ on: 'put', nth: 1, fault: failStream(4, away) })
  await expect(settle(clock, storage.put('l', chunksOf(bytes, 3)))).rejects.toBe(away)
  expect(await inner.head('l')).toBeNull()
  expect(opsOf('put')).toBe(3)
})

test('a stream that was never taken is let go once, when the storage let it go and no try is left', async () => {
  const { clock, inner } = retrying()
  let returned = 0
  const source: AsyncIterable<Uint8Array> = {
    [Symbol.asyncIterator]: () => ({
      next: () => Promise.reject(new Error('never asked')),
      async return() {
        returned += 1
        return { done: true, value: undefined }
      },
    }),
  }
  const put = async (_key: string, body: StorageBody): Promise<never> => {
    await (body as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]().return?.()
    throw away
  }
  const refusing = retry({ ...inner, put }, { clock })
  await expect(settle(clock, refusing.put('k', source))).rejects.toBe(away)
  expect(returned).toBe(1)
})

const BODIES: Readonly<Record<string, () => StorageBody>> = { bytes: () => bytes, 'a stream': () => chunksOf(bytes, 4) }

for (const [what, body] of Object.entries(BODIES)) {
  test(`a create-only put of ${what} whose answer was lost is done, once`, async () => {
    const { clock, inner, storage } = retrying()
    const control = new AbortController()
    const attributes = { contentType: 'text/plain', userMetadata: { a: 'b' } }
    inner.inject({ on: 'put', nth: 1, fault: failAfter(away) })
    const info = await settle(clock, storage.put('k', body(), { createOnly: true, signal: control.signal, ...attributes }))
    expect(info).toEqual(await inner.head('k'))
    expect(await text(inner, 'k')).toBe('0123456789')
  })

  test(`a create-only put of ${what} is lost where another's object lies, of the same size`, async () => {
    const { clock, inner, storage } = retrying()
    await inner.put('k', other)
    inner.inject({ on: 'put', nth: 1, fault: failBefore(away) })
    await expect(settle(clock, storage.put('k', body(), { createOnly: true }))).rejects.toMatchObject({ code: 'already_exists' })
    expect(await text(inner, 'k')).toBe('9876543210')
  })

  test(`a create-only put of ${what} is unsure where its answer was lost and another's object lies`, async () => {
    const { clock, inner, storage } = retrying({ tries: 1 })
    inner.inject({ on: 'put', nth: 1, fault: failAfter(away) })
    const putting = storage.put('k', body(), { createOnly: true })
    inner.inject({ on: 'head', nth: 1, fault: { kind: 'wait', when: 'before', until: () => inner.put('k', other) } })
    await expect(settle(clock, putting)).rejects.toBe(away)
  })

  test(`a conditional put of ${what} whose answer was lost is done`, async () => {
    const { clock, inner, storage } = retrying()
    const { etag } = await inner.put('k', other)
    inner.inject({ on: 'put', nth: 1, fault: failAfter(away) })
    expect(await settle(clock, storage.put('k', body(), { ifMatch: etag }))).toEqual(await inner.head('k'))
    await expect(storage.put('k', body(), { ifMatch: etag })).rejects.toMatchObject({ code: 'precondition_failed' })
  })
}

test('the same bytes with other attributes are another object', async () => {
  const { clock, inner, storage } = retrying()
  await inner.put('k', bytes, { contentType: 'text/html' })
  inner.inject({ on: 'put', nth: 1, fault: failBefore(away) })
  const putting = storage.put('k', bytes, { createOnly: true, contentType: 'text/plain' })
  await expect(settle(clock, putting)).rejects.toMatchObject({ code: 'already_exists' })
})

test('a stream of which not all was taken can not have landed: nothing is looked up', async () => {
  const { clock, inner, storage, opsOf } = retrying()
  inner.inject({ on: 'put', fault: failStream(4, away) })
  await expect(settle(clock, storage.put('k', chunksOf(bytes, 2), { createOnly: true }))).rejects.toBe(away)
  expect(opsOf('head')).toBe(0)
})

test('parts are written again, from memory or untouched', async () => {
  const { clock, inner, storage, opsOf } = retrying()
  const { multipart } = storage
  if (!multipart) throw new Error('It has no uploads in parts.')
  inner.inject({ on: 'multipart.create', nth: 1, fault: failBefore(away) })
  const { uploadId } = await settle(clock, multipart.create('k'))
  for (const [n, body] of Object.values(BODIES).entries()) {
    inner.inject({ on: 'multipart.putPart', nth: 1, fault: failBefore(away) })
    await settle(clock, multipart.putPart({ key: 'k', uploadId, partNumber: n + 1 }, body()))
  }
  expect(opsOf('multipart.putPart')).toBe(4)
  const parts = await multipart.listParts('k', uploadId)
  expect(await settle(clock, multipart.complete({ key: 'k', uploadId }, parts))).toMatchObject({ sizeBytes: 20 })
})
