import { isStowageError } from '@stowage/core/contracts'
import { type S3Server, s3Server } from '@stowage/servers'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Fault, Seen } from './fault-proxy.ts'
import { MIB, type Opened, openBucket, stream, textOf } from './opened.ts'

const server = await s3Server()

/** The fault, for the first `times` requests that match; the rest pass. */
function first(matches: (seen: Seen) => boolean, fault: Fault, times = 1): (seen: Seen) => Fault | null {
  let left = times
  return seen => (left > 0 && matches(seen) && left-- > 0 ? fault : null)
}

const isPut = ({ method, query }: Seen) => method === 'PUT' && !query.has('uploadId')
const isPart = ({ method, query }: Seen) => method === 'PUT' && query.has('partNumber')
const isComplete = ({ method, query }: Seen) => method === 'POST' && query.has('uploadId')
const INTERNAL_ERROR = '<?xml version="1.0"?><Error><Code>InternalError</Code><Message>Try again.</Message></Error>'
const NO_UPLOAD = '<?xml version="1.0"?><Error><Code>NoSuchUpload</Code></Error>'
const SLOW_DOWN = '<?xml version="1.0"?><Error><Code>SlowDown</Code></Error>'
const LOST: Fault = { type: 'lose' }

describe.skipIf(server === null)('outcomes that are not known', { timeout: 120_000 }, () => {
  let opened: Opened
  beforeAll(async () => {
    opened = await openBucket(server as S3Server)
  })
  afterEach(async () => {
    opened.proxy.rule = null
    expect(await opened.bucket.unfinished()).toEqual([])
  })
  afterAll(() => opened?.close())

  const failure = (promise: Promise<unknown>) =>
    promise.then(
      () => expect.fail('it succeeded'),
      error => error,
    )

  it('C4: a put whose answer was lost finds its own object when its second try is refused', async () => {
    const { storage, proxy, straight } = opened
    proxy.rule = first(isPut, LOST)
    const info = await storage.put('lost', Buffer.from('mine'), { createOnly: true })
    expect(info).toEqual(await straight.head('lost'))
    proxy.rule = first(isPut, LOST)
    const next = await storage.put('lost', Buffer.from('next'), { ifMatch: info.etag })
    expect(next).toEqual(await straight.head('lost'))
  })

  it('a put whose every answer was lost succeeds where it is found', async () => {
    const { storage, proxy, straight } = opened
    proxy.rule = first(isPut, LOST, 9)
    expect(await storage.put('unheard', Buffer.from('mine'))).toEqual(await straight.head('unheard'))
  })

  it('another object under the key is never taken for one’s own, were it of the same bytes', async () => {
    const { storage, proxy, straight } = opened
    await straight.put('others', Buffer.from('the same'))
    proxy.rule = first(isPut, { type: 'reset' })
    expect(await failure(storage.put('others', Buffer.from('the same'), { createOnly: true }))).toMatchObject({
      code: 'already_exists',
    })
    proxy.rule = first(isPut, { type: 'reset' }, 9)
    const error = await failure(storage.put('others', Buffer.from('the same')))
    expect(error).toMatchObject({ code: 'unavailable', retryable: true })
  })

  it.each([
    ['an answer that was lost', LOST],
    ['success with an error inside', { type: 'replace', status: 200, body: INTERNAL_ERROR }],
    ['a failure that was none', { type: 'replace', status: 500, body: INTERNAL_ERROR }],
    ['an upload that is gone since it is done', { type: 'replace', status: 404, body: NO_UPLOAD }],
  ] as const)('C13: completing parts resolves %s', async (title, fault) => {
    const { storage, proxy, straight } = opened
    for (const [createOnly, times] of [
      [true, 1],
      [false, 9],
    ] as const) {
      const key = `parts/${title}/${times}`
      proxy.rule = first(isComplete, fault, times)
      const info = await storage.put(key, stream(6 * MIB), { createOnly })
      expect(info).toEqual(await straight.head(key))
      expect(info.sizeBytes).toBe(6 * MIB)
    }
  })

  it('C12: completing an upload again, after its answer was lost, is the same object', async () => {
    const { storage, proxy, straight } = opened
    for (const [index, fault] of [LOST, { type: 'replace', status: 404, body: NO_UPLOAD } as const].entries()) {
      const key = `completed/${index}`
      const { uploadId } = await storage.multipart.create(key)
      const part = await storage.multipart.putPart({ key, uploadId, partNumber: 1 }, Buffer.from('whole'))
      proxy.rule = first(isComplete, fault, 9)
      const info = await storage.multipart.complete({ key, uploadId }, [part], { createOnly: true })
      proxy.rule = null
      expect(info).toEqual(await straight.head(key))
      const again = await storage.multipart.complete({ key, uploadId }, [part], { createOnly: true })
      expect(again).toEqual(info)
    }
  })

  it('an upload that others’ object met loses, were that of the same parts', async () => {
    const { storage } = opened
    const uploads = [await storage.multipart.create('raced'), await storage.multipart.create('raced')]
    const finish = async ({ uploadId }: { readonly uploadId: string }) => {
      const part = await storage.multipart.putPart({ key: 'raced', uploadId, partNumber: 1 }, Buffer.from('the same'))
      return storage.multipart.complete({ key: 'raced', uploadId }, [part], { createOnly: true })
    }
    await finish(uploads[0] as { uploadId: string })
    expect(await failure(finish(uploads[1] as { uploadId: string }))).toMatchObject({ code: 'already_exists' })
    await storage.multipart.abort('raced', uploads[1]?.uploadId ?? '')
  })

  it.each([
    ['refused connections', { type: 'reset' }],
    ['failures', { type: 'answer', status: 503, body: SLOW_DOWN }],
    ['failures without a word', { type: 'answer', status: 500 }],
  ] as const)('a part that meets %s is sent again; when that does not help, nothing is kept', async (_, fault) => {
    const { storage, proxy, straight } = opened
    proxy.rule = first(isPart, fault)
    expect(await storage.put('again', stream(6 * MIB))).toEqual(await straight.head('again'))
    proxy.rule = seen => (isPart(seen) && seen.query.get('partNumber') === '2' ? fault : null)
    const error = await failure(storage.put('never', stream(11 * MIB)))
    expect(isStowageError(error, 'unavailable', 'rate_limited') && error.retryable).toBe(true)
    expect(await straight.head('never')).toBeNull()
  })

  it('a service that stands still ends in a timeout, and nothing is kept', async () => {
    const { proxy, straight, through } = opened
    const hasty = through({ timeoutMs: 3000, maxAttempts: 1 })
    const isSecond = (seen: Seen) => isPart(seen) && seen.query.get('partNumber') === '2'
    proxy.rule = first(isSecond, { type: 'stall' })
    const slow = failure(hasty.put('stalled', stream(5 * MIB + 1)))
    expect(await slow).toMatchObject({ code: 'timeout', retryable: true })
    expect(await straight.head('stalled')).toBeNull()
    await hasty.close()
  })

  it('bytes that changed on their way are refused by the service', async () => {
    const { storage, proxy, straight } = opened
    proxy.rule = seen => (isPut(seen) ? { type: 'alter' } : null)
    expect(await failure(storage.put('altered', Buffer.from('these bytes')))).toMatchObject({ code: 'checksum_mismatch' })
    proxy.rule = seen => (isPart(seen) ? { type: 'alter' } : null)
    expect(await failure(storage.put('altered', stream(6 * MIB)))).toMatchObject({ code: 'checksum_mismatch' })
    expect(await straight.head('altered')).toBeNull()
  })

  it('a read that the service ends early, or stops to send, fails', async () => {
    const { proxy, straight, through } = opened
    const hasty = through({ timeoutMs: 3000, maxAttempts: 1 })
    await straight.put('read', Buffer.alloc(2 * MIB, 7))
    proxy.rule = ({ method }) => (method === 'GET' ? { type: 'cut', afterBytes: 100_000 } : null)
    const { body } = await hasty.get('read')
    expect(await failure(textOf(body))).toMatchObject({ code: 'unavailable', retryable: true })
    proxy.rule = ({ method }) => (method === 'GET' ? { type: 'hang', afterBytes: 100_000 } : null)
    expect(await failure(textOf((await hasty.get('read')).body))).toMatchObject({ code: 'timeout' })
    await hasty.close()
  })
})
