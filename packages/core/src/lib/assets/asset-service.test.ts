import { createHash } from 'node:crypto'
import { describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { chunked, openStowage, readAll } from '../../../test/open-stowage.ts'
import type { Inspector } from '../contracts/inspector.ts'
import { defineKind } from '../kinds/define-kind.ts'
import { sequenceId } from '../kinds/ids.ts'
import { ownerOnly } from '../policy/ready-made.ts'
import type { GenerateInput, UploadInput } from './interface/making.ts'

const alice = { id: 'alice' }
const bob = { id: 'bob' }
const text = (value: string): Buffer => Buffer.from(value)
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)

describe('an upload', () => {
  it('is listed, read back byte for byte and described by what its bytes say', async () => {
    const { stowage, events, keys } = await openStowage({ policy: ownerOnly() })
    const bytes = Buffer.concat([PNG, Buffer.alloc(200_000, 7)])
    const asset = await stowage.as(alice).upload({
      body: chunked(bytes),
      filename: 'dot.png',
      contentType: 'text/html',
      title: 'A dot',
      tags: ['x', 'x', 'y'],
      metadata: { a: [1] },
    })
    expect(asset).toMatchObject({
      filename: 'dot.png',
      contentType: 'image/png',
      type: 'image',
      sizeBytes: bytes.byteLength,
      state: 'ready',
      version: 1,
      createdBy: 'alice',
      title: 'A dot',
      tags: ['x', 'y'],
      metadata: { a: [1] },
      visibility: 'private',
      sha256: createHash('sha256').update(bytes).digest('hex'),
    })
    const found = await stowage.as(alice).get({ id: asset.id })
    expect(found).toEqual(asset)
    expect((await stowage.as(alice).list()).items).toEqual([asset])
    const content = await stowage.as(alice).content({ id: asset.id })
    expect((await readAll((await content.open()).body)).equals(bytes)).toBe(true)
    expect(await readAll((await content.open({ range: { start: 1, end: 3 } })).body)).toEqual(text('PNG'))
    expect(events.map(event => event.type)).toEqual(['asset.ready'])
    expect(await keys()).toHaveLength(1)
  })

  it('takes what arrives behind the file, checked together with what came before', async () => {
    const kind = defineKind({
      name: 'doc',
      fields: z.object({ shelf: z.string().min(1), room: z.string().optional() }),
      policy: ownerOnly(),
    })
    const { stowage, keys } = await openStowage({ kinds: [kind] })
    const upload = (late: object) =>
      stowage.as(alice).upload({ body: text('x'), fields: { room: 'r' }, title: 'early', late: () => late })
    expect(await upload({ fields: { shelf: 's' }, title: 'late', filename: 'late.txt' })).toMatchObject({
      fields: { shelf: 's', room: 'r' },
      title: 'late',
      filename: 'late.txt',
    })
    await expect(upload({})).rejects.toMatchObject({ code: 'unprocessable', details: { issues: [{ pointer: '/fields/shelf' }] } })
    expect(await keys()).toHaveLength(1)
  })

  it.each([
    ['too large', { body: chunked(Buffer.alloc(2000)) }, 'content_too_large'],
    ['empty', { body: text('') }, 'invalid_request'],
    ['of a refused type', { body: PNG }, 'unsupported_media_type'],
    ['with unknown fields', { body: text('x'), fields: { nope: 1 } }, 'unprocessable'],
    ['with a bad title', { body: text('x'), title: 'a\0b' }, 'unprocessable'],
    ['with bad tags', { body: text('x'), tags: ['ok', ''] }, 'unprocessable'],
    ['with metadata that is too deep', { body: text('x'), metadata: nested(40) }, 'unprocessable'],
    ['with a hostile name', { body: text('x'), filename: '../../etc/passwd' }, 'invalid_request'],
    ['whose late part fails', { body: text('x'), late: () => Promise.reject(new Error('cut')) }, undefined],
    ['of another length than declared', { body: chunked(text('abc')), sizeBytes: 2 }, 'invalid_request'],
    ['whose source breaks', { body: broken() }, undefined],
  ])('%s is refused, and nothing is left of it', async (_what, input, code) => {
    const { stowage, metadata, storage, keys } = await openStowage({
      policy: ownerOnly(),
      limits: { maxBytes: 1000 },
      accept: ['application/octet-stream', 'text/*'],
    })
    const refused = stowage.as(alice).upload(input as UploadInput)
    await (code === undefined ? expect(refused).rejects.toThrow() : expect(refused).rejects.toMatchObject({ code }))
    expect(await keys()).toEqual([])
    const all = { kind: 'asset', filter: { op: 'all' }, states: ['uploading', 'ready', 'failed', 'deleting'] } as const
    expect(await metadata.count(all)).toEqual({ count: 0, exact: true })
    expect(await metadata.listDueBlobs(Number.MAX_SAFE_INTEGER, 10)).toEqual([])
    expect(await metadata.getUsage('asset', '')).toEqual({ bytes: 0, count: 0 })
    expect((await storage.list()).objects).toEqual([])
  })

  it('under a taken unique name gets 8 hex digits before its extension', async () => {
    const kind = defineKind({ name: 'page', filenames: 'unique', ids: sequenceId(), policy: ownerOnly() })
    const { stowage } = await openStowage({ kinds: [kind] })
    const page = (id: string) => stowage.as(alice).in({ kind, space: { id, ownerId: 'alice' } })
    const names = await Promise.all(
      [1, 2, 3].map(async () => (await page('1').upload({ body: text('x'), filename: 'logo.png' })).filename),
    )
    expect(names.filter(name => name === 'logo.png')).toHaveLength(1)
    expect(names.filter(name => /^logo-[0-9a-f]{8}\.png$/.test(String(name)))).toHaveLength(2)
    expect(await page('2').upload({ body: text('x'), filename: 'logo.png' })).toMatchObject({
      filename: 'logo.png',
      id: expect.any(Number),
    })
    expect(await page('1').get({ filename: 'logo.png' })).toMatchObject({ space: '1' })
  })

  it('carries what inspectors learn from its beginning; one that fails costs only its own facts', async () => {
    const pngSize: Inspector = {
      name: 'png-size',
      inspect: ({ prefix, contentType }) =>
        contentType === 'image/png'
          ? { width: Buffer.from(prefix).readUInt32BE(16), height: Buffer.from(prefix).readUInt32BE(20) }
          : null,
    }
    const faulty: Inspector = {
      name: 'faulty',
      inspect: () => {
        throw new Error('no')
      },
    }
    const absurd: Inspector = { name: 'absurd', inspect: () => ({ width: -1, properties: { depth: 8 } }) }
    const sized: Inspector = { name: 'sized', inspect: ({ sizeBytes }) => ({ properties: { sizeBytes: sizeBytes ?? null } }) }
    const { stowage, logged } = await openStowage({ policy: ownerOnly(), inspectors: [pngSize, faulty, absurd, sized] })
    const assets = stowage.as(alice)
    const asset = await assets.upload({ body: PNG })
    expect(asset).toMatchObject({ width: 1, height: 1, properties: { sizeBytes: PNG.byteLength } })
    expect(await assets.get({ id: asset.id })).toEqual(asset)
    expect(logged.map(([, details]) => (details as { inspector: string }).inspector)).toEqual(['faulty', 'absurd'])
    expect(await assets.replaceContent(asset.id, { body: text('x') })).toMatchObject({
      width: null,
      height: null,
      properties: { sizeBytes: 1 },
    })
  })

  it("blames the sender for the sender's failure, whatever storage makes of it", async () => {
    const { stowage } = await openStowage({ policy: ownerOnly() })
    const cut = new Error('cable cut')
    async function* late() {
      yield Buffer.alloc(100_000)
      throw cut
    }
    await expect(stowage.as(alice).upload({ body: late() })).rejects.toBe(cut)
  })

  it('whose writer lost its lease is not published', async () => {
    const { stowage, clock, keys } = await openStowage({ policy: ownerOnly(), timing: { uploadLeaseMs: 1000 } })
    const late = async () => {
      await clock.advance(1001)
      expect(await stowage.sweep()).toMatchObject({ expiredUploads: 1 })
      return {}
    }
    await expect(stowage.as(alice).upload({ body: text('x'), late })).rejects.toMatchObject({ code: 'conflict' })
    await clock.advance(3_600_001)
    await stowage.sweep()
    expect(await keys()).toEqual([])
  })

  it('that goes on receiving keeps its lease', async () => {
    const { stowage, clock, metadata } = await openStowage({ policy: ownerOnly(), timing: { uploadLeaseMs: 1000 } })
    const leaseIsLong = async () => expect(await metadata.listDueBlobs(clock.now() + 900, 1)).toEqual([])
    async function* slow() {
      yield Buffer.alloc(70_000)
      for (let i = 0; i < 5; i++) {
        await clock.advance(600)
        yield Buffer.alloc(1000)
        await vi.waitFor(leaseIsLong)
        expect(await stowage.sweep()).toMatchObject({ expiredUploads: 0 })
      }
    }
    expect(await stowage.as(alice).upload({ body: slow() })).toMatchObject({ sizeBytes: 75_000 })
  })
})

