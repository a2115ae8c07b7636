import { createHash } from 'node:crypto'
import { describe, expect, it, vi } from 'vitest'
import { alice, bob, bytesOf, DAY, expectNothingLeft, openDirect } from '../../../../test/direct-world.ts'
import { heldBody } from '../../../../test/held-body.ts'
import { chunked } from '../../../../test/open-stowage.ts'

// Other work on the machine must not make these fail.
vi.setConfig({ testTimeout: 120_000 })

const HOUR = 60 * 60 * 1000
const PDF = Buffer.concat([Buffer.from('%PDF-1.7 '), Buffer.from(Array.from({ length: 300_000 }, (_, i) => i % 251))])
const sizeBytes = PDF.byteLength
const hashOf = (algorithm: string, bytes: Uint8Array): string => createHash(algorithm).update(bytes).digest('hex')
/** One that is cut off after its bytes. */
async function* cut(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield* chunked(bytes)
  throw new Error('The connection is gone.')
}
const rest = (offsetBytes: number, end = sizeBytes) => ({ offsetBytes, body: chunked(PDF.subarray(offsetBytes, end)) })

describe.each(['disk', 'memory', 'memory in least parts'] as const)('a resumable upload on %s', place => {
  it('is an asset once its last byte is there, however it came', async () => {
    const world = await openDirect(place, { quota: { count: 5 }, resumable: { streamPartBytes: 70_000 } })
    const assets = world.stowage.as(alice)
    const whole = await assets.createResumable({ sizeBytes, filename: 'a.pdf', senderNote: 'a note' })
    expect(whole).toMatchObject({ state: 'open', offsetBytes: 0, sizeBytes, senderNote: 'a note', asset: null, error: null })
    const done = await assets.appendResumable(whole.id, rest(0))
    expect(done).toMatchObject({
      state: 'done',
      offsetBytes: sizeBytes,
      asset: { filename: 'a.pdf', contentType: 'application/pdf' },
    })
    expect((await bytesOf(assets, done.asset?.id ?? '')).equals(PDF)).toBe(true)
    const pieces = await assets.createResumable({ sizeBytes, sha256: hashOf('sha256', PDF) })
    const ends = [1, 1, 65_536, 200_000, 300_001, sizeBytes]
    let at = 0
    for (const end of ends) {
      const { offsetBytes, state } = await assets.appendResumable(pieces.id, rest(at, end))
      expect(offsetBytes).toBe(end)
      expect(state).toBe(end === sizeBytes ? 'done' : 'open')
      at = end
    }
    const { asset } = await assets.getResumable(pieces.id)
    expect(asset).toMatchObject({ sha256: hashOf('sha256', PDF), sizeBytes })
    expect(await assets.resumableOffset(pieces.id)).toMatchObject({
      state: 'done',
      offsetBytes: sizeBytes,
      asset: { id: asset?.id },
    })
    expect(await assets.appendResumable(pieces.id, rest(sizeBytes))).toMatchObject({ asset: { id: asset?.id } })
    await expectNothingLeft(world, 2)
  })

  it('keeps all that came of a request that was cut off, and refuses any other place to go on', async () => {
    const world = await openDirect(place)
    const assets = world.stowage.as(alice)
    const { id } = await assets.createResumable({ sizeBytes })
    await expect(assets.appendResumable(id, { offsetBytes: 0, body: cut(PDF.subarray(0, 123_456)) })).rejects.toThrow(/gone/)
    expect(await assets.resumableOffset(id)).toMatchObject({ state: 'open', offsetBytes: 123_456 })
    for (const wrong of [0, 123_455, 123_457, sizeBytes]) {
      await expect(assets.appendResumable(id, rest(wrong))).rejects.toMatchObject({
        code: 'conflict',
        details: { offsetBytes: 123_456 },
      })
    }
    const { asset } = await assets.appendResumable(id, rest(123_456))
    expect(asset?.sha256).toBe(hashOf('sha256', PDF))
    await expectNothingLeft(world, 1)
  })

  it('M7: goes on in the newer of two requests; the older keeps what it got, and moves nothing any more', async () => {
    const world = await openDirect(place)
    const assets = world.stowage.as(alice)
    const { id } = await assets.createResumable({ sizeBytes })
    const hung = heldBody(PDF.subarray(0, 100_000))
    const older = assets.appendResumable(id, { offsetBytes: 0, body: hung.body }).catch((error: unknown) => error)
    await hung.waits
    // Nothing of it is told yet, but for parts that are whole.
    expect((await assets.getResumable(id)).offsetBytes).toBeLessThan(place === 'memory in least parts' ? 100_000 : 1)
    const { offsetBytes } = await assets.resumableOffset(id)
    expect(offsetBytes).toBe(100_000)
    expect(await older).toMatchObject({ code: 'conflict' })
    hung.goOn(PDF.subarray(100_000, 110_000))
    const { asset } = await assets.appendResumable(id, rest(offsetBytes))
    expect(asset?.sha256).toBe(hashOf('sha256', PDF))
    await expectNothingLeft(world, 1)
  })

  it('of a length that becomes known later has no more room than it has bytes', async () => {
    const world = await openDirect(place, { quota: { bytes: sizeBytes + 10 } })
    const assets = world.stowage.as(alice)
    const { id } = await assets.createResumable({})
    expect(await assets.appendResumable(id, { ...rest(0, 200_000), lengthBytes: 200_000 })).toMatchObject({ sizeBytes: null })
    expect((await assets.usage()).reserved.bytes).toBe(200_000)
    await expect(assets.appendResumable(id, { ...rest(200_000), declareBytes: sizeBytes + 11 })).rejects.toMatchObject({
      code: 'quota_exceeded',
    })
    await expect(assets.appendResumable(id, { ...rest(200_000), declareBytes: 100 })).rejects.toMatchObject({
      code: 'unprocessable',
    })
    const declared = await assets.appendResumable(id, { ...rest(200_000, 200_001), declareBytes: sizeBytes })
    expect(declared).toMatchObject({ offsetBytes: 200_001, sizeBytes })
    await expect(assets.appendResumable(id, { ...rest(200_001), declareBytes: sizeBytes + 1 })).rejects.toMatchObject({
      code: 'invalid_request',
    })
    expect(await assets.appendResumable(id, rest(200_001))).toMatchObject({ state: 'done', asset: { sizeBytes } })
    await expectNothingLeft(world, 1)
  })

  it('keeps nothing of a request that does not have its checksum', async () => {
    const world = await openDirect(place, { resumable: { streamPartBytes: 50_000 } })
    const assets = world.stowage.as(alice)
    const { id } = await assets.createResumable({ sizeBytes })
    const half = PDF.subarray(0, 150_000)
    const wrong = { algorithm: 'sha1', value: hashOf('sha1', PDF) } as const
    await expect(assets.appendResumable(id, { ...rest(0, 150_000), checksum: wrong })).rejects.toMatchObject({
      code: 'checksum_mismatch',
    })
    const sha1 = { algorithm: 'sha1', value: hashOf('sha1', half) } as const
    await expect(assets.appendResumable(id, { offsetBytes: 0, body: cut(half), checksum: sha1 })).rejects.toThrow(/gone/)
    expect((await assets.resumableOffset(id)).offsetBytes).toBe(0)
    expect(await assets.appendResumable(id, { ...rest(0, 150_000), checksum: sha1 })).toMatchObject({ offsetBytes: 150_000 })
    const md5 = { algorithm: 'md5', value: hashOf('md5', PDF.subarray(150_000)) } as const
    const { asset } = await assets.appendResumable(id, { ...rest(150_000), checksum: md5 })
    expect(asset?.sha256).toBe(hashOf('sha256', PDF))
    await expectNothingLeft(world, 1)
  })

  it('that is refused for what it is ends, and leaves nothing', async () => {
    const world = await openDirect(place, { accept: ['image/*'], quota: { count: 1 } })
    const assets = world.stowage.as(alice)
    const { id } = await assets.createResumable({ sizeBytes })
    const hung = heldBody(PDF.subarray(0, 70_000))
    // Its end is not waited for.
    await expect(assets.appendResumable(id, { offsetBytes: 0, body: hung.body })).rejects.toMatchObject({ status: 422 })
    expect(await assets.getResumable(id)).toMatchObject({ state: 'failed', error: expect.stringContaining('image/*') })
    await expect(assets.appendResumable(id, rest(0))).rejects.toMatchObject({ status: 422 })
    expect(await world.keys()).toEqual([])
    await expectNothingLeft(world, 0)
  })

  it('is nobody else’s, and gone once it was aborted or has expired', async () => {
    const world = await openDirect(place, { quota: { count: 2 } })
    const assets = world.stowage.as(alice)
    const [aborted, expired] = [await assets.createResumable({ sizeBytes }), await assets.createResumable({ sizeBytes })]
    await assets.appendResumable(aborted.id, rest(0, 1000))
    await world.clock.advance(DAY - HOUR)
    await assets.appendResumable(expired.id, rest(0, 1000))
    for (const other of [world.stowage.as(bob), assets.in({ space: { id: 'elsewhere' } })]) {
      await expect(other.resumableOffset(expired.id)).rejects.toMatchObject({ code: 'not_found' })
      await expect(other.appendResumable(expired.id, rest(1000))).rejects.toMatchObject({ code: 'not_found' })
      await expect(other.abortResumable(expired.id)).rejects.toMatchObject({ code: 'not_found' })
    }
    await assets.abortResumable(aborted.id)
    await expect(assets.resumableOffset(aborted.id)).rejects.toMatchObject({ code: 'not_found' })
    // Its last bytes count.
    await world.clock.advance(DAY - HOUR)
    await world.stowage.sweep()
    expect(await assets.getResumable(expired.id)).toMatchObject({ offsetBytes: 1000 })
    await world.clock.advance(HOUR)
    await expect(assets.appendResumable(expired.id, rest(1000))).rejects.toMatchObject({ code: 'not_found' })
    await expectNothingLeft(world, 0)
  })

  it('of no bytes at all is an asset too, where the kind takes such', async () => {
    const world = await openDirect(place, { limits: { minBytes: 0 } })
    const assets = world.stowage.as(alice)
    const { id } = await assets.createResumable({ sizeBytes: 0 })
    expect(await assets.appendResumable(id, rest(0, 0))).toMatchObject({ state: 'done', asset: { sizeBytes: 0 } })
    await expectNothingLeft(world, 1)
  })

  it('that is large is verified by a job, unless all of it came through one process', async () => {
    const world = await openDirect(place, { directUploads: { verifyInJobBytes: 1000 } })
    const assets = world.stowage.as(alice)
    const { id } = await assets.createResumable({ sizeBytes })
    if (place !== 'disk') return expect(await assets.appendResumable(id, rest(0))).toMatchObject({ state: 'done' })
    await assets.appendResumable(id, rest(0, 1000))
    const later = (await world.open()).stowage.as(alice)
    expect(await later.appendResumable(id, rest(1000))).toMatchObject({ state: 'verifying', offsetBytes: sizeBytes, asset: null })
    expect(await assets.resumableOffset(id)).toMatchObject({ state: 'verifying', offsetBytes: sizeBytes })
    await world.stowage.sweep()
    expect(await assets.getResumable(id)).toMatchObject({ state: 'done', asset: { sizeBytes } })
    await expectNothingLeft(world, 1)
  })

  it('takes no more than was announced, and no more than is allowed', async () => {
    const world = await openDirect(place, { limits: { maxBytes: 1000 } })
    const assets = world.stowage.as(alice)
    await expect(assets.createResumable({ sizeBytes: 1001 })).rejects.toMatchObject({ code: 'content_too_large' })
    const { id } = await assets.createResumable({ sizeBytes: 100 })
    await expect(assets.appendResumable(id, { ...rest(0, 101), lengthBytes: 101 })).rejects.toMatchObject({
      code: 'content_too_large',
    })
    expect((await assets.resumableOffset(id)).offsetBytes).toBe(0)
    const open = await assets.createResumable({})
    await expect(assets.appendResumable(open.id, rest(0, 1001))).rejects.toMatchObject({ code: 'content_too_large' })
    expect((await assets.resumableOffset(open.id)).offsetBytes).toBe(1000)
    await expectNothingLeft(world, 0)
  })
})

