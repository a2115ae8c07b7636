import type { MetadataStore } from '@stowage/core/contracts'
import { failAfter, failBefore, withMetadataFaults } from '@stowage/testkit'
import { describe, expect, it } from 'vitest'
import { chunked, openStowage, readAll } from '../../../../test/open-stowage.ts'
import { defineKind } from '../../kinds/define-kind.ts'
import { ownerOnly } from '../../policy/ready-made.ts'
import type { CreateInput } from '../interface/making.ts'

const alice = { id: 'alice' }
const bob = { id: 'bob' }
const DAY = 24 * 60 * 60 * 1000
const bytes = Buffer.concat([Buffer.from('%PDF-1.7 '), Buffer.alloc(200_000, 7)])
const NO_SUCH = {
  code: 'invalid_request',
  message: expect.stringContaining('There is no such staged file'),
  details: { field: 'staged' },
}

async function open() {
  const world = await openStowage({ policy: ownerOnly(), wrapMetadata: withMetadataFaults<MetadataStore> })
  return { ...world, metadata: world.metadata as ReturnType<typeof withMetadataFaults<MetadataStore>> }
}

describe('a staged file', () => {
  it('is no asset until one is made of it, and then has its bytes, name and type', async () => {
    const { stowage, keys, clock, metadata, events } = await open()
    const assets = stowage.as(alice)
    const staged = await assets.stage({ body: chunked(bytes), filename: 'guide.pdf', contentType: 'text/plain' })
    expect(staged).toMatchObject({
      id: expect.stringMatching(/^[0-9a-f]{32}$/),
      filename: 'guide.pdf',
      contentType: 'application/pdf',
      type: 'pdf',
      sizeBytes: bytes.byteLength,
      expiresAt: new Date(clock.now() + DAY),
    })
    expect((await assets.list()).items).toEqual([])
    expect(await metadata.getUsage('asset', '')).toEqual({ bytes: 0, count: 0 })
    expect(events).toEqual([])
    await clock.advance(DAY - 1)
    expect((await stowage.audit({ graceMs: 0, overdueMs: 0 })).total).toBe(0)
    expect(await stowage.sweep()).toMatchObject({ expiredUploads: 0, purgedObjects: 0 })
    const made = await assets.create({ staged: staged.id, title: 'The guide' })
    expect(made).toMatchObject({
      filename: 'guide.pdf',
      contentType: 'application/pdf',
      type: 'pdf',
      sizeBytes: bytes.byteLength,
      sha256: staged.sha256,
      title: 'The guide',
      externalUrl: null,
    })
    expect((await readAll((await (await assets.content({ id: made.id })).open()).body)).equals(bytes)).toBe(true)
    expect(await metadata.getUsage('asset', '')).toEqual({ bytes: bytes.byteLength, count: 1 })
    await clock.advance(2 * DAY)
    expect(await stowage.sweep()).toMatchObject({ expiredUploads: 0, purgedObjects: 0 })
    expect((await stowage.audit({ graceMs: 0, overdueMs: 0, verify: 'digest' })).total).toBe(0)
    expect(await keys()).toHaveLength(1)
  })

  it('may be named anew by the asset', async () => {
    const { stowage } = await open()
    const { id } = await stowage.as(alice).stage({ body: bytes })
    expect(await stowage.as(alice).create({ staged: id, filename: 'b.pdf' })).toMatchObject({ filename: 'b.pdf' })
  })

  it('is of use once, to whoever staged it, where it was staged: all else is refused in the same words', async () => {
    const kinds = ['doc', 'other'].map(name => defineKind({ name, policy: ownerOnly() }))
    const [doc, other] = kinds
    if (!doc || !other) throw new Error('kinds')
    const { stowage, clock } = await openStowage({ kinds })
    const mine = stowage.as(alice).in({ kind: doc, space: { id: 's' } })
    const { id } = await mine.stage({ body: bytes })
    const scopes = [
      stowage.as(bob).in({ kind: doc, space: { id: 's' } }),
      stowage.trusted.in({ kind: doc, space: { id: 's' } }),
      stowage.as(alice).in({ kind: doc, space: { id: 't' } }),
      stowage.as(alice).in({ kind: doc }),
      stowage.as(alice).in({ kind: other, space: { id: 's' } }),
    ]
    for (const scope of scopes) await expect(scope.create({ staged: id })).rejects.toMatchObject(NO_SUCH)
    for (const none of ['', 'x', 'f'.repeat(32), `${id}0`, id.toUpperCase(), 5, null])
      await expect(mine.create({ staged: none } as CreateInput)).rejects.toMatchObject(NO_SUCH)
    for (const beside of [{ externalUrl: 'https://x.example' }, { type: 'pdf' as const }])
      await expect(mine.create({ staged: id, ...beside })).rejects.toMatchObject({ code: 'invalid_request' })
    await mine.create({ staged: id })
    await expect(mine.create({ staged: id })).rejects.toMatchObject(NO_SUCH)
    const late = await mine.stage({ body: bytes })
    await clock.advance(DAY)
    await expect(mine.create({ staged: late.id })).rejects.toMatchObject(NO_SUCH)
  })

  it('is taken by one of two at once', async () => {
    const { stowage, metadata, keys } = await open()
    const { id } = await stowage.as(alice).stage({ body: bytes })
    const results = await Promise.allSettled(Array.from({ length: 8 }, () => stowage.as(alice).create({ staged: id })))
    const [won, lost] = [
      results.filter(({ status }) => status === 'fulfilled'),
      results.filter(({ status }) => status === 'rejected'),
    ]
    expect([won.length, lost.length]).toEqual([1, 7])
    for (const result of lost) expect(result).toMatchObject({ reason: NO_SUCH })
    expect(await metadata.getUsage('asset', '')).toEqual({ bytes: bytes.byteLength, count: 1 })
    expect(await keys()).toHaveLength(1)
  })

  it('goes with its object once it has expired', async () => {
    const { stowage, metadata, keys, clock } = await open()
    const { id } = await stowage.as(alice).stage({ body: bytes })
    await clock.advance(DAY)
    expect((await stowage.audit({ graceMs: 0, overdueMs: 0 })).counts).toEqual({ overdue: 2 })
    expect(await stowage.sweep()).toMatchObject({ expiredUploads: 1, purgedObjects: 1, failures: 0 })
    expect([await keys(), await metadata.getUpload(id), await metadata.listDueBlobs(Number.MAX_SAFE_INTEGER, 10)]).toEqual([
      [],
      null,
      [],
    ])
    expect((await stowage.audit({ graceMs: 0, overdueMs: 0 })).total).toBe(0)
  })

  it('is used or removed, never both, when it expires while an asset is made of it', async () => {
    const { stowage, metadata, keys, clock, root } = await open()
    const elsewhere = await openStowage({ policy: ownerOnly(), at: root })
    await elsewhere.clock.advance(DAY)
    for (let i = 0; i < 10; i += 1) {
      const { id } = await stowage.as(alice).stage({ body: bytes })
      const [made] = await Promise.allSettled([stowage.as(alice).create({ staged: id }), elsewhere.stowage.sweep()])
      if (made.status === 'rejected') expect(made.reason).toMatchObject(NO_SUCH)
      else await stowage.as(alice).delete(made.value.id)
    }
    await clock.advance(2 * DAY)
    await stowage.sweep()
    expect(await keys()).toEqual([])
    expect(await metadata.getUsage('asset', '')).toEqual({ bytes: 0, count: 0 })
    expect((await stowage.audit({ graceMs: 0, overdueMs: 0 })).total).toBe(0)
  })

  it('that is refused leaves nothing', async () => {
    const kind = defineKind({ name: 'doc', policy: ownerOnly(), accept: ['image/*'], limits: { maxBytes: 1000 } })
    const { stowage, keys, metadata } = await openStowage({ kinds: [kind] })
    const assets = stowage.as(alice)
    await expect(stowage.as(null).stage({ body: bytes })).rejects.toMatchObject({ code: 'unauthenticated' })
    await expect(assets.stage({ body: bytes.subarray(0, 500) })).rejects.toMatchObject({ code: 'unsupported_media_type' })
    await expect(assets.stage({ body: chunked(bytes) })).rejects.toMatchObject({ code: 'content_too_large' })
    await expect(assets.stage({ body: bytes.subarray(0, 9), filename: 'a/../b' })).rejects.toMatchObject({
      code: 'invalid_request',
    })
    expect([await keys(), await metadata.listDueBlobs(Number.MAX_SAFE_INTEGER, 10)]).toEqual([[], []])
  })

  it('survives a commit whose answer is lost, and leaves nothing where it has failed', async () => {
    const { stowage, metadata, keys } = await open()
    const assets = stowage.as(alice)
    metadata.inject({ on: 'commit', nth: 2, fault: failBefore() })
    await expect(assets.stage({ body: bytes })).rejects.toMatchObject({ code: 'unavailable' })
    metadata.heal()
    expect(await keys()).toEqual([])
    metadata.inject({ on: 'commit', nth: 2, fault: failAfter() })
    const staged = await assets.stage({ body: bytes })
    metadata.heal()
    metadata.inject({ on: 'commit', fault: failAfter() })
    const made = await assets.create({ staged: staged.id })
    metadata.heal()
    expect((await assets.list()).items).toEqual([made])
    expect((await stowage.audit({ graceMs: 0 })).total).toBe(0)
  })

  it('lies under a random key even where the kind makes others of its assets', async () => {
    const kind = defineKind({ name: 'doc', policy: ownerOnly(), keys: ({ id, filename }) => `readable/${id}/${filename}` })
    const { stowage, keys } = await openStowage({ kinds: [kind] })
    const { id } = await stowage.as(alice).stage({ body: bytes, filename: 'a.pdf' })
    expect(await keys()).toEqual([expect.not.stringContaining('readable')])
    const made = await stowage.as(alice).create({ staged: id })
    expect((await readAll((await (await stowage.as(alice).content({ id: made.id })).open()).body)).equals(bytes)).toBe(true)
  })

  it('is scanned once an asset is made of it, and not served before that', async () => {
    let scans = 0
    const scanner = {
      name: 'fake',
      async scan() {
        scans += 1
        return { clean: true as const }
      },
    }
    const { stowage } = await openStowage({ policy: ownerOnly(), scanner })
    const assets = stowage.as(alice)
    const { id } = await assets.stage({ body: bytes })
    await stowage.sweep()
    expect(scans).toBe(0)
    const made = await assets.create({ staged: id })
    expect(made.processing).toBe('pending')
    await expect(assets.content({ id: made.id })).rejects.toMatchObject({ code: 'conflict' })
    await stowage.sweep()
    expect(scans).toBe(1)
    expect((await readAll((await (await assets.content({ id: made.id })).open()).body)).equals(bytes)).toBe(true)
  })

  it('takes room in a quota until it is used or has expired', async () => {
    const kind = defineKind({ name: 'doc', policy: ownerOnly(), quota: { bytes: bytes.byteLength, count: 1 } })
    const { stowage, clock } = await openStowage({ kinds: [kind] })
    const assets = stowage.as(alice)
    const full = { code: 'quota_exceeded' }
    const staged = await assets.stage({ body: bytes })
    expect(await assets.usage()).toMatchObject({ used: { count: 0 }, reserved: { bytes: bytes.byteLength, count: 1 } })
    await expect(assets.stage({ body: Buffer.from('x') })).rejects.toMatchObject(full)
    await expect(assets.create({ title: 'Alone' })).rejects.toMatchObject(full)
    const made = await assets.create({ staged: staged.id })
    expect(await assets.usage()).toMatchObject({ used: { bytes: bytes.byteLength, count: 1 }, reserved: { bytes: 0, count: 0 } })
    await assets.delete(made.id)
    await assets.stage({ body: bytes })
    await clock.advance(DAY)
    await stowage.sweep()
    expect(await assets.usage()).toMatchObject({ used: { bytes: 0, count: 0 }, reserved: { bytes: 0, count: 0 } })
    expect(await assets.create({ title: 'Alone' })).toMatchObject({ title: 'Alone' })
  })
})