describe('a deletion', () => {
  it('hides at once and removes object and rows with the next jobs', async () => {
    const { stowage, keys, metadata, events } = await openStowage({ policy: ownerOnly() })
    const assets = stowage.as(alice)
    const { id } = await assets.upload({ body: text('x') })
    const content = await assets.content({ id })
    await assets.delete(id)
    await expect(assets.get({ id })).rejects.toMatchObject({ code: 'not_found' })
    await expect(assets.delete(id)).rejects.toMatchObject({ code: 'not_found' })
    expect((await assets.list()).items).toEqual([])
    expect(await metadata.getUsage('asset', '')).toEqual({ bytes: 0, count: 0 })
    await stowage.sweep()
    expect(await keys()).toEqual([])
    expect(await metadata.listBlobs(String(id))).toEqual([])
    await expect(content.open()).rejects.toMatchObject({ code: 'not_found' })
    expect(events.map(event => event.type)).toEqual(['asset.ready', 'asset.deleted', 'asset.purged'])
  })

  it('by If-Match of an older version is refused', async () => {
    const { stowage } = await openStowage({ policy: ownerOnly() })
    const assets = stowage.as(alice)
    const before = await assets.upload({ body: text('x') })
    const after = await assets.update(before.id, { title: 'new' })
    await expect(assets.delete(before.id, { ifMatch: before.etag })).rejects.toMatchObject({ code: 'precondition_failed' })
    await assets.delete(before.id, { ifMatch: `"other", ${after.etag}` })
  })
})

