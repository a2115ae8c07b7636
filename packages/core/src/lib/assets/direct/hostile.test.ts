import { createHash } from 'node:crypto'
import { gate, holdAt } from '@stowage/testkit'
import { describe, expect, it, vi } from 'vitest'
import { alice, bytesOf, DAY, expectNothingLeft, MIB, openDirect, PLACES, sendAll } from '../../../../test/direct-world.ts'
import { defineKind } from '../../kinds/define-kind.ts'
import { ownerOnly } from '../../policy/ready-made.ts'

// Other work on the machine must not make these fail.
vi.setConfig({ testTimeout: 180_000 })

const HOUR = 60 * 60 * 1000
const PDF = Buffer.concat([Buffer.from('%PDF-1.7 '), Buffer.alloc(50_000, 7)])
const PNG = Buffer.concat([
  Buffer.from('89504e470d0a1a0a0000000d49484452000000010000000108020000', 'hex'),
  Buffer.alloc(50_000, 1),
])
const HTML = Buffer.from(`<html><script>alert(1)</script>${' '.repeat(PDF.byteLength - 31)}`)
const evil = (size: number): Buffer => Buffer.alloc(size, '<script>')
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

describe.each(PLACES)('threat 15: on %s', place => {
  it('a file of another type, size or digest is refused, and ends its upload', async () => {
    const world = await openDirect(place, { accept: ['image/*'], quota: { count: 3 } })
    const assets = world.stowage.as(alice)
    const typed = await assets.beginUpload({ sizeBytes: HTML.byteLength, contentType: 'image/png', method: 'put' })
    await sendAll(world, assets, typed, HTML)
    await expect(assets.completeUpload(typed.id)).rejects.toMatchObject({ code: 'unprocessable', status: 422 })
    expect(await assets.getUpload(typed.id)).toMatchObject({
      state: 'failed',
      request: null,
      asset: null,
      error: expect.stringContaining('taken are image/*'),
    })
    await expect(assets.completeUpload(typed.id)).rejects.toMatchObject({ code: 'unprocessable' })
    expect(await world.keys()).toEqual([])
    const options = { sizeBytes: PNG.byteLength, contentType: 'image/png' } as const
    const digested = await assets.beginUpload({ ...options, sha256: sha256(HTML), method: 'put' })
    // What is not pinned by the signature is found out when the upload is completed.
    if (place !== 'disk') {
      await sendAll(world, assets, digested, PNG)
      await expect(assets.completeUpload(digested.id)).rejects.toMatchObject({ code: 'checksum_mismatch', status: 422 })
      const sized = await assets.beginUpload({ ...options, method: 'put' })
      await sendAll(world, assets, sized, PNG.subarray(1))
      await expect(assets.completeUpload(sized.id)).rejects.toMatchObject({
        code: 'unprocessable',
        details: { receivedBytes: PNG.byteLength - 1 },
      })
    } else {
      await expect(sendAll(world, assets, digested, PNG)).rejects.toThrow('422')
      await expect(
        sendAll(world, assets, await assets.beginUpload({ ...options, method: 'put' }), PNG.subarray(1)),
      ).rejects.toThrow('400')
    }
    expect(world.events).toEqual([])
    await expectNothingLeft(world, 0)
  })

  it('what its sender writes later, in every moment, changes nothing that is served', async () => {
    for (const op of ['head', 'copy', 'get', 'put']) {
      const world = await openDirect(place)
      const assets = world.stowage.as(alice)
      const begun = await assets.beginUpload({ sizeBytes: PDF.byteLength, method: 'put', filename: 'a.pdf' })
      await sendAll(world, assets, begun, PDF)
      const hold = gate()
      world.storage.inject({ on: op, nth: 1, fault: holdAt(hold, 'after') })
      const completing = assets.completeUpload(begun.id).then(
        () => 'done',
        () => 'refused',
      )
      const held = await Promise.race([hold.reached.then(() => true), completing.then(() => false)])
      if (held) await sendAll(world, assets, begun, evil(PDF.byteLength))
      hold.open()
      const outcome = await completing
      // Completed again, the new bytes are judged like the old.
      const again = outcome === 'done' ? await assets.getUpload(begun.id) : await assets.completeUpload(begun.id)
      await sendAll(world, assets, begun, evil(PDF.byteLength)).catch(() => undefined)
      const asset = again.asset
      if (!asset) throw new Error('There is no asset.')
      expect(sha256(await bytesOf(assets, asset.id)), op).toBe(asset.sha256)
      expect(asset.contentType === 'application/pdf', op).toBe(asset.sha256 === sha256(PDF))
      await expectNothingLeft(world, 1)
    }
  })

  it('C15, C16: a URL that is used again after completion, refusal, or the asset’s deletion brings nothing back', async () => {
    const world = await openDirect(place)
    const { stowage, clock, keys, send } = world
    const assets = stowage.as(alice)
    const begun = await assets.beginUpload({ sizeBytes: PDF.byteLength, method: 'put' })
    const { request } = begun
    if (!request) throw new Error('It takes no bytes.')
    await send(request, PDF)
    const { asset } = await assets.completeUpload(begun.id)
    await send(request, evil(PDF.byteLength))
    expect((await bytesOf(assets, asset?.id ?? '')).equals(PDF)).toBe(true)
    await assets.delete(asset?.id ?? '')
    await stowage.sweep()
    await clock.advance(HOUR - 2000)
    await send(request, PDF)
    await expect(assets.getUpload(begun.id)).rejects.toMatchObject({ code: 'not_found' })
    expect((await assets.list()).items).toEqual([])
    await clock.advance(2000)
    await expect(send(request, PDF)).rejects.toThrow()
    expect(await keys()).not.toEqual([])
    await expectNothingLeft(world, 0)
  })
})

