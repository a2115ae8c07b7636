import { defineKind, ownerOnly } from '@stowage/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { file, form } from '../form.ts'
import { type Library, openLibrary } from './open-library.ts'

const kind = defineKind({
  name: 'doc',
  fields: z.object({ topic: z.string().optional() }),
  policy: ownerOnly({ read: 'public' }),
})

let library: Library
beforeAll(async () => {
  library = await openLibrary({ kind, profiles: { '/docs': { list: { total: 'exact' } } } })
})
afterAll(() => library.close())

const upload = async (details: Readonly<Record<string, string | readonly string[]>> = {}) => {
  const parts = Object.entries(details).flatMap(([name, values]) =>
    [values].flat().map(value => ({ name, value: value as string })),
  )
  const answer = await library.by('alice')('/docs', { method: 'POST', ...form(...parts, file('x')) })
  expect([answer.status, answer.text]).toEqual([201, answer.text])
  return answer.json
}
const patch = (id: string, body: unknown, headers = {}) =>
  library.json('alice')(`/docs/${id}`, body, { method: 'PATCH', headers })
const found = async (query: string) =>
  (await library.by('alice')(`/docs?${query}`)).json.items.map(({ id }: { id: string }) => id)
const searched = (text: string) => found(`search=${encodeURIComponent(text)}`)

describe('records over HTTP, on a database', () => {
  it('M15: what may not change is 400, and stays', async () => {
    const before = await upload()
    for (const name of [
      'id',
      'kind',
      'space',
      'createdBy',
      'state',
      'processing',
      'contentType',
      'sizeBytes',
      'sha256',
      'version',
      'createdAt',
      'updatedAt',
      'etag',
      'url',
      'blobId',
      'uniqueName',
      'properties',
    ]) {
      const { status, json } = await patch(before.id, { title: 'new', [name]: before[name] ?? 'x' })
      expect([name, status, json.field]).toEqual([name, 400, name])
    }
    expect((await library.by('alice')(`/docs/${before.id}`)).json).toEqual(before)
  })

  it('M16: each change adds 1 to the version, and its time never goes back', async () => {
    const { id, createdAt } = await upload()
    let last = createdAt
    for (let version = 2; version < 6; version++) {
      if (version % 2 === 0) await library.clock.advance(10)
      const { json } = await patch(id, { title: `${version}` })
      expect([json.version, json.createdAt, json.updatedAt >= last]).toEqual([version, createdAt, true])
      last = json.updatedAt
    }
  })

  it('M17: tags that many add and remove at once all come and go', async () => {
    const { id } = await upload({ tags: Array.from({ length: 12 }, (_, at) => `old ${at}`) })
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, at) => patch(id, { tags: { add: [`new ${at}`, 'same'], remove: [`old ${at}`] } })),
    )
    expect(answers.map(({ status }) => status)).toEqual(Array(12).fill(200))
    const { json } = await library.by('alice')(`/docs/${id}`)
    expect(json.tags.toSorted()).toEqual([...Array.from({ length: 12 }, (_, at) => `new ${at}`), 'same'].toSorted())
    expect(json.version).toBe(13)
    for (const at of [0, 11]) expect([await found(`tags=new ${at}`), await found(`tags=old ${at}`)]).toEqual([[id], []])
  })

  it('M18 and M19: any of some tags, all of them, and none that is only alike', async () => {
    const tags = ['a,b', '"q"', "it's", 'Case', 'größe', 'x y']
    const [all, one] = [(await upload({ tags })).id, (await upload({ tags: ['a,b', 'case'] })).id]
    const params = (name: string, values: readonly string[]) =>
      values.map(value => `${name}=${encodeURIComponent(value)}`).join('&')
    expect(await found(params('tags[all]', tags))).toEqual([all])
    expect(await found(params('tags[all]', [...tags, 'never']))).toEqual([])
    expect(await found(params('tags', [...tags, 'never']))).toEqual([one, all])
    expect(await found(params('tags', ['Case', 'case']))).toEqual([one, all])
    expect(await found(`${params('tags', ['a,b'])}&${params('tags[all]', ['case'])}`)).toEqual([one])
    for (const alike of ['a', 'b', 'CASE', 'gro\u0308ße', 'x', 'x  y', '%', ''])
      expect(await found(params('tags', [alike]))).toEqual([])
    expect((await found(`limit=200&${params('tags[all]', [''])}`)).length).toBeGreaterThan(1)
  })

  it('M20 and M21: signs that are syntax elsewhere are text here', async () => {
    const titles = ['50%', '50', 'a_b', 'aXb', 'c\\d', "'; drop table assets; --", '" or ""="', 'NEAR(e, f)', 'g*']
    const ids = new Map<string, string>()
    for (const title of titles) ids.set(title, (await upload({ title })).id)
    for (const [text, wanted] of [
      ['%', ['50%']],
      ['50%', ['50%']],
      ['_', ['a_b']],
      ['c\\', ['c\\d']],
      ["'; drop table", ["'; drop table assets; --"]],
      ['""="', ['" or ""="']],
      ['near(', ['NEAR(e, f)']],
      ['g*', ['g*']],
      ['title:g', []],
      ['50% OR g*', []],
    ] as const) {
      expect([text, await searched(text)]).toEqual([text, wanted.map(title => ids.get(title))])
    }
  })

  it('M22: search folds case and accents alike for all who ask', async () => {
    const { id } = await upload({ title: 'İstanbul Straße Ångström ΟΔΟΣ' })
    for (const text of [
      'istanbul',
      'ISTANBUL',
      'i\u0307stanbul',
      'strasse',
      'STRASSE',
      'STRAẞE',
      'angstrom',
      'ÅNGSTRÖM',
      'οδός',
      'ΟΔΟΣ',
    ])
      expect([text, await searched(text)]).toEqual([text, [id]])
  })

  it('M23: an empty search finds everything, a huge one is 400', async () => {
    const everything = await found('limit=200')
    for (const text of ['', ' ', '\t']) expect(await found(`limit=200&search=${encodeURIComponent(text)}`)).toEqual(everything)
    for (const text of ['x'.repeat(501), 'x '.repeat(11), 'ä'.repeat(5000)]) {
      for (const name of ['search', 'words']) {
        const { status } = await library.by('alice')(`/docs?${name}=${encodeURIComponent(text)}`)
        expect(status).toBe(400)
      }
    }
  })
})