describe('an update', () => {
  it('applies disjoint patches made at the same time, all of them', async () => {
    const { stowage } = await openStowage({ policy: ownerOnly() })
    const assets = stowage.as(alice)
    const { id } = await assets.upload({ body: text('x'), metadata: { keep: true, gone: 1 } })
    await Promise.all([
      ...Array.from({ length: 8 }, (_, i) => assets.update(id, { metadata: { [`n${i}`]: i } })),
      assets.update(id, { metadata: { gone: null } as never, title: 't' }),
    ])
    const { metadata, title, version } = await assets.get({ id })
    expect(metadata).toEqual({ keep: true, n0: 0, n1: 1, n2: 2, n3: 3, n4: 4, n5: 5, n6: 6, n7: 7 })
    expect([title, version]).toEqual(['t', 10])
  })

  it.each([
    [{ createdBy: 'bob' }, 'invalid_request'],
    [{ state: 'deleting' }, 'invalid_request'],
    [JSON.parse('{"__proto__":{"x":1}}'), 'invalid_request'],
    [{ title: 5 }, 'unprocessable'],
    [{ visibility: 'secret' }, 'unprocessable'],
    [{ tags: 'x' }, 'unprocessable'],
    [{ fields: { nope: 1 } }, 'unprocessable'],
    [{ filename: 'a\nb' }, 'invalid_request'],
    [{ filename: null }, 'unprocessable'],
    [{ filename: 5 }, 'unprocessable'],
    [[], 'unprocessable'],
  ])('of %j is refused and changes nothing', async (patch, code) => {
    const { stowage } = await openStowage({ policy: ownerOnly() })
    const assets = stowage.as(alice)
    const before = await assets.upload({ body: text('x') })
    await expect(assets.update(before.id, patch)).rejects.toMatchObject({ code })
    expect(await assets.get({ id: before.id })).toEqual(before)
  })
})