describe.each(['disk', 'memory in least parts'] as const)('a resumable upload on several servers and %s', place => {
  it('is fenced off from one that stands still, whose bytes count for nothing from then on', async () => {
    const world = await openDirect(place)
    const [one, two] = [world.stowage.as(alice), (await world.open()).stowage.as(alice)]
    const { id } = await one.createResumable({ sizeBytes })
    const hung = heldBody(PDF.subarray(0, 50_000))
    const older = one.appendResumable(id, { offsetBytes: 0, body: hung.body }).catch((error: unknown) => error)
    await hung.waits
    // On a disk nothing is told before the request ends.
    const { offsetBytes } = await two.resumableOffset(id)
    expect(offsetBytes).toBeLessThanOrEqual(place === 'disk' ? 0 : 30_000)
    await two.appendResumable(id, rest(offsetBytes, offsetBytes + 10_000))
    hung.goOn(Buffer.alloc(100, 1))
    hung.end()
    expect(await older).toMatchObject({ code: 'conflict' })
    expect((await one.resumableOffset(id)).offsetBytes).toBe(offsetBytes + 10_000)
    const { asset } = await one.appendResumable(id, rest(offsetBytes + 10_000))
    expect(asset?.sha256).toBe(hashOf('sha256', PDF))
    await expectNothingLeft(world, 1)
  })

  it('goes on at another one, from where it was told to be', async () => {
    const world = await openDirect(place)
    const { id } = await world.stowage.as(alice).createResumable({ sizeBytes })
    await world.stowage.as(alice).appendResumable(id, rest(0, 77_777))
    const later = (await world.open()).stowage.as(alice)
    expect((await later.resumableOffset(id)).offsetBytes).toBe(77_777)
    expect(await later.appendResumable(id, rest(77_777))).toMatchObject({ asset: { sha256: hashOf('sha256', PDF) } })
    await expectNothingLeft(world, 1)
  })
})

describe('the options of resumable uploads', () => {
  it.each(['streamPartBytes', 'partBytes', 'memoryBytes'])('refuse a %s that can not be meant', async name => {
    for (const bytes of [0, 1.5, Number.NaN]) {
      const opening = openDirect('memory', { rowsInMemory: true, resumable: { [name]: bytes } })
      await expect(opening).rejects.toMatchObject({ code: 'invalid_request', message: expect.stringContaining(name) })
    }
  })
})