describe('lists by the words of files', () => {
  const texts = {
    often: `salmon ${'salmon river '.repeat(6)}`,
    long: `salmon river ${'and many other words '.repeat(30)}`,
    once: 'the salmon in a river',
    neither: 'salmonella',
    hidden: 'salmon river salmon river',
  }
  const ids: Record<string, string> = {}
  beforeAll(async () => {
    for (const [title, text] of Object.entries(texts)) {
      const actor = title === 'hidden' ? 'bob' : 'alice'
      const { id } = await library.assetsOf(actor).upload({ body: Buffer.from('x'), title })
      ids[title] = String(id)
      await library.metadata.commit([{ op: 'putText', assetId: String(id), kind: 'doc', text, append: false }])
    }
  })

  it('hold every word whole, within all other filters', async () => {
    const titled = (...names: readonly string[]) => names.map(name => ids[name])
    expect(await found('words=salmon')).toEqual(titled('once', 'long', 'often'))
    expect(await found('words=RIVER%20Salmon&search=o')).toEqual(titled('once', 'long', 'often'))
    expect(await found('words=salmon&search=long')).toEqual(titled('long'))
    expect(await found('words=salm')).toEqual([])
    expect(await found('search=river')).toEqual([])
  })

  it('are ranked where asked: what says most about them first, page after page, and nothing of others', async () => {
    const ranked = 'words=salmon%20river&ranked=true'
    const whole = await found(ranked)
    expect(whole).toEqual([ids.often, ids.once, ids.long])
    const pages = await library.pages('alice', `/docs?limit=1&${ranked}`)
    expect(pages.map(page => page.map(({ id }) => id))).toEqual(whole.map((id: string) => [id]))
    const { json } = await library.by('alice')(`/docs?${ranked}&limit=2`)
    expect([json.items.length, json.total]).toEqual([2, { count: 3, exact: true }])
    const again = (query: string, actor = 'alice') => library.by(actor)(`/docs?${query}&cursor=${json.cursor}`)
    expect((await again(ranked)).json.items.map(({ id }: { id: string }) => id)).toEqual([ids.long])
    for (const answer of [
      await again('words=salmon%20river'),
      await again('words=salmon&ranked=true'),
      await again(ranked, 'bob'),
    ])
      expect([answer.status, answer.json.code]).toEqual([400, 'invalid_cursor'])
    expect((await again('words=salmon%20river&ranked=false')).status).toBe(400)
  })
})