describe('a picture to be generated', () => {
  it.each([{ filename: null }, { filename: 5 }, { prompt: 'a\0b' }])('with %j is refused before it is made', async given => {
    const generate = vi.fn()
    const { stowage } = await openStowage({ policy: ownerOnly(), generator: { name: 'fake', generate } })
    const input = { prompt: 'a dot', ...given } as GenerateInput
    await expect(stowage.as(alice).generate(input)).rejects.toMatchObject({ code: 'unprocessable' })
    expect(generate).not.toHaveBeenCalled()
  })
})

describe('a replacement', () => {
  it('swaps bytes, version and ETag; the old object goes after its grace period', async () => {
    const { stowage, clock, keys, metadata } = await openStowage({ policy: ownerOnly() })
    const assets = stowage.as(alice)
    const before = await assets.upload({ body: text('old'), filename: 'a.bin' })
    const reading = await assets.content({ id: before.id })
    const after = await assets.replaceContent(before.id, { body: PNG, ifMatch: before.etag })
    expect(after).toMatchObject({ id: before.id, version: 2, contentType: 'image/png', type: 'image', sizeBytes: PNG.byteLength })
    expect(after.contentEtag).not.toBe(before.contentEtag)
    expect(await readAll((await reading.open()).body)).toEqual(text('old'))
    expect(await metadata.getUsage('asset', '')).toEqual({ bytes: PNG.byteLength, count: 1 })
    await clock.advance(60_001)
    await stowage.sweep()
    expect(await keys()).toHaveLength(1)
    expect((await readAll((await (await assets.content({ id: before.id })).open()).body)).equals(PNG)).toBe(true)
  })

  it('may bring a name, which is held unique where names are, and is otherwise left alone', async () => {
    const kind = defineKind({ name: 'page', filenames: 'unique', policy: ownerOnly() })
    const { stowage, keys } = await openStowage({ kinds: [kind] })
    const assets = stowage.as(alice)
    const { id } = await assets.upload({ body: text('a'), filename: 'a.txt' })
    await assets.upload({ body: text('b'), filename: 'b.txt' })
    expect(await assets.replaceContent(id, { body: text('c') })).toMatchObject({ filename: 'a.txt' })
    expect(await assets.replaceContent(id, { body: text('d'), filename: 'd.txt' })).toMatchObject({ filename: 'd.txt' })
    const before = (await keys()).length
    await expect(assets.replaceContent(id, { body: text('e'), filename: 'b.txt' })).rejects.toMatchObject({
      code: 'already_exists',
    })
    await expect(assets.replaceContent(id, { body: text('e'), filename: '../e' })).rejects.toMatchObject({
      code: 'invalid_request',
    })
    expect(await keys()).toHaveLength(before)
    expect(await assets.get({ filename: 'd.txt' })).toMatchObject({ id, sizeBytes: 1 })
  })

  it('by two at once leaves one of them whole, and no other object', async () => {
    const { stowage, clock, keys } = await openStowage({ policy: ownerOnly() })
    const assets = stowage.as(alice)
    const { id, etag } = await assets.upload({ body: text('old') })
    const outcomes = await Promise.allSettled(
      ['one', 'two'].map(body => assets.replaceContent(id, { body: text(body), ifMatch: etag })),
    )
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    await clock.advance(4_000_000)
    await stowage.sweep()
    expect(await keys()).toHaveLength(1)
  })

  it('under way while its asset is deleted leaves nothing', async () => {
    const { stowage, clock, keys } = await openStowage({ policy: ownerOnly() })
    const assets = stowage.as(alice)
    const { id } = await assets.upload({ body: text('old') })
    async function* slow() {
      yield Buffer.alloc(70_000)
      await assets.delete(id)
      await stowage.sweep()
      yield Buffer.alloc(10)
    }
    await expect(assets.replaceContent(id, { body: slow() })).rejects.toMatchObject({ code: 'not_found' })
    await clock.advance(4_000_000)
    await stowage.sweep()
    expect(await keys()).toEqual([])
  })
})

