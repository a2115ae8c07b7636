import { describe, expect, it } from 'vitest'
import { openStowage } from '../../../../test/open-stowage.ts'
import { ownerOnly } from '../../policy/ready-made.ts'

const alice = { id: 'alice' }

async function withTags(...tags: string[]) {
  const { stowage } = await openStowage({ policy: ownerOnly(), limits: { maxTags: 100 } })
  const assets = stowage.as(alice)
  const { id } = await assets.upload({ body: Buffer.from('x'), tags })
  const patched = async (change: unknown) => (await assets.update(id, { tags: change as never })).tags
  return { assets, id, patched }
}

describe('a patch of tags', () => {
  it('removes, then adds, in place of nothing else', async () => {
    const { patched } = await withTags('a', 'b', 'c')
    expect(await patched({ remove: ['b', 'zzz'], add: ['d', 'a', 'd'] })).toEqual(['a', 'c', 'd'])
    expect(await patched({ add: ['b'], remove: ['b'] })).toEqual(['a', 'c', 'd', 'b'])
    expect(await patched({ remove: ['a', 'c'] })).toEqual(['d', 'b'])
    expect(await patched({})).toEqual(['d', 'b'])
    expect(await patched(['x'])).toEqual(['x'])
    expect(await patched(null)).toEqual([])
  })

  it.each([
    ['x', '/tags'],
    [5, '/tags'],
    [{ add: ['ok', 'a\nb'] }, '/tags/add/1'],
    [{ add: ['ok'], remove: [['ok']] }, '/tags/remove/0'],
    [{ add: { 0: 'a', length: 1 } }, '/tags/add'],
    [{ add: ['a'], set: ['b'] }, '/tags/set'],
    [{ add: Array.from({ length: 99 }, (_, at) => `t${at}`) }, '/tags'],
    [{ remove: Array.from({ length: 1001 }, (_, at) => `t${at}`) }, '/tags/remove'],
  ])('%j is refused, and nothing changes', async (change, pointer) => {
    const { assets, id, patched } = await withTags('one', 'two')
    await expect(patched(change)).rejects.toMatchObject({ code: 'unprocessable', details: { issues: [{ pointer }] } })
    expect(await assets.get({ id })).toMatchObject({ tags: ['one', 'two'], version: 1 })
  })

  it('of many at once: all survive, however many there are', async () => {
    const { assets, id, patched } = await withTags(...Array.from({ length: 40 }, (_, at) => `old${at}`))
    const changes = Array.from({ length: 40 }, (_, at) => ({ remove: [`old${at}`], add: [`new${at}`] }))
    await Promise.all(changes.map(patched))
    const { tags, version } = await assets.get({ id })
    expect([[...tags].sort(), version]).toEqual([changes.map(({ add }) => add[0]).sort(), 41])
  })

  it('waits for nobody under an If-Match that no longer holds', async () => {
    const { assets, id } = await withTags('a')
    const { etag } = await assets.get({ id })
    const outcomes = await Promise.allSettled(
      Array.from({ length: 10 }, (_, at) => assets.update(id, { tags: { add: [`t${at}`] } }, { ifMatch: etag })),
    )
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', ...Array<string>(9).fill('rejected')])
    for (const outcome of outcomes)
      if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'precondition_failed' })
    expect((await assets.get({ id })).tags).toHaveLength(2)
  })
})
