import type { FakeClock } from '@stowage/testkit'
import { describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { audit } from '../../../../test/audit.ts'
import { chunked, openStowage } from '../../../../test/open-stowage.ts'
import { StowageError } from '../../contracts/errors.ts'
import type { Change, MetadataStore } from '../../contracts/metadata.ts'
import { defineKind } from '../../kinds/define-kind.ts'
import { ownerOnly } from '../../policy/ready-made.ts'
import type { UploadInput } from '../interface/making.ts'

const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE
const alice = { id: 'alice' }
const KEY = { idempotencyKey: 'k1' }
const file = (text = 'hello', more: Partial<UploadInput> = {}): UploadInput => ({
  body: Buffer.from(text),
  filename: 'a.txt',
  contentType: 'text/plain',
  ...KEY,
  ...more,
})
const scope = (actor: string | null, space = '', kind = 'asset') => JSON.stringify([kind, space, actor])

/** A body that waits in its middle until it is told to go on. */
function halting(first: Buffer, rest = 'end') {
  const { promise, resolve } = Promise.withResolvers<void>()
  const begun = Promise.withResolvers<void>()
  const body = (async function* () {
    yield first
    begun.resolve()
    await promise
    yield Buffer.from(rest)
  })()
  return { body, goOn: resolve, begun: begun.promise, bytes: Buffer.concat([first, Buffer.from(rest)]) }
}

/** Rows that were announced ahead are taken back a second after the last upload. */
async function noSpares(clock: FakeClock, metadata: MetadataStore): Promise<void> {
  await clock.advance(1000)
  await vi.waitFor(async () => expect(await metadata.listDueBlobs(Number.MAX_SAFE_INTEGER, 10)).toEqual([]), { timeout: 20_000 })
}

describe('a request with a key', () => {
  it('that is sent again answers with the asset that it made, as it is by then, and stores nothing', async () => {
    const { stowage, storage, metadata, events } = await openStowage({ policy: ownerOnly() })
    const assets = stowage.as(alice)
    const big = Buffer.alloc(300_000, 'x')
    const input = { ...file(), title: 'T', tags: ['a'], metadata: { a: 1, b: 2 } }
    const made = await assets.upload({ ...input, body: chunked(big) })
    expect(await assets.upload({ ...input, body: big, metadata: { b: 2, a: 1 } })).toEqual(made)
    await assets.update(made.id, { title: 'U' })
    expect(await assets.upload({ ...input, body: chunked(big, 999), sizeBytes: big.byteLength })).toMatchObject({
      title: 'U',
      version: 2,
    })
    expect(events.filter(({ type }) => type === 'asset.ready')).toHaveLength(1)
    expect(await audit(storage, metadata)).toHaveLength(1)
  })

  it('is the same whether its details come before or behind the file', async () => {
    const kind = defineKind({ name: 'asset', fields: z.object({ a: z.string(), b: z.string() }), policy: ownerOnly() })
    const { stowage, storage, metadata } = await openStowage({ kinds: [kind] })
    const assets = stowage.as(alice)
    const made = await assets.upload(file('x', { fields: { a: '1' }, late: () => ({ title: 'T', fields: { b: '2' } }) }))
    expect(made).toMatchObject({ title: 'T', fields: { a: '1', b: '2' } })
    expect(await assets.upload(file('x', { title: 'T', fields: { b: '2', a: '1' }, late: () => ({}) }))).toEqual(made)
    expect(await assets.upload(file('x', { late: () => ({ title: 'T', fields: { b: '2', a: '1' } }) }))).toEqual(made)
    const other = assets.upload(file('x', { title: 'T', fields: { a: '1' }, late: () => ({ fields: { b: '3' } }) }))
    await expect(other).rejects.toMatchObject({ code: 'unprocessable' })
    expect(await audit(storage, metadata)).toHaveLength(1)
  })

  it('refuses whatever else comes with it, and stores nothing of that', async () => {
    const { stowage, storage, metadata } = await openStowage({ policy: ownerOnly() })
    const assets = stowage.as(alice)
    await assets.upload(file())
    const others = [
      file('hellO'),
      file('hello', { body: Buffer.alloc(200_000) }),
      file('hello', { title: 'T' }),
      file('hello', { filename: 'b.txt' }),
      file('hello', { tags: ['a'] }),
    ]
    for (const other of others) await expect(assets.upload(other)).rejects.toMatchObject({ code: 'unprocessable' })
    await expect(assets.create({ ...KEY, externalUrl: 'https://example.com/' })).rejects.toMatchObject({ code: 'unprocessable' })
    expect(await audit(storage, metadata)).toHaveLength(1)
    for (const idempotencyKey of ['', 'x'.repeat(256), 'a\0b']) {
      await expect(assets.upload(file('y', { idempotencyKey }))).rejects.toMatchObject({ code: 'unprocessable' })
    }
    expect(await audit(storage, metadata)).toHaveLength(1)
  })

  it('is a conflict while the first is under way, however long that takes', async () => {
    const { stowage, storage, metadata, clock } = await openStowage({ policy: ownerOnly() })
    const assets = stowage.as(alice)
    const halts = [halting(Buffer.alloc(100_000)), halting(Buffer.alloc(1)), halting(Buffer.alloc(1))] as const
    const body = (async function* () {
      for (const { body } of halts) yield* body
    })()
    const first = assets.upload(file('', { body }))
    for (const { begun, goOn } of halts) {
      await begun
      const again = assets.upload(file('', { body: Buffer.from('x') }))
      await expect(again).rejects.toMatchObject({ code: 'conflict', details: { retryAfterSeconds: 1 } })
      // Over three leases in all: what is received renews it.
      await clock.advance(12 * MINUTE)
      goOn()
    }
    const made = await first
    expect(await assets.upload(file('', { body: Buffer.concat(halts.map(({ bytes }) => bytes)) }))).toEqual(made)
    expect(await audit(storage, metadata)).toHaveLength(1)
  })

  it('that fails gives its key back: what is sent next may be another request', async () => {
    const kind = defineKind({ name: 'asset', policy: ownerOnly(), limits: { maxBytes: 1000 }, accept: ['text/plain'] })
    const { stowage, storage, metadata } = await openStowage({ kinds: [kind] })
    const assets = stowage.as(alice)
    const late = () => Promise.reject(new StowageError('invalid_request', 'no'))
    const failing: [UploadInput, string][] = [
      [file('x'.repeat(1001)), 'content_too_large'],
      [file('x', { title: 'x'.repeat(2000) }), 'unprocessable'],
      [file('x', { sha256: 'a'.repeat(64) }), 'checksum_mismatch'],
      [file('x', { late }), 'invalid_request'],
      [file('\0'), 'unsupported_media_type'],
    ]
    for (const [input, code] of failing) {
      await expect(assets.upload(input)).rejects.toMatchObject({ code })
      expect(await metadata.getIdempotency(scope('alice'), 'k1')).toBe(null)
    }
    const made = await assets.upload(file('right'))
    expect(await assets.upload(file('right'))).toEqual(made)
    expect(await audit(storage, metadata)).toHaveLength(1)
  })

  it('is another one of another actor, space or kind', async () => {
    const kinds = ['asset', 'doc'].map(name => defineKind({ name, policy: ownerOnly({ read: 'anyone' }) }))
    const { stowage, metadata } = await openStowage({ kinds })
    const made = [
      await stowage.as(alice).upload(file('1')),
      await stowage.as({ id: 'bob' }).upload(file('2')),
      await stowage
        .as(alice)
        .in({ space: { id: 's' } })
        .upload(file('3')),
      await stowage.as(alice).in({ kind: 'doc' }).upload(file('4')),
    ]
    expect(new Set(made.map(({ id }) => id)).size).toBe(4)
    const scopes = [scope('alice'), scope('bob'), scope('alice', 's'), scope('alice', '', 'doc')]
    for (const [at, name] of scopes.entries()) {
      expect((await metadata.getIdempotency(name, 'k1'))?.response).toEqual({ assetId: String(made[at]?.id) })
    }
  })

  it('is not found once what it made is deleted, and free again after a day, when the sweeper removes it', async () => {
    const { stowage, metadata, clock } = await openStowage({ policy: ownerOnly() })
    const assets = stowage.as(alice)
    const first = await assets.upload(file())
    await assets.delete(first.id)
    await expect(assets.upload(file())).rejects.toMatchObject({ code: 'not_found' })
    await clock.advance(DAY - 1)
    await expect(assets.upload(file('other'))).rejects.toMatchObject({ code: 'unprocessable' })
    await clock.advance(1)
    const second = await assets.upload(file('other'))
    expect(second.id).not.toBe(first.id)
    await clock.advance(DAY)
    await stowage.sweep()
    expect(await metadata.getIdempotency(scope('alice'), 'k1')).toBe(null)
  })
})

describe('one asset for each key', () => {
  it('of many requests at once, in two processes', async () => {
    const one = await openStowage({ policy: ownerOnly() })
    const two = await openStowage({ policy: ownerOnly(), at: one.root, clock: one.clock })
    const outcomes = await Promise.allSettled(
      Array.from({ length: 20 }, (_, at) =>
        (at % 2 ? one : two).stowage.as(alice).upload(file('same', { body: chunked(Buffer.alloc(70_000)) })),
      ),
    )
    const ids = outcomes.flatMap(outcome => (outcome.status === 'fulfilled' ? [outcome.value.id] : []))
    expect(new Set(ids).size).toBe(1)
    for (const outcome of outcomes) if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'conflict' })
    expect(await audit(one.storage, one.metadata)).toHaveLength(1)
  })

  it('where the first stood still for so long that another took its place', async () => {
    const { stowage, storage, metadata, clock } = await openStowage({ policy: ownerOnly() })
    const assets = stowage.as(alice)
    const { body, begun, goOn } = halting(Buffer.alloc(100_000))
    const first = assets.upload(file('', { body }))
    await begun
    await clock.advance(15 * MINUTE)
    const second = await assets.upload(file('second'))
    goOn()
    await expect(first).rejects.toMatchObject({ code: 'conflict', details: { retryAfterSeconds: 1 } })
    await noSpares(clock, metadata)
    expect((await audit(storage, metadata)).map(({ id }) => id)).toEqual([second.id])
    expect(await assets.upload(file('second'))).toEqual(second)
  })

  it('where its process died before the commit, or behind it', async () => {
    const dead = await openStowage({ policy: ownerOnly() })
    const { body, begun, goOn } = halting(Buffer.alloc(100_000))
    void dead.stowage
      .as(alice)
      .upload(file('', { body }))
      .catch(() => undefined)
    await begun
    const next = await openStowage({ policy: ownerOnly(), at: dead.root, clock: dead.clock })
    const assets = next.stowage.as(alice)
    await expect(assets.upload(file())).rejects.toMatchObject({ code: 'conflict' })
    await dead.clock.advance(15 * MINUTE)
    await next.stowage.sweep()
    const made = await assets.upload(file())
    goOn()
    const last = await openStowage({ policy: ownerOnly(), at: dead.root, clock: dead.clock })
    expect(await last.stowage.as(alice).upload(file())).toEqual(made)
  })

  it('where nobody learnt that its commit took place', async () => {
    let dark = false
    /** After the commit of an asset the database is out of reach until it is looked for again. */
    const wrapMetadata = (store: MetadataStore): MetadataStore => ({
      ...store,
      async commit(changes: readonly Change[]) {
        if (dark) throw new StowageError('unavailable', 'gone')
        await store.commit(changes)
        if (changes.some(({ op }) => op === 'insertAsset')) dark = true
        if (dark) throw new StowageError('unavailable', 'gone')
      },
      getAsset: ref => (dark ? Promise.reject(new StowageError('unavailable', 'gone')) : store.getAsset(ref)),
    })
    const { stowage, storage, metadata } = await openStowage({ policy: ownerOnly(), wrapMetadata })
    const assets = stowage.as(alice)
    await expect(assets.upload(file())).rejects.toMatchObject({ code: 'unavailable' })
    dark = false
    const [made] = await audit(storage, metadata)
    expect((await assets.upload(file())).id).toBe(made?.id)
  })
})

