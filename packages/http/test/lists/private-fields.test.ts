import { defineKind, everyone, type Kind } from '@stowage/core'
import { assetApi, boundFilter, columnFilter, defineProfile, type ProfileOptions, rangeFilters } from '@stowage/http'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { file, form } from '../form.ts'
import type { Answer } from '../transports.ts'
import { as, type Library, openLibrary } from './open-library.ts'

const SECRET = 'xylophone'
const fields = z.object({
  topic: z.string().optional(),
  score: z.number().optional(),
  note: z.string().default(SECRET),
  rank: z.number().default(4711),
})
const open = { rules: { list: everyone, read: everyone, create: everyone, update: everyone } }
const kind = defineKind({
  name: 'doc',
  fields,
  indexes: ['note', 'rank'],
  sorts: ['score', 'note', 'rank', 'title'],
  privateFields: ['note', 'rank'],
  policy: open,
})
/** The same without the fields that are private there: what it answers is what nobody may tell from the other. */
const bare = defineKind({ name: 'doc', fields: fields.omit({ note: true, rank: true }), sorts: ['score', 'title'], policy: open })

let library: Library
let plain: Library
beforeAll(async () => {
  library = await openLibrary({ kind })
  plain = await openLibrary({ kind: bare, inMemory: true })
  for (const { assetsOf } of [library, plain])
    await assetsOf('alice').upload({ body: Buffer.from('x'), filename: 'x.txt', title: 'one', fields: { topic: 'a', score: 1 } })
})
afterAll(async () => {
  await library.close()
  await plain.close()
})

/** Both libraries' answers to the same request: they differ by nothing but ids and times. */
async function both(ask: (of: Library, id: string) => Promise<Answer>): Promise<readonly [Answer, string]> {
  const answers = []
  for (const of of [library, plain]) {
    const [first] = (await of.assetsOf('alice').list({ limit: 1, sort: { column: 'createdAt', direction: 'asc' } })).items
    const answer = await ask(of, String(first?.id))
    const text = answer.text.replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'id').replaceAll(/"etag":"[^,]*"/g, '')
    answers.push({ answer, told: `${answer.status} ${text}` })
  }
  const [here, there] = answers as [(typeof answers)[0], (typeof answers)[0]]
  expect(here.told).toBe(there.told)
  return [here.answer, here.told]
}

const NAMES = ['note', 'rank', 'never'] as const