describe('a direct upload', () => {
  it('is one asset, whoever completes it how often, and in how many processes', async () => {
    const world = await openDirect('disk')
    const second = await world.open()
    const both = [world.stowage.as(alice), second.stowage.as(alice)] as const
    const begun = await both[0].beginUpload({ sizeBytes: PDF.byteLength })
    await sendAll(world, both[0], begun, PDF)
    const answers = await Promise.all([...both, ...both].map(assets => assets.completeUpload(begun.id)))
    const made = answers.flatMap(({ asset }) => asset?.id ?? [])
    expect(new Set(made).size).toBe(1)
    expect(answers.every(({ state }) => state === 'done' || state === 'verifying')).toBe(true)
    expect((await both[1].completeUpload(begun.id)).asset?.id).toBe(made[0])
    expect(world.events.filter(type => type === 'asset.ready')).toHaveLength(1)
    await expectNothingLeft(world, 1)
  })

  it.each(['aborted', 'expired'])('that is %s while it is completed is either one or the other', async how => {
    for (const op of ['head', 'copy', 'get']) {
      const world = await openDirect('memory', { quota: { count: 1 } })
      const { stowage, storage, clock } = world
      const assets = stowage.as(alice)
      const begun = await assets.beginUpload({ sizeBytes: PDF.byteLength })
      await sendAll(world, assets, begun, PDF)
      if (how === 'expired') await clock.advance(DAY - 1000)
      const hold = gate()
      storage.inject({ on: op, nth: 1, fault: holdAt(hold) })
      const completing = assets.completeUpload(begun.id).then(
        ({ asset }) => asset !== null,
        () => false,
      )
      await hold.reached
      if (how === 'aborted') await assets.abortUpload(begun.id)
      else {
        await clock.advance(2000)
        await stowage.sweep()
      }
      hold.open()
      const made = await completing
      // A completion that has begun holds its upload; one that has not, loses.
      expect([made, world.warned], op).toEqual([how === 'expired' && op !== 'head', []])
      await expectNothingLeft(world, made ? 1 : 0)
    }
  })

  it('takes parts again and in any order, and says which are missing or not the ones that were named', async () => {
    const bytes = Buffer.concat([PDF, Buffer.alloc(17 * MIB, 3)])
    const world = await openDirect('memory')
    const assets = world.stowage.as(alice)
    const begun = await assets.beginUpload({ sizeBytes: bytes.byteLength, method: 'multipart' })
    const { partBytes = 0 } = begun
    const slice = (n: number) => bytes.subarray((n - 1) * (partBytes ?? 0), n * (partBytes ?? 0))
    const [third, first] = await assets.presignParts(begun.id, [3, 1])
    if (!first || !third) throw new Error('parts')
    await world.send(third.request, slice(3))
    await world.send(first.request, evil(8 * MIB))
    await expect(assets.completeUpload(begun.id)).rejects.toMatchObject({ code: 'conflict', details: { missingParts: [2] } })
    await world.send(first.request, slice(1))
    const [second] = await assets.presignParts(begun.id, [2])
    await expect(world.send(second?.request ?? first.request, slice(2).subarray(1))).rejects.toThrow()
    await world.send(second?.request ?? first.request, slice(2))
    const { parts } = await assets.getUpload(begun.id)
    const wrong = parts.map(part => (part.partNumber === 2 ? { ...part, etag: '"other"' } : part))
    for (const named of [wrong, parts.slice(1), [...parts, ...parts.slice(0, 1)].slice(1, 3)]) {
      await expect(assets.completeUpload(begun.id, { parts: named })).rejects.toMatchObject({ code: 'unprocessable' })
    }
    for (const numbers of [[], [0], [4], [1.5], Array.from({ length: 1001 }, () => 1)]) {
      await expect(assets.presignParts(begun.id, numbers)).rejects.toMatchObject({ code: 'unprocessable' })
    }
    const { asset } = await assets.completeUpload(begun.id, { parts })
    expect(asset?.sha256).toBe(sha256(bytes))
    await expect(world.send(first.request, evil(8 * MIB))).rejects.toThrow()
    await expect(assets.presignParts(begun.id, [1])).rejects.toMatchObject({ code: 'conflict' })
    await expectNothingLeft(world, 1)
  })

  it('that is large is verified by a job, and says so until then', async () => {
    for (const [bytes, done] of [
      [PDF, true],
      [HTML, false],
    ] as const) {
      const world = await openDirect('disk', {
        directUploads: { verifyInJobBytes: 1000 },
        accept: ['application/pdf'],
        quota: { bytes: 100_000 },
      })
      const { stowage, clock } = world
      const assets = stowage.as(alice)
      const begun = await assets.beginUpload({ sizeBytes: bytes.byteLength, contentType: 'application/pdf' })
      await expect(assets.completeUpload(begun.id)).rejects.toMatchObject({ code: 'conflict' })
      await sendAll(world, assets, begun, bytes)
      for (let i = 0; i < 2; i++)
        expect(await assets.completeUpload(begun.id)).toMatchObject({ state: 'verifying', asset: null, request: null })
      await clock.advance(DAY - HOUR)
      expect(await assets.getUpload(begun.id)).toMatchObject({ state: 'verifying' })
      expect((await stowage.sweep()).jobs).toBe(1)
      expect(await assets.getUpload(begun.id)).toMatchObject(
        done ? { state: 'done', asset: { sha256: sha256(bytes) } } : { state: 'failed' },
      )
      if (done) expect((await assets.completeUpload(begun.id)).asset?.createdBy).toBe('alice')
      await expectNothingLeft(world, done ? 1 : 0)
    }
  })

  it('whose sender writes again while a job verifies it is verified anew, and nobody is warned', async () => {
    const world = await openDirect('disk', { directUploads: { verifyInJobBytes: 1000 } })
    const assets = world.stowage.as(alice)
    const begun = await assets.beginUpload({ sizeBytes: PDF.byteLength, method: 'put' })
    await sendAll(world, assets, begun, PDF)
    await assets.completeUpload(begun.id)
    const hold = gate()
    world.storage.inject({ on: 'head', nth: 1, fault: holdAt(hold, 'after') })
    const swept = world.stowage.sweep()
    await hold.reached
    const later = Buffer.concat([PDF.subarray(0, -1), Buffer.of(8)])
    await sendAll(world, assets, begun, later)
    hold.open()
    expect((await swept).jobs).toBe(1)
    expect(await assets.getUpload(begun.id)).toMatchObject({ state: 'done', asset: { sha256: sha256(later) } })
    expect(world.warned).toEqual([])
    await expectNothingLeft(world, 1)
  })

  it('that its sender gives up while a job verifies it ends, and nobody is warned', async () => {
    const world = await openDirect('disk', { directUploads: { verifyInJobBytes: 1000 } })
    const assets = world.stowage.as(alice)
    const begun = await assets.beginUpload({ sizeBytes: PDF.byteLength, method: 'put' })
    await sendAll(world, assets, begun, PDF)
    await assets.completeUpload(begun.id)
    const hold = gate()
    world.storage.inject({ on: 'head', nth: 1, fault: holdAt(hold, 'after') })
    const swept = world.stowage.sweep()
    await hold.reached
    await assets.abortUpload(begun.id)
    hold.open()
    await swept
    expect(world.warned).toEqual([])
    await expectNothingLeft(world, 0)
  })

  it('lies where its kind wants it, by what it turned out to be', async () => {
    const kind = defineKind({
      name: 'asset',
      policy: ownerOnly(),
      keys: ({ id, contentType, filename }) => `${contentType}/${id}/${filename}`,
    })
    for (const method of ['put', 'multipart'] as const) {
      const world = await openDirect('memory', { kinds: [kind] })
      const assets = world.stowage.as(alice)
      const begun = await assets.beginUpload({ sizeBytes: PDF.byteLength, contentType: 'text/html', filename: 'a.pdf', method })
      await sendAll(world, assets, begun, PDF)
      const { asset } = await assets.completeUpload(begun.id)
      await expectNothingLeft(world, 1)
      expect(await world.keys()).toEqual([`application/pdf/${asset?.id}/a.pdf`])
      expect(await world.plain.head(`application/pdf/${asset?.id}/a.pdf`)).toMatchObject({ contentType: 'application/pdf' })
    }
  })

  it('is not called by storage what only its sender called it', async () => {
    for (const method of ['put', 'multipart'] as const) {
      const world = await openDirect('memory')
      const assets = world.stowage.as(alice)
      const begun = await assets.beginUpload({ sizeBytes: HTML.byteLength, contentType: 'text/html', method })
      await sendAll(world, assets, begun, HTML)
      const { asset } = await assets.completeUpload(begun.id)
      expect(asset?.contentType).toBe('application/octet-stream')
      await expectNothingLeft(world, 1)
      const [key = ''] = await world.keys()
      expect(await world.plain.head(key)).toMatchObject({ contentType: 'application/octet-stream' })
    }
  })
})

