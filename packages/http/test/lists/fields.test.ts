import { defineKind, everyone } from '@stowage/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { type FormPart, file, form } from '../form.ts'
import { type Library, openLibrary } from './open-library.ts'

const kind = defineKind({
  name: 'doc',
  fields: z.object({
    name: z.string().max(20).optional(),
    code: z.string().trim().toLowerCase().optional(),
    weight: z.number().min(0).optional(),
    count: z.int().default(1),
    done: z.boolean().optional(),
    status: z.enum(['draft', 'final']).default('draft'),
    level: z.literal([1, 2]).nullable().optional(),
    labels: z.array(z.string()).optional(),
    sizes: z.array(z.number()).max(3).optional(),
    place: z.object({ x: z.number() }).optional(),
  }),
  sorts: ['weight', 'status'],
  policy: { rules: { list: everyone, read: everyone, create: everyone, update: everyone } },
})
const DEFAULTS = { count: 1, status: 'draft' }

/** As texts, and as the values that they are. */
const GIVEN: readonly (readonly [text: readonly FormPart[], value: object])[] = [
  [[{ name: 'name', value: 'größe' }], { name: 'größe' }],
  [[{ name: 'code', value: ' AbC ' }], { code: 'abc' }],
  [[{ name: 'weight', value: '2.50' }], { weight: 2.5 }],
  [[{ name: 'count', value: '-3' }], { count: -3 }],
  [[{ name: 'done', value: 'false' }], { done: false }],
  [[{ name: 'status', value: 'final' }], { status: 'final' }],
  [[{ name: 'level', value: '2' }], { level: 2 }],
  [['a', 'a,b', '1'].map(value => ({ name: 'labels', value })), { labels: ['a', 'a,b', '1'] }],
  [['1', '-2.5'].map(value => ({ name: 'sizes', value })), { sizes: [1, -2.5] }],
  [[{ name: 'place', value: '{"x":1}' }], { place: { x: 1 } }],
]
const WRONG: readonly (readonly [name: string, text: string, value: unknown])[] = [
  ['name', 'x'.repeat(21), 'x'.repeat(21)],
  ['weight', 'heavy', 'heavy'],
  ['weight', '-1', -1],
  ['weight', '1e3', '1000'],
  ['count', '1.5', 1.5],
  ['done', 'yes', 'yes'],
  ['done', '1', 1],
  ['status', 'Final', 'Final'],
  ['level', '3', 3],
  ['sizes', 'x', ['x']],
  ['place', '{"x":"1"}', { x: '1' }],
  ['place', '[]', []],
]

let library: Library
beforeAll(async () => {
  library = await openLibrary({ kind, inMemory: true })
})
afterAll(() => library.close())

const upload = (...parts: readonly FormPart[]) => library.by('alice')('/docs', { method: 'POST', ...form(...parts, file('x')) })
const late = (...parts: readonly FormPart[]) => library.by('alice')('/docs', { method: 'POST', ...form(file('x'), ...parts) })
const raw = (parts: readonly FormPart[]) => {
  const query = new URLSearchParams(parts.map(({ name, value }): [string, string] => [name, String(value)]))
  const headers = { 'content-type': 'text/plain' }
  return library.by('alice')(`/docs?filename=x.txt&${query}`, { method: 'POST', headers, body: 'x' })
}

describe('declared fields', () => {
  it.each(GIVEN)('are taken from a form, a query and JSON alike: %j', async (parts, value) => {
    const whole = { ...DEFAULTS, ...value }
    for (const answer of [await upload(...parts), await late(...parts), await raw(parts)])
      expect([answer.status, answer.json.fields]).toEqual([201, whole])
    const json = library.json('alice')
    expect((await json('/docs', { url: 'https://example.com/x', ...value })).json.fields).toEqual(whole)
    expect((await json('/docs/generate', { prompt: 'x', fields: value })).json.fields).toEqual(whole)
    const { id } = (await upload()).json
    expect((await json(`/docs/${id}`, { fields: value }, { method: 'PATCH' })).json.fields).toEqual(whole)
  })

  it.each(WRONG)('are 422 with a pointer where they are not what was declared: %s = %s', async (name, text, value) => {
    const { id } = (await upload()).json
    const json = library.json('alice')
    const answers = [
      await upload({ name, value: text }),
      await late({ name, value: text }),
      await raw([{ name, value: text }]),
      await json('/docs', { url: 'https://example.com/x', [name]: value }),
      await json('/docs/generate', { prompt: 'x', fields: { [name]: value } }),
      await json(`/docs/${id}`, { fields: { [name]: value } }, { method: 'PATCH' }),
    ]
    for (const answer of answers) {
      expect([answer.status, answer.json.errors[0].pointer]).toEqual([422, expect.stringMatching(`^/fields/${name}`)])
    }
    expect((await library.by('alice')(`/docs/${id}`)).json.version).toBe(1)
  })

  it('that were never declared are 400, wherever they stand', async () => {
    const { id } = (await upload()).json
    const json = library.json('alice')
    const nothing: FormPart = { name: 'nothing', value: 'x' }
    const answers = [
      await upload(nothing),
      await late(nothing),
      await raw([nothing]),
      await json('/docs', { url: 'https://example.com/x', nothing: 'x' }),
      await json('/docs/generate', { prompt: 'x', fields: { nothing: 'x' } }),
      await json(`/docs/${id}`, { fields: { nothing: 'x' } }, { method: 'PATCH' }),
    ]
    for (const answer of answers) expect([answer.status, answer.json.field]).toEqual([400, 'nothing'])
  })
})

describe('lists by declared fields', () => {
  const found = async (query: string) => {
    const answer = await library.send(`/docs?limit=200&${query}`)
    return {
      status: answer.status,
      field: answer.json.field,
      fields: answer.json.items?.map((item: { fields: object }) => item.fields),
    }
  }

  it.each(GIVEN.filter(([[part]]) => !['labels', 'sizes', 'place'].includes(part?.name ?? '')))(
    'read a value as a form would: %j',
    async ([part], value) => {
      const { status, fields } = await found(`${part?.name}=${encodeURIComponent(String(part?.value))}`)
      expect([status, fields.length > 0]).toEqual([200, true])
      for (const one of fields) expect(one).toMatchObject(value)
    },
  )

  it.each<readonly [string, string]>([
    ...WRONG.filter(([name]) => !['sizes', 'place'].includes(name)).map(([name, text]) => [name, text] as const),
    ['weight[gte]', 'x'],
    ['labels', 'a'],
    ['sizes[gte]', '1'],
    ['place', '{"x":1}'],
    ['status[gte]', 'draft'],
    ['fields.status', 'draft'],
    ['fields[status]', 'draft'],
  ])('are 400 for %s=%s, and name the parameter', async (name, text) => {
    expect(await found(`${encodeURIComponent(name)}=${encodeURIComponent(text)}`)).toMatchObject({ status: 400, field: name })
  })

  it('are sorted by those that the kind declares, and by no others', async () => {
    const { fields } = await found('sort=-weight')
    const weights = fields.map(({ weight }: { weight?: number }) => weight ?? null)
    expect(weights.indexOf(null)).toBe(weights.filter((weight: number | null) => weight !== null).length)
    expect(weights[0]).toBe(2.5)
    for (const sort of ['name', 'done', '-labels', 'title', 'sizeBytes'])
      expect(await found(`sort=${sort}`)).toMatchObject({ status: 400, field: 'sort' })
  })
})
