import { isStowageError } from '@stowage/core/contracts'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { openStowage } from '../../../../test/open-stowage.ts'
import { defineKind } from '../../kinds/define-kind.ts'
import { ownerOnly } from '../../policy/ready-made.ts'
import type { AssetPatch } from '../interface/changing.ts'
import type { CreateInput } from '../interface/making.ts'

const alice = { id: 'alice' }
const url = 'https://elsewhere.example/a?b=c#d'

describe('an asset without an upload', () => {
  it('is a link where it says where it is, and has no bytes', async () => {
    const { stowage, events, keys, metadata } = await openStowage({ policy: ownerOnly() })
    const assets = stowage.as(alice)
    const link = await assets.create({ externalUrl: url, title: 'Elsewhere', tags: ['x'] })
    expect(link).toMatchObject({
      type: 'link',
      state: 'ready',
      processing: 'none',
      externalUrl: url,
      title: 'Elsewhere',
      filename: null,
      contentType: null,
      sizeBytes: null,
      sha256: null,
      contentEtag: null,
      createdBy: 'alice',
      version: 1,
      tags: ['x'],
    })
    expect(await assets.get({ id: link.id })).toEqual(link)
    expect((await assets.list({ search: 'elsewhere' })).items).toEqual([link])
    await expect(assets.content({ id: link.id })).rejects.toMatchObject({ code: 'not_found' })
    expect(events.map(({ type }) => type)).toEqual(['asset.ready'])
    expect(await keys()).toEqual([])
    expect(await metadata.getUsage('asset', '')).toEqual({ bytes: 0, count: 1 })
    expect((await stowage.audit({ graceMs: 0, overdueMs: 0 })).total).toBe(0)
    await assets.delete(link.id)
    expect(await metadata.getUsage('asset', '')).toEqual({ bytes: 0, count: 0 })
  })

  it('has the type that it says, and may be a record alone', async () => {
    const { stowage } = await openStowage({ policy: ownerOnly() })
    const assets = stowage.as(alice)
    expect(await assets.create({ externalUrl: url, type: 'video' })).toMatchObject({ type: 'video', externalUrl: url })
    expect(await assets.create({ title: 'A collection' })).toMatchObject({ type: 'file', externalUrl: null, sizeBytes: null })
    expect(await assets.create({ type: 'archive', filename: 'all.zip' })).toMatchObject({ type: 'archive', filename: 'all.zip' })
  })

  it('is refused without permission, and for details that are wrong, and leaves nothing', async () => {
    const kind = defineKind({ name: 'doc', fields: z.object({ shelf: z.string() }), policy: ownerOnly() })
    const { stowage, metadata } = await openStowage({ kinds: [kind] })
    await expect(stowage.as(null).create({ externalUrl: url })).rejects.toMatchObject({ code: 'unauthenticated' })
    const wrong: [object, string][] = [
      [{}, '/fields/shelf'],
      [{ fields: { shelf: 's' }, title: 5 }, '/title'],
      [{ fields: { shelf: 's' }, type: 'hologram' }, '/type'],
      [{ fields: { shelf: 's' }, externalUrl: null }, '/externalUrl'],
      [{ fields: { shelf: 's' }, slug: 'Not One' }, '/slug'],
    ]
    for (const [input, pointer] of wrong) {
      const failure = await stowage
        .as(alice)
        .create(input as CreateInput)
        .catch(error => error)
      expect(isStowageError(failure, 'unprocessable') && failure.details.issues).toMatchObject([{ pointer }])
    }
    expect(await metadata.getUsage('doc', '')).toEqual({ bytes: 0, count: 0 })
  })

  it.each([
    '',
    'elsewhere.example',
    '//elsewhere.example/a',
    'https:elsewhere.example',
    'https:///elsewhere.example',
    'https:\\\\elsewhere.example',
    'https://elsewhere.example\\@evil.example/',
    'javascript:alert(1)',
    'data:text/html,x',
    'ftp://elsewhere.example/a',
    'https://user@elsewhere.example/',
    'https://user:secret@elsewhere.example/',
    'https://@elsewhere.example/',
    'https://else where.example/',
    'https://elsewhere.example/a\nb',
    ' https://elsewhere.example/',
    'https://elsewhere.example/\u202egnp.exe',
    'https://elsewhere.example/\ud800',
    'https://elsewhere.example:99999/',
    'https://[::1/',
    `https://elsewhere.example/${'a'.repeat(2000)}`,
    5,
  ])('is not at %j', async externalUrl => {
    const { stowage } = await openStowage({ policy: ownerOnly() })
    const creating = stowage.as(alice).create({ externalUrl } as CreateInput)
    await expect(creating).rejects.toMatchObject({ code: 'unprocessable', details: { issues: [{ pointer: '/externalUrl' }] } })
  })

  it('may be somewhere else later, but not once it has bytes of its own', async () => {
    const { stowage } = await openStowage({ policy: ownerOnly() })
    const assets = stowage.as(alice)
    const link = await assets.create({ externalUrl: url })
    expect(await assets.update(link.id, { externalUrl: 'HTTP://b.example' })).toMatchObject({ externalUrl: 'HTTP://b.example' })
    for (const externalUrl of [null, 'javascript:0']) {
      const patch = { externalUrl } as unknown as AssetPatch
      await expect(assets.update(link.id, patch)).rejects.toMatchObject({ code: 'unprocessable' })
    }
    const filled = await assets.replaceContent(link.id, { body: Buffer.from('now here'), filename: 'a.txt' })
    expect(filled).toMatchObject({ externalUrl: null, sizeBytes: 8, type: 'file' })
    await expect(assets.update(link.id, { externalUrl: url })).rejects.toMatchObject({
      code: 'unprocessable',
      details: { issues: [{ pointer: '/externalUrl' }] },
    })
    expect((await stowage.audit({ graceMs: 0 })).total).toBe(0)
  })

  it('takes no URL in an upload', async () => {
    const { stowage } = await openStowage({ policy: ownerOnly() })
    const input = { body: Buffer.from('x'), externalUrl: url }
    expect(await stowage.as(alice).upload(input)).toMatchObject({ externalUrl: null, sizeBytes: 1 })
  })
})