describe('a list', () => {
  it('pages by cursor, newest first, without a gap or a repeat while others insert', async () => {
    const { stowage, clock } = await openStowage({ policy: ownerOnly() })
    const assets = stowage.as(alice)
    const ids: unknown[] = []
    for (let i = 0; i < 7; i++) {
      if (i % 2) await clock.advance(1)
      ids.unshift((await assets.upload({ body: text('x') })).id)
    }
    const seen: unknown[] = []
    let cursor: string | null | undefined
    do {
      const page = await assets.list({ limit: 3, ...(cursor ? { cursor } : {}) })
      seen.push(...page.items.map(item => item.id))
      cursor = page.cursor
      await clock.advance(1)
      await assets.upload({ body: text('new') })
    } while (cursor)
    expect(seen).toEqual(ids)
  })

  it("takes no cursor of someone else's, of another filter or sort, or altered", async () => {
    const { stowage } = await openStowage({ policy: ownerOnly({ read: 'anyone' }) })
    const assets = stowage.as(alice)
    for (let i = 0; i < 3; i++) await assets.upload({ body: text('x') })
    const { cursor } = await assets.list({ limit: 1 })
    const again = (who: { id: string } | null, more: object, by = String(cursor)) =>
      stowage.as(who).list({ limit: 1, cursor: by, ...more })
    await expect(again(alice, {})).resolves.toMatchObject({ items: [{}] })
    for (const attempt of [
      again(bob, {}),
      again(null, {}),
      again(alice, { search: 'x' }),
      again(alice, { sort: { column: 'title', direction: 'asc' } }),
      again(alice, { filter: { op: 'eq', column: 'type', value: 'file' } }),
      again(alice, {}, `${cursor}x`),
      again(alice, {}, ''),
      again(alice, {}, 'x'.repeat(100_000)),
    ]) {
      await expect(attempt).rejects.toMatchObject({ code: 'invalid_cursor' })
    }
  })

  it('holds, counts and finds only what its actor may read', async () => {
    const { stowage } = await openStowage({ policy: ownerOnly({ read: 'public' }) })
    await stowage.as(alice).upload({ body: text('x'), title: 'secret plan' })
    const shared = await stowage.as(alice).upload({ body: text('x'), title: 'public plan', visibility: 'public' })
    const asBob = await stowage.as(bob).list({ search: 'PLÁN', total: 'exact' })
    expect(asBob.items.map(item => item.id)).toEqual([shared.id])
    expect(asBob.total).toEqual({ count: 1, exact: true })
    expect((await stowage.as(alice).list({ search: 'plan', total: 'bounded' })).total).toEqual({ count: 2, exact: true })
  })

  it.each([
    { limit: 0 },
    { limit: -1 },
    { limit: 1001 },
    { limit: Number.NaN },
    { offset: -1 },
    { offset: 1, cursor: 'x' },
    { search: 'a '.repeat(300) },
    { filter: { op: 'eq', column: 'uniqueName', value: 'x' } },
    { filter: { op: 'not', filter: { op: 'eq', column: { field: '__proto__' }, value: 1 } } },
    { sort: { column: 'blobId', direction: 'asc' } },
  ])('of %j is refused', async input => {
    const { stowage } = await openStowage({ policy: ownerOnly() })
    await expect(stowage.as(alice).list(input as never)).rejects.toMatchObject({ code: 'invalid_request' })
  })
})