describe('room for direct uploads', () => {
  it('threat 77: is kept from their beginning, for exactly as many as there is room for', async () => {
    const world = await openDirect('disk', { quota: { bytes: 10 * PDF.byteLength, count: 5 } })
    const assets = world.stowage.as(alice)
    const begin = () => assets.beginUpload({ sizeBytes: PDF.byteLength })
    const tried = await Promise.allSettled(Array.from({ length: 20 }, begin))
    const begun = tried.flatMap(one => (one.status === 'fulfilled' ? one.value : []))
    expect(begun).toHaveLength(5)
    for (const one of tried) if (one.status === 'rejected') expect(one.reason).toMatchObject({ code: 'quota_exceeded' })
    expect(await assets.usage()).toMatchObject({ used: { count: 0 }, reserved: { bytes: 5 * PDF.byteLength, count: 5 } })
    await expect(assets.upload({ body: PDF })).rejects.toMatchObject({ code: 'quota_exceeded' })
    const [made, given, ...others] = begun
    if (!made || !given) throw new Error('none')
    await sendAll(world, assets, made, PDF)
    await assets.completeUpload(made.id)
    expect(await assets.usage()).toMatchObject({ used: { bytes: PDF.byteLength, count: 1 }, reserved: { count: 4 } })
    await assets.abortUpload(given.id)
    expect(await assets.usage()).toMatchObject({ reserved: { bytes: 3 * PDF.byteLength, count: 3 } })
    await begin()
    await expect(begin()).rejects.toMatchObject({ code: 'quota_exceeded' })
    await world.clock.advance(DAY)
    await world.stowage.sweep()
    expect(await assets.usage()).toMatchObject({ used: { count: 1 }, reserved: { bytes: 0, count: 0 } })
    expect(others).toHaveLength(3)
    await expectNothingLeft(world, 1)
  })
})

