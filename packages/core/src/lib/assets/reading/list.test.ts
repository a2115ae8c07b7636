import type { AssetQuery, AssetRecord } from '@stowage/core/contracts'
import { expect, it } from 'vitest'
import { openStowage } from '../../../../test/open-stowage.ts'
import { defineKind } from '../../kinds/define-kind.ts'
import { everyone } from '../../policy/rules.ts'

const kind = defineKind({ name: 'doc', policy: { rules: { list: everyone, create: everyone } } })

/** A list over a store that has endless rows like one that was uploaded, and what the store was asked for. */
async function endless() {
  const asked: AssetQuery[] = []
  const { stowage, metadata } = await openStowage({
    kinds: [kind],
    wrapMetadata: inner => ({
      ...inner,
      list: async query => {
        asked.push(query)
        const [row] = await inner.list({ kind: 'doc', filter: { op: 'all' }, sort: query.sort, limit: 1 })
        return Array<AssetRecord>(query.limit).fill(row as AssetRecord)
      },
    }),
  })
  expect(metadata.name).toBe('sqlite')
  const assets = stowage.as({ id: 'alice' })
  await assets.upload({ body: Buffer.from('x') })
  return { assets, asked }
}

it('by rank ends after 10,000, and goes on from where it was until then', async () => {
  const { assets, asked } = await endless()
  const ranked = { words: ' a  b ', ranked: true, limit: 1000, sort: { column: 'title', direction: 'asc' } } as const
  const first = await assets.list({ ...ranked, offset: 8000 })
  expect(asked.at(-1)).toMatchObject({
    ranked: ['a', 'b'],
    offset: 8000,
    limit: 1001,
    filter: { op: 'words', terms: ['a', 'b'] },
  })
  const second = await assets.list({ ...ranked, cursor: first.cursor as string })
  expect([asked.at(-1)?.offset, asked.at(-1)?.limit, second.items.length, second.cursor]).toEqual([9000, 1000, 1000, null])
  expect((await assets.list({ ...ranked, offset: 9999 })).items.length).toBe(1)
  const before = asked.length
  expect(await assets.list({ ...ranked, offset: 10_000, total: 'none' })).toEqual({ items: [], cursor: null, total: null })
  expect(asked.length).toBe(before)
})

it('refuses a cursor for another order before the database is asked, and ranks by nothing only if words are given', async () => {
  const { assets, asked } = await endless()
  const byRank = (await assets.list({ words: 'a', ranked: true, limit: 1 })).cursor as string
  const byTime = (await assets.list({ words: 'a', limit: 1 })).cursor as string
  const before = asked.length
  const lists = [
    assets.list({ words: 'a', cursor: byRank, total: 'exact' }),
    assets.list({ words: 'a', ranked: true, cursor: byTime, total: 'exact' }),
    assets.list({ words: 'a b', ranked: true, cursor: byRank }),
  ]
  for (const list of lists) await expect(list).rejects.toMatchObject({ code: 'invalid_cursor' })
  for (const words of [undefined, '', ' \t'])
    await expect(assets.list({ ranked: true, ...(words !== undefined && { words }) })).rejects.toThrow('needs words')
  for (const name of ['words', 'search']) {
    await expect(assets.list({ [name]: 'x'.repeat(501) })).rejects.toThrow(`${name} must have at most 500 characters`)
    await expect(assets.list({ [name]: 'x '.repeat(11) })).rejects.toThrow(`${name} must have at most 10 words`)
  }
  expect(asked.length).toBe(before)
})
