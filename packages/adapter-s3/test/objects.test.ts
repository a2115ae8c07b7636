import type { UnfinishedWrite } from '@stowage/core/contracts'
import { type S3Server, s3Server } from '@stowage/servers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { MIB, type Opened, openBucket, stream, textOf } from './opened.ts'

const server = await s3Server()

describe.skipIf(server === null)('objects in a bucket', { timeout: 120_000 }, () => {
  let opened: Opened
  beforeAll(async () => {
    opened = await openBucket(server as S3Server)
  })
  afterAll(() => opened?.close())

  it('a small object of unknown length is one request', async () => {
    const { storage, proxy } = opened
    proxy.log.length = 0
    await storage.put('small', stream(16_384))
    await storage.put('created', stream(16_384), { createOnly: true })
    expect(proxy.log.map(line => line.split(' ')[0])).toEqual(['PUT', 'PUT'])
  })

  it('a prefix stands before every key, is in no answer, and hides what lies beside it', async () => {
    const { through, straight } = opened
    const below = through({ prefix: 'team/' })
    await straight.put('beside', Buffer.from('x'))
    await below.put('a/b', Buffer.from('inside'))
    expect((await below.list()).objects.map(({ key }) => key)).toEqual(['a/b'])
    expect((await below.list({ delimiter: '/' })).prefixes).toEqual(['a/'])
    expect((await straight.head('team/a/b'))?.sizeBytes).toBe(6)
    expect(await below.delete(['a/b', 'beside'])).toEqual([{ key: 'a/b' }, { key: 'beside' }])
    expect(await straight.head('beside')).not.toBeNull()
    await below.close()
  })

  it('an upload in parts that nobody ends is listed with its newest part, and removed', async () => {
    const { straight, bucket } = opened
    const { uploadId } = await straight.multipart.create('left/k')
    await straight.multipart.putPart({ key: 'left/k', uploadId, partNumber: 1 }, Buffer.from('x'))
    const found: UnfinishedWrite[] = []
    for await (const write of straight.unfinished.list()) found.push(write)
    expect(found).toEqual([{ type: 'multipart', key: 'left/k', uploadId, lastModified: expect.any(Date) }])
    for (const write of [...found, ...found]) await straight.unfinished.remove(write)
    expect(await bucket.unfinished()).toEqual([])
  })

  it('a copy that must not replace anything is made of parts, empty or not, with all attributes', async () => {
    const { straight, bucket } = opened
    const attributes = { contentType: 'text/plain', cacheControl: 'no-store', userMetadata: { name: 'naïve' } }
    for (const text of ['', 'some text']) {
      const key = `source/${text.length}`
      await straight.put(key, Buffer.from(text), attributes)
      const copied = await straight.copy(key, `${key}/copy`, { createOnly: true })
      expect(copied).toMatchObject({ ...attributes, sizeBytes: text.length })
      expect(await textOf((await straight.get(copied.key)).body)).toBe(text)
      await expect(straight.copy(key, copied.key, { createOnly: true })).rejects.toMatchObject({ code: 'already_exists' })
    }
    expect(await bucket.unfinished()).toEqual([])
  })

  it('a part of known size that is too large to hold is sent as it comes', async () => {
    const { straight } = opened
    const { uploadId } = await straight.multipart.create('large')
    const upload = { key: 'large', uploadId, partNumber: 1 }
    const sizeBytes = 65 * MIB
    await expect(straight.multipart.putPart(upload, stream(sizeBytes))).rejects.toMatchObject({ code: 'content_too_large' })
    await expect(straight.multipart.putPart(upload, stream(sizeBytes - 1), { sizeBytes })).rejects.toMatchObject({
      code: 'invalid_request',
    })
    const part = await straight.multipart.putPart(upload, stream(sizeBytes), { sizeBytes })
    expect(await straight.multipart.complete(upload, [part])).toMatchObject({ sizeBytes })
    await straight.delete(['large'])
  })

  it('the service keeps the SHA-256 of what it stores', async () => {
    const { straight, bucket } = opened
    const { HeadObjectCommand } = await import('@aws-sdk/client-s3')
    await straight.put('digest', Buffer.from('abc'))
    const found = await bucket.client.send(new HeadObjectCommand({ Bucket: bucket.name, Key: 'digest', ChecksumMode: 'ENABLED' }))
    expect(found.ChecksumSHA256).toBe('ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=')
  })
})