describe('a direct upload that can’t be', () => {
  it('is refused before anything is stored', async () => {
    const world = await openDirect('disk', { limits: { maxBytes: MIB } })
    const assets = world.stowage.as(alice)
    const wrong = {
      '/sizeBytes': [{ sizeBytes: -1 }, { sizeBytes: 1.5 }, { sizeBytes: 0 }, { sizeBytes: '5' as unknown as number }],
      '/method': [
        { sizeBytes: 5, method: 'post' as const },
        { sizeBytes: 5, method: 'ftp' as 'put' },
      ],
      '/sha256': [{ sizeBytes: 5, sha256: 'x' }],
      '/contentType': [{ sizeBytes: 5, contentType: 'a\r\nb: c' }],
      '/title': [{ sizeBytes: 5, title: 'x'.repeat(2000) }],
    }
    for (const [pointer, inputs] of Object.entries(wrong)) {
      for (const input of inputs) {
        await expect(assets.beginUpload(input), pointer).rejects.toMatchObject({
          code: 'unprocessable',
          details: { issues: [{ pointer }] },
        })
      }
    }
    await expect(assets.beginUpload({ sizeBytes: MIB + 1 })).rejects.toMatchObject({ code: 'content_too_large' })
    expect(await world.metadata.listExpiredUploads(Number.MAX_SAFE_INTEGER, 10)).toEqual([])
    expect(world.storage.calls.filter(({ op }) => op !== 'open')).toEqual([])
  })
})