describe('threat 9: private fields', () => {
  it.each(NAMES)('are in no filter, sort or bound: %s is 400 like a name that was never declared', async name => {
    for (const query of [
      `${name}=${SECRET}`,
      `${name}[gte]=1`,
      `${name}[lt]=9999`,
      `sort=${name}`,
      `sort=-${name}`,
      `fields.${name}=x`,
      `fields[${name}]=x`,
      `filter[${name}]=x`,
      `search=one&${name}=x`,
    ]) {
      const [{ status }] = await both(({ by }) => by('alice')(`/docs?${query}`))
      expect([query, status]).toEqual([query, 400])
    }
  })

  it('are found by no search', async () => {
    for (const query of [`search=${SECRET}`, 'search=4711', `words=${SECRET}`, `tags=${SECRET}`]) {
      const { json } = await library.by('alice')(`/docs?${query}`)
      expect([query, json.items]).toEqual([query, []])
    }
  })

  it.each(NAMES)('are taken from no form, query or JSON: %s is 400 like a name that was never declared', async name => {
    const part = { name, value: '5' }
    const merge = { method: 'PATCH', headers: { 'content-type': 'application/merge-patch+json' } }
    const requests: readonly ((of: Library, id: string) => Promise<Answer>)[] = [
      ({ by }) => by('alice')('/docs', { method: 'POST', ...form(part, file('x')) }),
      ({ by }) => by('alice')('/docs', { method: 'POST', ...form(file('x'), part) }),
      ({ by }) => by('alice')('/docs', { method: 'POST', ...form(file('x'), { name: `fields.${name}`, value: '5' }) }),
      ({ by }) =>
        by('alice')(`/docs?filename=x&${name}=5`, { method: 'POST', headers: { 'content-type': 'text/plain' }, body: 'x' }),
      ({ json }) => json('alice')('/docs', { url: 'https://example.com/x', [name]: 5 }),
      ({ json }) => json('alice')('/docs', { url: 'https://example.com/x', fields: { [name]: 5 } }),
      ({ json }) => json('alice')('/docs', { externalUrl: 'https://example.com/x', [name]: 5 }),
      ({ json }) => json('alice')('/docs', { staged: '0'.repeat(32), [name]: 5 }),
      ({ by }) => by('alice')('/docs/staged', { method: 'POST', ...form(part, file('x')) }),
      ({ json }) => json('alice')('/docs/generate', { prompt: 'x', fields: { [name]: 5 } }),
      ({ json }, id) => json('alice')(`/docs/${id}`, { fields: { [name]: 5 } }, merge),
      ({ json }, id) => json('alice')(`/docs/${id}`, { fields: { [name]: null } }, merge),
      ({ json }, id) => json('alice')(`/docs/${id}`, { fields: { topic: 'b', [name]: 5 } }, merge),
      ({ json }, id) => json('alice')(`/docs/${id}`, { [name]: 5 }, merge),
      ({ json }, id) => json('alice')(`/docs/${id}`, { [`fields.${name}`]: 5 }, merge),
      ({ json }, id) => json('alice')(`/docs/${id}`, { [`fields/${name}`]: 5 }, merge),
    ]
    for (const [at, request] of requests.entries()) expect([at, (await both(request))[0].status]).toEqual([at, 400])
    const { items } = await library.assetsOf('alice').list()
    expect(items.map(item => item.fields)).toEqual([{ topic: 'a', score: 1, note: SECRET, rank: 4711 }])
  })

  it('are in no answer: records, lists, uploads, patches, cursors', async () => {
    const { by, json } = library
    const made = await by('alice')('/docs', { method: 'POST', ...form({ name: 'topic', value: 'b' }, file('y')) })
    const path = `/docs/${made.json.id}`
    const answers = [
      made,
      await by('alice')(path),
      await json('alice')(path, { fields: { topic: 'c' } }, { method: 'PATCH' }),
      await json('alice')(path, { fields: null }, { method: 'PATCH' }),
      await json('alice')('/docs', { url: 'https://example.com/x' }),
      await json('alice')('/docs/generate', { prompt: 'x' }),
      await json('alice')('/docs', { externalUrl: 'https://example.com/x' }),
      await by('alice')(`${path}/content`, { method: 'PUT', headers: { 'content-type': 'text/plain' }, body: 'z' }),
      ...(await Promise.all(['sort=score', 'sort=-title', 'search=t'].map(query => by('alice')(`/docs?limit=1&${query}`)))),
    ]
    for (const { status, text, json: told, headers } of answers) {
      expect(status).toBeLessThan(300)
      const cursor = typeof told.cursor === 'string' ? Buffer.from(told.cursor.split('.')[0], 'base64url').toString() : ''
      for (const secret of [SECRET, '4711', '"note"', '"rank"'])
        expect(`${text} ${cursor} ${JSON.stringify([...headers])}`).not.toContain(secret)
    }
    // Null empties what can be seen, and leaves the rest to the server.
    expect((await library.assetsOf('alice').get({ id: made.json.id })).fields).toEqual({ note: SECRET, rank: 4711 })
    expect((await library.stowage.trusted.update(made.json.id, { fields: { rank: 1 } })).fields).toEqual({
      note: SECRET,
      rank: 1,
    })
    await library.stowage.trusted.delete(made.json.id)
    for (const { json: told } of answers.slice(4, 7)) await library.stowage.trusted.delete(told.id)
  })

  it('of any spelling, and any unknown parameter, are 400: nothing is ignored', async () => {
    const name = fc.oneof(
      fc.constantFrom(
        'note',
        'rank',
        'Note',
        'note ',
        'fields.note',
        'note[gte]',
        'note[$ne]',
        '__proto__',
        'constructor',
        'where[note]',
      ),
      fc.string({ minLength: 1, maxLength: 12 }),
    )
    const known = (await library.by('alice')('/docs?nothing=1')).json.status
    expect(known).toBe(400)
    const taken = ['topic', 'score', 'type', 'visibility', 'processing', 'createdBy', 'contentType', 'tags', 'search', 'words']
    await fc.assert(
      fc.asyncProperty(name, fc.string({ maxLength: 5 }), async (given, value) => {
        const param = given.toWellFormed()
        fc.pre(!taken.includes(param))
        const { status } = await library.by('alice')(`/docs?${new URLSearchParams([[param, value.toWellFormed()]])}`)
        expect([param, status]).toEqual([param, 400])
      }),
      { numRuns: 100 },
    )
  })

  it('can be named by no profile, but are there for its own code', async () => {
    const make =
      (options: Partial<ProfileOptions>, of: Kind = kind) =>
      () =>
        assetApi(library.stowage, defineProfile(of, { basePath: '/x', ...options }))
    expect(make({ list: { sort: { columns: { best: { field: 'rank' } }, default: '-best' } } })).toThrow('keeps private')
    for (const filter of [
      ['note'],
      { n: columnFilter({ field: 'note' }) },
      { n: boundFilter({ field: 'rank' }, 'gte') },
      rangeFilters('r', { field: 'rank' }),
    ] as const)
      expect(make({ list: { filter: filter as never } })).toThrow('keeps private')
    expect(make({ upload: { fields: ['note'] } })).toThrow('keeps private')
    const required = defineKind({ name: 'doc', fields: z.object({ owner: z.string() }), privateFields: ['owner'] })
    expect(make({}, required)).toThrow('private and required')
    expect(make({ upload: { details: () => ({ fields: { owner: 'x' } }) } }, required)).not.toThrow()
    const shown = assetApi(
      library.stowage,
      defineProfile(kind, {
        basePath: '/own',
        list: { filter: { top: () => ({ op: 'gt', column: { field: 'rank' }, value: 4000 }) } },
        present: { asset: ({ fields: all }) => ({ top: Number(all.rank) > 4000 }) },
      }),
    )
    const answer = await shown.fetch(new Request('http://x/own?top=1', { headers: as('alice') }))
    expect(await answer.json()).toEqual({ items: [{ top: true }], cursor: null })
  })
})