describe('a kind that checks its assets', () => {
  const asked: unknown[] = []
  const kind = defineKind({
    name: 'doc',
    fields: z.object({ is: z.string() }),
    policy: ownerOnly(),
    check: asset => {
      asked.push([asset.fields.is, asset.type, asset.sizeBytes])
      expect(Object.keys(asset)).not.toContain('blobId')
      if (asset.fields.is === 'broken') throw new RangeError('a fault of its own')
      return { is: asset.fields.is !== asset.type && `says ${String(asset.fields.is)} of a ${asset.type}` }
    },
  })
  const wrong = { code: 'unprocessable', details: { issues: [{ pointer: '/is' }] } }
  const body = Buffer.from('%PDF-1.7 and more')

  it('is asked before a byte is stored, and again with what arrives behind the file', async () => {
    const { stowage, keys, metadata } = await openStowage({ kinds: [kind] })
    const assets = stowage.as(alice)
    asked.length = 0
    await expect(assets.upload({ body, fields: { is: 'image' } })).rejects.toMatchObject(wrong)
    expect(await metadata.listDueBlobs(Number.MAX_SAFE_INTEGER, 10)).toEqual([])
    await expect(assets.upload({ body, late: () => ({ fields: { is: 'image' } }) })).rejects.toMatchObject(wrong)
    await expect(assets.upload({ body, fields: { is: 'broken' } })).rejects.toThrow(RangeError)
    expect(await keys()).toEqual([])
    const made = await assets.upload({ body, fields: { is: 'pdf' } })
    const late = await assets.upload({ body, fields: { is: 'image' }, late: () => ({ fields: { is: 'pdf' } }) })
    expect([made.type, late.type]).toEqual(['pdf', 'pdf'])
    expect(asked).toEqual([
      ['image', 'pdf', null],
      ['image', 'pdf', body.byteLength],
      ['broken', 'pdf', null],
      ['pdf', 'pdf', null],
      ['pdf', 'pdf', body.byteLength],
    ])
  })

  it('is asked about assets without uploads, changes and replacements', async () => {
    const { stowage, keys } = await openStowage({ kinds: [kind] })
    const assets = stowage.as(alice)
    await expect(assets.create({ externalUrl: url, fields: { is: 'pdf' } })).rejects.toMatchObject(wrong)
    const { id } = await assets.create({ externalUrl: url, fields: { is: 'link' } })
    await expect(assets.update(id, { fields: { is: 'pdf' } })).rejects.toMatchObject(wrong)
    await expect(assets.replaceContent(id, { body })).rejects.toMatchObject(wrong)
    const staged = await assets.stage({ body })
    await expect(assets.create({ staged: staged.id, fields: { is: 'link' } })).rejects.toMatchObject(wrong)
    expect(await assets.create({ staged: staged.id, fields: { is: 'pdf' } })).toMatchObject({ type: 'pdf' })
    expect(await keys()).toHaveLength(1)
  })

  it('that never answers is given up after 5 s, and keeps nobody else from the asset', async () => {
    const asking = Promise.withResolvers<void>()
    const hanging = defineKind({
      name: 'doc',
      policy: ownerOnly(),
      check: ({ title }) => {
        if (title !== 'hangs') return
        asking.resolve()
        return new Promise(() => undefined)
      },
    })
    const { stowage, clock } = await openStowage({ kinds: [hanging] })
    const assets = stowage.as(alice)
    const { id } = await assets.create({ externalUrl: url })
    const first = expect(assets.update(id, { title: 'hangs' })).rejects.toMatchObject({ code: 'timeout' })
    await asking.promise
    await clock.advance(5000)
    await first
    expect(await assets.update(id, { title: 'works' })).toMatchObject({ title: 'works' })
  })
})
