import { failAfter, failBefore } from '@stowage/testkit'
import { expect, test } from 'vitest'
import { bytes, readAll, retrying, settle } from '../../../../../test/retrying.ts'
import { StowageError } from '../../../contracts/errors.ts'

const away = new StowageError('unavailable', 'Away.')
const other = Buffer.from('9876543210')

test('a create-only copy whose answer was lost is done', async () => {
  const { clock, inner, storage, opsOf } = retrying()
  await inner.put('from', bytes)
  inner.inject({ on: 'copy', nth: 1, fault: failAfter(away) })
  const copying = settle(clock, storage.copy?.('from', 'to', { createOnly: true }) ?? Promise.reject(away))
  expect(await copying).toEqual(await inner.head('to'))
  expect(opsOf('copy')).toBe(2)
})

test('a create-only copy is lost where other bytes lie', async () => {
  const { clock, inner, storage } = retrying()
  await inner.put('from', bytes)
  await inner.put('to', other)
  inner.inject({ on: 'copy', nth: 1, fault: failBefore(away) })
  const copying = settle(clock, storage.copy?.('from', 'to', { createOnly: true }) ?? Promise.reject(away))
  await expect(copying).rejects.toMatchObject({ code: 'already_exists' })
})

test('a plain copy is made again', async () => {
  const { clock, inner, storage, opsOf } = retrying()
  await inner.put('from', bytes)
  await inner.put('to', other)
  inner.inject({ on: 'copy', nth: 1, fault: failAfter(away) })
  await settle(clock, storage.copy?.('from', 'to') ?? Promise.reject(away))
  expect(await readAll((await inner.get('to')).body)).toBe('0123456789')
  expect(opsOf('copy')).toBe(2)
})

async function uploading(tries?: number) {
  const made = retrying(tries === undefined ? {} : { tries })
  const { multipart } = made.storage
  if (!multipart) throw new Error('It has no uploads in parts.')
  const { uploadId } = await multipart.create('k')
  const upload = { key: 'k', uploadId }
  const part = await multipart.putPart({ ...upload, partNumber: 1 }, bytes)
  return { ...made, multipart, upload, parts: [part] }
}

test.each([1, 3])('joined parts whose answer was lost are done, with %d tries', async tries => {
  for (const createOnly of [false, true]) {
    const { clock, inner, multipart, upload, parts, opsOf } = await uploading(tries)
    if (!createOnly) await inner.put('k', other)
    inner.inject({ on: 'multipart.complete', nth: 1, fault: failAfter(away) })
    expect(await settle(clock, multipart.complete(upload, parts, { createOnly }))).toEqual(await inner.head('k'))
    expect(opsOf('multipart.complete')).toBe(1)
  }
})

test('parts that were not joined are joined by the next try', async () => {
  const { clock, inner, multipart, upload, parts, opsOf } = await uploading()
  inner.inject({ on: 'multipart.complete', nth: 1, fault: failBefore(away) })
  await settle(clock, multipart.complete(upload, parts, { createOnly: true }))
  expect(opsOf('multipart.complete')).toBe(2)
})

test("joining is lost where another's object of the same size came first", async () => {
  const { clock, inner, multipart, upload, parts } = await uploading()
  inner.inject({ on: 'multipart.complete', nth: 1, fault: failBefore(away) })
  inner.inject({ on: 'multipart.complete', nth: 1, fault: { kind: 'wait', when: 'before', until: () => inner.put('k', other) } })
  const joining = settle(clock, multipart.complete(upload, parts, { createOnly: true }))
  await expect(joining).rejects.toMatchObject({ code: 'already_exists' })
  expect(await readAll((await inner.get('k')).body)).toBe('9876543210')
})

test('an upload that somebody aborted meanwhile is not taken for joined', async () => {
  const { clock, inner, multipart, upload, parts } = await uploading()
  await inner.put('k', other)
  inner.inject({ on: 'multipart.complete', nth: 1, fault: failBefore(away) })
  inner.inject({
    on: 'multipart.complete',
    nth: 1,
    fault: { kind: 'wait', when: 'before', until: () => inner.multipart.abort('k', upload.uploadId) },
  })
  await expect(settle(clock, multipart.complete(upload, parts))).rejects.toMatchObject({ code: 'not_found' })
})
