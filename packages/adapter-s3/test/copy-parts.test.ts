import { createHash } from 'node:crypto'
import { type S3Server, s3Server } from '@stowage/servers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createClient } from '../src/lib/client.ts'
import type { Copying } from '../src/lib/copy.ts'
import { copyParts } from '../src/lib/copy-parts.ts'
import { s3Error } from '../src/lib/errors.ts'
import { placeOf } from '../src/lib/place-of.ts'
import { MIB, type Opened, openBucket } from './opened.ts'

const server = await s3Server()
const PART_BYTES = 5 * MIB

/** Two parts and a bit, each of other bytes. */
const bytes = Buffer.concat([Buffer.alloc(PART_BYTES, 1), Buffer.alloc(PART_BYTES, 2), Buffer.alloc(1000, 3)])

describe.skipIf(server === null)('a copy of several parts, as of objects above 5 GiB', { timeout: 120_000 }, () => {
  let opened: Opened
  beforeAll(async () => {
    opened = await openBucket(server as S3Server)
  })
  afterAll(() => opened?.close())

  const copying = async (to: string, more: Partial<Copying> = {}): Promise<void> => {
    const { straight, bucket } = opened
    const { etag, sizeBytes } = await straight.put('from ä', bytes, { contentType: 'text/plain' })
    const place = placeOf(bucket.options, settings => createClient(bucket.options, settings))
    const attributes = { contentType: 'image/png', userMetadata: { a: 'b' } }
    const what = { from: 'from ä', etag, sizeBytes, to, attributes, write: 'w', createOnly: false, signal: undefined, ...more }
    await copyParts(place, what, PART_BYTES).finally(() => place.client.destroy())
  }
  const digestOf = async (key: string): Promise<string> => {
    const hash = createHash('sha256')
    for await (const chunk of (await opened.straight.get(key)).body) hash.update(chunk)
    return hash.digest('hex')
  }

  it('has the bytes in their order and the attributes that were asked for, also onto itself', async () => {
    for (const to of ['to', 'from ä']) {
      await copying(to)
      expect(await opened.straight.head(to)).toMatchObject({
        sizeBytes: bytes.byteLength,
        contentType: 'image/png',
        userMetadata: { a: 'b' },
      })
      expect(await digestOf(to)).toBe(createHash('sha256').update(bytes).digest('hex'))
    }
  })

  it('takes no key that is in use, and no source that has changed; then no part is left', async () => {
    await opened.straight.put('taken', Buffer.from('x'))
    await expect(copying('taken', { createOnly: true })).rejects.toMatchObject({ code: 'already_exists' })
    const late = copying('late', { etag: '"0123456789abcdef0123456789abcdef"' })
    await expect(late.catch((error: unknown) => Promise.reject(s3Error(error, 'copy')))).rejects.toMatchObject({
      code: 'precondition_failed',
    })
    expect([(await opened.straight.head('taken'))?.sizeBytes, await opened.straight.head('late')]).toEqual([1, null])
    expect(await opened.bucket.unfinished()).toEqual([])
  })
})