describe('what is made without an upload', () => {
  it('is generated, imported and linked once for each key', async () => {
    const asked: string[] = []
    const png = Buffer.from('89504e470d0a1a0a', 'hex')
    const generator = {
      name: 'g',
      generate: ({ prompt }: { readonly prompt: string }) => {
        asked.push(prompt)
        return Promise.resolve({ body: png, contentType: 'image/png' })
      },
    }
    const importer = {
      name: 'i',
      open: (url: string) => {
        asked.push(url)
        return Promise.resolve({ body: chunked(Buffer.from('text')), contentType: 'text/plain', filename: 'x', sizeBytes: null })
      },
    }
    const { stowage } = await openStowage({ policy: ownerOnly(), generator, importer })
    const assets = stowage.as(alice)
    const requests = [
      () => assets.generate({ prompt: 'a fox', idempotencyKey: 'g' }),
      () => assets.import({ url: 'https://example.com/a', idempotencyKey: 'i' }),
      () => assets.create({ externalUrl: 'https://example.com/b', title: 'B', idempotencyKey: 'c' }),
    ]
    for (const request of requests) expect(await request()).toEqual(await request())
    expect(asked).toEqual(['a fox', 'https://example.com/a'])
    expect((await assets.list()).items).toHaveLength(3)
    const others = [
      assets.generate({ prompt: 'a fox', aspectRatio: '4:3', idempotencyKey: 'g' }),
      assets.import({ url: 'https://example.com/b', idempotencyKey: 'i' }),
      assets.create({ externalUrl: 'https://example.com/b', title: 'C', idempotencyKey: 'c' }),
      assets.create({ title: 'C', idempotencyKey: 'g' }),
    ]
    for (const other of await Promise.allSettled(others)) expect(other).toMatchObject({ reason: { code: 'unprocessable' } })
    expect(asked).toHaveLength(2)
  })
})

describe('a request without a key', () => {
  it('costs no commit and no question more than before there were keys', async () => {
    const calls: string[] = []
    const wrapMetadata = (store: MetadataStore): MetadataStore =>
      new Proxy(store, {
        get: (target, name) => {
          const member = Reflect.get(target, name)
          if (typeof member !== 'function') return member
          return (...args: unknown[]) => {
            const changes = name === 'commit' ? (args[0] as readonly Change[]).map(({ op }) => op).join('+') : ''
            calls.push(`${String(name)} ${changes}`.trim())
            return member.apply(target, args)
          }
        },
      })
    const { stowage } = await openStowage({ policy: ownerOnly(), wrapMetadata })
    calls.length = 0
    await stowage.as(alice).upload({ ...file(), idempotencyKey: undefined as never })
    expect(calls).toEqual(['commit insertBlob', 'commit insertAsset+updateBlob+addUsage'])
  })
})