describe('a signed link', () => {
  it('reads without credentials until it expires, the bytes change or the asset goes', async () => {
    const { stowage, clock } = await openStowage({ policy: ownerOnly() })
    const assets = stowage.as(alice)
    const { id } = await assets.upload({ body: text('secret') })
    const { token, expiresAt } = await assets.createLink(id)
    expect(Number(expiresAt) - clock.now()).toBe(900_000)
    expect(await readAll((await (await stowage.openLink(token)).open()).body)).toEqual(text('secret'))
    await expect(stowage.openLink(`${token.slice(0, -2)}AA`)).rejects.toMatchObject({ code: 'forbidden' })
    const short = await assets.createLink(id, { expiresInSeconds: 1 })
    await clock.advance(1000)
    await expect(stowage.openLink(short.token)).rejects.toMatchObject({ code: 'forbidden' })
    await assets.replaceContent(id, { body: text('new') })
    await expect(stowage.openLink(token)).rejects.toMatchObject({ code: 'not_found' })
    const next = await assets.createLink(id)
    await assets.delete(id)
    await expect(stowage.openLink(next.token)).rejects.toMatchObject({ code: 'not_found' })
  })

  it.each([0, -1, 604_801, 1.5, Number.NaN])('of %d seconds is refused', async expiresInSeconds => {
    const { stowage } = await openStowage({ policy: ownerOnly() })
    const { id } = await stowage.as(alice).upload({ body: text('x') })
    await expect(stowage.as(alice).createLink(id, { expiresInSeconds })).rejects.toMatchObject({ code: 'invalid_request' })
  })
})

describe('the guard', () => {
  it('stands before every method, and tells nothing of what may not be read', async () => {
    const { stowage } = await openStowage({ policy: ownerOnly() })
    const { id } = await stowage.as(alice).upload({ body: text('x') })
    const missing = '01890000-0000-7000-8000-000000000000'
    for (const name of [id, missing, 'nonsense']) {
      const { as } = { as: stowage.as(bob) }
      const attempts = [
        as.get({ id: name }),
        as.update(name, { title: 'x' }),
        as.delete(name),
        as.content({ id: name }),
        as.derivative({ id: name }, 'thumb'),
        as.replaceContent(name, { body: text('y') }),
        as.createLink(name),
        as.authorize('read', name),
      ]
      for (const attempt of attempts)
        await expect(attempt).rejects.toMatchObject({ code: 'not_found', message: 'There is no such asset.' })
    }
    for (const attempt of [stowage.as(null).list(), stowage.as(null).upload({ body: text('x') }), stowage.as(null).delete(id)]) {
      await expect(attempt).rejects.toMatchObject({ code: 'unauthenticated' })
    }
  })

  it('lets trusted code past', async () => {
    const { stowage } = await openStowage()
    const { id } = await stowage.trusted.upload({ body: text('x') })
    expect(await stowage.trusted.get({ id })).toMatchObject({ createdBy: null })
    await expect(stowage.as(alice).get({ id })).rejects.toMatchObject({ code: 'not_found' })
  })

  it('keeps kinds and spaces apart', async () => {
    const [one, two] = [defineKind({ name: 'one', policy: ownerOnly() }), defineKind({ name: 'two', policy: ownerOnly() })]
    const { stowage } = await openStowage({ kinds: [one, two] })
    const space = (id: string) => ({ id, ownerId: 'alice' })
    const { id } = await stowage
      .as(alice)
      .in({ kind: one, space: space('a') })
      .upload({ body: text('x') })
    for (const elsewhere of [
      { kind: two, space: space('a') },
      { kind: one, space: space('b') },
    ]) {
      await expect(stowage.as(alice).in(elsewhere).get({ id })).rejects.toMatchObject({ code: 'not_found' })
      expect((await stowage.as(alice).in(elsewhere).list()).items).toEqual([])
    }
    expect(
      (
        await stowage
          .as(alice)
          .in({ kind: one, spaces: [space('a'), space('b')] })
          .list()
      ).items,
    ).toHaveLength(1)
    expect(
      (
        await stowage
          .as(bob)
          .in({ kind: one, spaces: [space('a')] })
          .list()
      ).items,
    ).toHaveLength(0)
  })
})

function nested(depth: number): object {
  return depth === 0 ? {} : { a: nested(depth - 1) }
}

async function* broken(): AsyncGenerator<Uint8Array> {
  yield Buffer.alloc(500)
  throw new Error('cable cut')
}
