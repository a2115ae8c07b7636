import { withMetadataFaults } from '@stowage/testkit'
import { describe, expect, it } from 'vitest'
import { openStowage } from '../../../../test/open-stowage.ts'
import type { MetadataStore } from '../../contracts/metadata.ts'
import { defineKind } from '../../kinds/define-kind.ts'
import { sequenceId } from '../../kinds/ids.ts'
import { anyOf, creator, isPublic } from '../../policy/rules.ts'
import type { Asset } from '../interface/asset.ts'

const alice = { id: 'alice' }
const bob = { id: 'bob' }
const NEVER = '0192f000-0000-7000-8000-000000000000'

/** Everybody reads what is public; only whoever made a thing changes it. */
const open = { list: creator(), read: anyOf(isPublic(), creator()), create: creator(), update: creator(), delete: creator() }
const file = defineKind({ name: 'file', policy: { rules: open }, limits: { maxTags: 3 } })
const numbered = defineKind({ name: 'numbered', ids: sequenceId(), policy: { rules: open } })

async function world() {
  let faulty: ReturnType<typeof withMetadataFaults<MetadataStore>> | undefined
  const opened = await openStowage({
    kinds: [file, numbered],
    wrapMetadata: store => {
      faulty = withMetadataFaults(store)
      return faulty
    },
  })
  const make = (actor: { id: string }, details: object = {}): Promise<Asset> =>
    opened.stowage.as(actor).upload({ body: Buffer.from('x'), filename: 'x.txt', ...details })
  return { ...opened, metadata: faulty as NonNullable<typeof faulty>, make, mine: opened.stowage.as(alice) }
}

describe('deleting many', () => {
  it('deletes each that may be, says of each other why not, in the order that was asked', async () => {
    const { make, mine, stowage } = await world()
    const [a, b] = [await make(alice), await make(alice)]
    const [open, hidden] = [await make(bob, { visibility: 'public' }), await make(bob)]
    const ids = [b.id, 'no-id', hidden.id, a.id, NEVER, open.id]
    const results = await mine.deleteMany(ids)
    expect(results.map(({ id, asset, error }) => [id, asset, error?.code])).toEqual([
      [b.id, null, undefined],
      ['no-id', undefined, 'not_found'],
      [hidden.id, undefined, 'not_found'],
      [a.id, null, undefined],
      [NEVER, undefined, 'not_found'],
      [open.id, undefined, 'forbidden'],
    ])
    // What is hidden, malformed and absent can't be told apart.
    expect(new Set([results[1], results[2], results[4]].map(result => result?.error?.message)).size).toBe(1)
    expect((await stowage.trusted.list()).items.map(({ id }) => id).sort()).toEqual([hidden.id, open.id].sort())
    expect(await stowage.sweep()).toMatchObject({ removedAssets: 2, failures: 0 })
  })

  it('works once on what is named twice, and answers both', async () => {
    const { mine, events } = await world()
    const assets = mine.in({ kind: numbered })
    const { id } = await assets.upload({ body: Buffer.from('x') })
    const results = await assets.deleteMany([id, String(id), id])
    expect(results).toEqual([id, String(id), id].map(name => ({ id: name, asset: null })))
    expect(events.filter(({ type }) => type === 'asset.deleted')).toHaveLength(1)
  })

  it('takes a thousand, some of them together in one commit, and refuses one more with nothing done', async () => {
    const { make, mine, stowage, metadata } = await world()
    const { id } = await make(alice)
    const tooMany = [id, ...Array.from({ length: 1000 }, (_, at) => NEVER.replace(/^.{4}/, String(1000 + at)))]
    const before = metadata.calls.length
    await expect(mine.deleteMany(tooMany)).rejects.toMatchObject({
      code: 'invalid_request',
      message: expect.stringContaining('1000'),
    })
    expect(metadata.calls.length).toBe(before)
    const results = await mine.deleteMany(tooMany.slice(0, 1000))
    expect(results.map(({ error }) => error?.code)).toEqual([undefined, ...Array<string>(999).fill('not_found')])
    await expect(stowage.trusted.get({ id })).rejects.toMatchObject({ code: 'not_found' })
    expect(await mine.deleteMany([])).toEqual([])
  })

  it('refuses what is no id before anything is done', async () => {
    const { make, mine } = await world()
    const { id } = await make(alice)
    for (const [ids, pointer] of [
      [[id, null], '/ids/1'],
      [[{ id }], '/ids/0'],
      ['abc', '/ids'],
      [undefined, '/ids'],
    ] as const) {
      await expect(mine.deleteMany(ids as never)).rejects.toMatchObject({
        code: 'unprocessable',
        details: { issues: [{ pointer }] },
      })
    }
    expect((await mine.get({ id })).version).toBe(1)
  })

  it('asks the policy before anything else', async () => {
    const { stowage } = await world()
    await expect(stowage.as(null).deleteMany([NEVER])).rejects.toMatchObject({ code: 'unauthenticated' })
    await expect(stowage.as(null).tagMany([NEVER], { add: ['x'] })).rejects.toMatchObject({ code: 'unauthenticated' })
  })

  it('tells of a database that fails under one of them, and goes on with the others', async () => {
    const { make, mine, metadata } = await world()
    const [a, b] = [await make(alice), await make(alice)]
    const isOfA = (changes: unknown) => JSON.stringify(changes).includes(String(a.id))
    metadata.inject({ on: 'commit', where: isOfA, fault: { kind: 'failBefore', error: new Error('broken inside') } })
    const [first, second] = await mine.deleteMany([a.id, b.id])
    expect([first?.error?.code, first?.error?.message, second?.error]).toEqual(['internal', 'An unexpected error.', undefined])
    metadata.heal()
    expect((await mine.list()).items.map(({ id }) => id)).toEqual([a.id])
  })
})

describe('tagging many', () => {
  it('adds and removes on each by itself, and gives each as it then is', async () => {
    const { make, mine } = await world()
    const [a, b, full] = [
      await make(alice, { tags: ['old', 'keep'] }),
      await make(alice),
      await make(alice, { tags: ['1', '2', '3'] }),
    ]
    const results = await mine.tagMany([a.id, full.id, b.id, NEVER], { add: ['new'], remove: ['old', 'never'] })
    expect(results.map(({ asset, error }) => asset?.tags ?? error?.code)).toEqual([
      ['keep', 'new'],
      'unprocessable',
      ['new'],
      'not_found',
    ])
    expect(results.map(({ asset }) => asset?.version)).toEqual([2, undefined, 2, undefined])
  })

  it.each([
    [{ add: ['ok', ''] }, '/add/1'],
    [{ remove: [5] }, '/remove/0'],
    [{ add: 'x' }, '/add'],
    [{ other: ['x'] }, '/other'],
    [{}, ''],
    [{ add: [], remove: [] }, ''],
    [{ add: ['1', '2', '3', '4'] }, '/add'],
  ])('refuses %j as a whole', async (tags, pointer) => {
    const { make, mine } = await world()
    const { id } = await make(alice)
    await expect(mine.tagMany([id], tags as never)).rejects.toMatchObject({
      code: 'unprocessable',
      details: { issues: [{ pointer }] },
    })
    expect((await mine.get({ id })).version).toBe(1)
  })
})
