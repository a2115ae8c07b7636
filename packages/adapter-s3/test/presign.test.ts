import type { PresignedRequest } from '@stowage/core/contracts'
import { type S3Server, s3Server } from '@stowage/servers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { s3Storage } from '../src/index.ts'
import { type Opened, openBucket } from './opened.ts'

const server = await s3Server()
const HOUR_SECONDS = 3600

/** Sends a form: its fields, then the file. */
async function post({ url, fields = {} }: PresignedRequest, file: string, changes: Record<string, string | null> = {}) {
  const form = new FormData()
  for (const [name, value] of Object.entries({ ...fields, ...changes })) if (value !== null) form.append(name, value)
  form.append('file', new Blob([file]))
  const response = await fetch(url, { method: 'POST', body: form })
  await response.arrayBuffer()
  return response.status
}

async function status(url: string, init: RequestInit = {}): Promise<number> {
  const response = await fetch(url, init)
  await response.arrayBuffer()
  return response.status
}

describe.skipIf(server === null)('signed requests', { timeout: 120_000 }, () => {
  let opened: Opened
  beforeAll(async () => {
    opened = await openBucket(server as S3Server)
  })
  afterAll(() => opened?.close())

  /** Signs as a storage whose clock is so far off. */
  const signedAt = (offsetSeconds: number) =>
    s3Storage({ ...opened.bucket.options, clock: { now: () => Date.now() + offsetSeconds * 1000 } })

  it('threat 14: none is answered once it has expired', async () => {
    const { straight } = opened
    await straight.put('k', Buffer.from('secret'))
    const past = signedAt(-HOUR_SECONDS)
    const valid = { expiresInSeconds: HOUR_SECONDS + 600 }
    const expired = { expiresInSeconds: HOUR_SECONDS - 60 }
    expect((await past.presignGet('k', expired)).expiresAt.getTime()).toBeLessThan(Date.now())
    expect(await status((await past.presignGet('k', valid)).url)).toBe(200)
    expect(await status((await past.presignGet('k', expired)).url)).toBe(403)
    for (const [options, expected] of [
      [valid, 200],
      [expired, 403],
    ] as const) {
      const { url, headers } = await past.presignPut('put', options)
      expect(await status(url, { method: 'PUT', headers, body: 'x' })).toBe(expected)
      const form = await past.presignPost?.('post', { ...options, maxBytes: 10 })
      expect(form && (await post(form, 'x'))).toBe(expected === 200 ? 204 : 403)
    }
    await past.close()
  })

  it('threat 14: no changed letter of a signed URL is answered, nor another method', async () => {
    const { straight } = opened
    await straight.put('k', Buffer.from('secret'))
    const { url } = await straight.presignGet('k', {
      expiresInSeconds: 60,
      contentType: 'text/plain',
      contentDisposition: 'inline',
    })
    const start = url.indexOf('/k?') + 1
    for (let i = start; i < url.length; i += 7) {
      const changed = `${url.slice(0, i)}${url[i] === '0' ? '1' : '0'}${url.slice(i + 1)}`
      expect(await status(changed), changed).toBeGreaterThanOrEqual(400)
    }
    for (const method of ['PUT', 'POST', 'DELETE']) expect(await status(url, { method })).toBeGreaterThanOrEqual(400)
    expect(await straight.head('k')).not.toBeNull()
    for (const expiresInSeconds of [0, -1, 7 * 24 * HOUR_SECONDS + 1]) {
      await expect(straight.presignGet('k', { expiresInSeconds })).rejects.toMatchObject({ code: 'invalid_request' })
      await expect(straight.presignPost?.('k', { expiresInSeconds, maxBytes: 1 })).rejects.toMatchObject({
        code: 'invalid_request',
      })
    }
  })

  it('threat 15: a form stores its key, its type and a size within its bounds, and nothing else', async () => {
    const { straight } = opened
    const form = (await straight.presignPost?.('form/ä b', {
      expiresInSeconds: 60,
      contentType: 'text/plain',
      minBytes: 2,
      maxBytes: 4,
    })) as PresignedRequest
    for (const changes of [
      { key: 'other' },
      { 'Content-Type': 'text/html' },
      { 'Content-Type': null },
      { acl: 'public-read' },
      { 'x-amz-meta-a': 'b' },
      { 'X-Amz-Signature': '0'.repeat(64) },
      { Policy: Buffer.from('{"expiration":"2099-01-01T00:00:00Z","conditions":[]}').toString('base64') },
    ])
      expect(await post(form, 'abc', changes), JSON.stringify(changes)).toBe(403)
    for (const file of ['', 'a', 'abcde']) expect(await post(form, file), file).toBeGreaterThanOrEqual(400)
    expect((await straight.list({ prefix: 'form' })).objects).toEqual([])
    expect((await straight.list({ prefix: 'other' })).objects).toEqual([])
    expect(await post(form, 'abcd')).toBe(204)
    expect(await straight.head('form/ä b')).toMatchObject({ sizeBytes: 4, contentType: 'text/plain' })
  })

  it('threat 15: what a signed PUT wrote after it was verified is seen by its ETag', async () => {
    const { straight } = opened
    const { url, headers } = await straight.presignPut('staging', { expiresInSeconds: 60, sizeBytes: 4 })
    await status(url, { method: 'PUT', headers, body: 'good' })
    const verified = await straight.head('staging')
    await status(url, { method: 'PUT', headers, body: 'evil' })
    const late = straight.copy('staging', 'final', { createOnly: true, ifMatch: verified?.etag ?? '' })
    await expect(late).rejects.toMatchObject({ code: 'precondition_failed' })
    expect(await straight.head('final')).toBeNull()
  })

  it('threat 31: a signed URL leads to the configured endpoint only, and another host is refused', async () => {
    const { straight, bucket, proxy } = opened
    await straight.put('k', Buffer.from('x'))
    const { url } = await straight.presignGet('k', { expiresInSeconds: 60 })
    const form = await straight.presignPost?.('k', { expiresInSeconds: 60, maxBytes: 1 })
    for (const each of [url, form?.url ?? '']) expect(new URL(each).origin).toBe(bucket.options.endpoint)
    // The same server by another name: the host was signed.
    expect(await status(url.replace(new URL(url).origin, proxy.url))).toBe(403)
  })

  it('a type that is not said is signed all the same, so that no browser’s own can replace it', async () => {
    const { straight } = opened
    const { url, headers } = await straight.presignPut('typed', { expiresInSeconds: 60 })
    expect(headers).toEqual({ 'content-type': 'application/octet-stream' })
    expect(await status(url, { method: 'PUT', body: new Blob(['<script>'], { type: 'text/html' }) })).toBe(403)
    expect(await straight.head('typed')).toBeNull()
  })
})
