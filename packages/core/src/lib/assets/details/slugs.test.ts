import { describe, expect, it } from 'vitest'
import { openStowage } from '../../../../test/open-stowage.ts'
import { defineKind } from '../../kinds/define-kind.ts'
import { ownerOnly } from '../../policy/ready-made.ts'
import type { AssetPatch } from '../interface/changing.ts'

const alice = { id: 'alice' }
const kind = defineKind({ name: 'doc', slugs: true, policy: ownerOnly() })
const body = Buffer.from('x')

describe('a slug', () => {
  it.each([
    [{ title: 'Product Guide 2024' }, 'product-guide-2024'],
    [{ title: '  Ünïcödé & Straße — Ærø!  ' }, 'unicode-strasse-aero'],
    [{ title: "The Owner's Manual" }, 'the-owners-manual'],
    [{ title: '日本語', filename: 'Über uns.PDF' }, 'uber-uns'],
    [{ filename: 'my_photo (1).jpg' }, 'my-photo-1'],
    [{ title: '---', filename: '.gitignore' }, 'gitignore'],
    [{ title: '日本語' }, 'link'],
    [{ title: 'a'.repeat(1000) }, 'a'.repeat(180)],
    [{ title: `${'a'.repeat(179)} b` }, 'a'.repeat(179)],
    [{ title: 'A title', slug: 'chosen-1' }, 'chosen-1'],
  ])('of %j is %s', async (details, slug) => {
    const { stowage } = await openStowage({ kinds: [kind] })
    const made = await stowage.as(alice).create({ externalUrl: 'https://x.example', ...details })
    expect(made.slug).toBe(slug)
    expect(await stowage.as(alice).get({ slug })).toEqual(made)
  })

  it('that is taken gets the next number, without gaps, and stays when the title changes', async () => {
    const { stowage } = await openStowage({ kinds: [kind] })
    const assets = stowage.as(alice)
    const slugs: unknown[] = []
    for (let i = 0; i < 20; i += 1) slugs.push((await assets.upload({ body, title: 'Map' })).slug)
    expect(slugs).toEqual(['map', ...Array.from({ length: 19 }, (_, i) => `map-${i + 2}`)])
    const found = await assets.get({ slug: 'map-7' })
    expect((await assets.update(found.id, { title: 'Another' })).slug).toBe('map-7')
    await assets.delete(found.id)
    await expect(assets.get({ slug: 'map-7' })).rejects.toMatchObject({ code: 'not_found' })
    expect((await assets.upload({ body, title: 'Map 7' })).slug).toBe('map-7')
  })

  it('is a different one for each of many at once, in several processes', async () => {
    const first = await openStowage({ kinds: [kind] })
    const second = await openStowage({ kinds: [kind], at: first.root })
    const made = await Promise.all(
      Array.from({ length: 60 }, (_, i) => (i % 2 ? first : second).stowage.as(alice).create({ title: 'Same' })),
    )
    const slugs = new Set(made.map(({ slug }) => slug))
    expect(slugs).toEqual(new Set(['same', ...Array.from({ length: 59 }, (_, i) => `same-${i + 2}`)]))
    expect((await first.stowage.as(alice).create({ title: 'Same' })).slug).toBe('same-61')
  })

  it('is unique in its space only', async () => {
    const { stowage } = await openStowage({ kinds: [kind] })
    const inSpace = (id: string) => stowage.as(alice).in({ kind, space: { id } })
    const [a, b] = [await inSpace('a').create({ title: 'Map' }), await inSpace('b').create({ title: 'Map' })]
    expect([a.slug, b.slug]).toEqual(['map', 'map'])
    expect((await inSpace('b').get({ slug: 'map' })).id).toBe(b.id)
  })

  it('that was asked for and is taken is refused, before anything is stored', async () => {
    const { stowage, keys, metadata } = await openStowage({ kinds: [kind] })
    const assets = stowage.as(alice)
    const first = await assets.create({ title: 'Map' })
    const taken = { code: 'already_exists', details: { field: 'slug' } }
    await expect(assets.upload({ body, slug: 'map' })).rejects.toMatchObject(taken)
    await expect(assets.upload({ body, late: () => ({ slug: 'map' }) })).rejects.toMatchObject(taken)
    await expect(assets.create({ slug: 'map' })).rejects.toMatchObject(taken)
    const second = await assets.create({ title: 'Other' })
    await expect(assets.update(second.id, { slug: 'map' })).rejects.toMatchObject(taken)
    expect(await keys()).toEqual([])
    expect(await metadata.getUsage('doc', '')).toEqual({ bytes: 0, count: 2 })
    expect((await assets.update(first.id, { slug: 'map-of-all' })).slug).toBe('map-of-all')
    expect((await assets.update(second.id, { slug: 'map' })).slug).toBe('map')
  })

  it.each(['', 'Map', 'a--b', '-a', 'a-', 'a b', 'a/b', 'ü', 'a'.repeat(201), 5])('is not %j', async slug => {
    const { stowage } = await openStowage({ kinds: [kind] })
    const wrong = { code: 'unprocessable', details: { issues: [{ pointer: '/slug' }] } }
    await expect(stowage.as(alice).create({ slug: slug as string })).rejects.toMatchObject(wrong)
    const { id } = await stowage.as(alice).create({})
    await expect(stowage.as(alice).update(id, { slug } as AssetPatch)).rejects.toMatchObject(wrong)
    await expect(stowage.as(alice).get({ slug: slug as string })).rejects.toMatchObject({ code: 'not_found' })
  })

  it('can be taken away where the kind does not make them', async () => {
    const plain = defineKind({ name: 'plain', policy: ownerOnly() })
    const { stowage } = await openStowage({ kinds: [kind, plain] })
    const { id } = await stowage.as(alice).create({ slug: null })
    await expect(stowage.as(alice).update(id, { slug: null })).rejects.toMatchObject({ code: 'unprocessable' })
    const assets = stowage.as(alice).in({ kind: plain })
    const made = await assets.create({ title: 'Map', slug: 'map' })
    expect((await assets.create({ title: 'Map' })).slug).toBeNull()
    expect((await assets.update(made.id, { slug: null })).slug).toBeNull()
  })
})
