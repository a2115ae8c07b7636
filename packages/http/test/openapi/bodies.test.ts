import { createStowage, defineKind, ownerOnly, StowageError } from '@stowage/core'
import { assetApi, defineProfile } from '@stowage/http'
import { memoryMetadata, memoryStorage } from '@stowage/testkit'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { describe, expect, it, onTestFinished } from 'vitest'
import { z } from 'zod'
import { documentOf } from './document-of.ts'

const kind = defineKind({
  name: 'note',
  policy: ownerOnly({ read: 'anyone' }),
  limits: { maxTags: 3 },
  fields: z.object({
    topic: z.string().min(2).max(5),
    stars: z.int().min(1).max(5).optional(),
    colour: z.enum(['red', 'green']).optional(),
    flag: z.boolean().default(false),
    words: z.array(z.string()).max(2).optional(),
    secret: z.string().optional(),
  }),
  privateFields: ['secret'],
  processing: { derivatives: { thumb: { width: 9 } } },
})

type Members = Readonly<Record<string, readonly [readonly unknown[], readonly unknown[]]>>

// A signature is all that makes these bytes a picture.
const PNG = Buffer.from('89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de', 'hex')

const long = (length: number) => 'x'.repeat(length)

/** Values of members that every body may have: good ones first, then those that must be refused. */
const members = {
  title: [
    ['', long(1000)],
    [long(1001), 7],
  ],
  description: [[long(10_000)], [long(10_001), {}]],
  filename: [
    ['a.txt', '', long(4096)],
    [long(4097), null],
  ],
  visibility: [
    ['public', 'private'],
    ['open', null],
  ],
  slug: [
    ['a-b', '1', long(200)],
    ['A', '-a', 'a--b', long(201), 7],
  ],
  tags: [
    [[], ['a', 'b', 'c'], [long(200)]],
    [['a', 'b', 'c', 'd'], [''], [long(201)], 'a'],
  ],
  metadata: [
    [{}, { deep: { a: [1] } }],
    [[], 'x'],
  ],
} satisfies Members
const patched: Members = {
  ...members,
  title: [[...members.title[0], null], members.title[1]],
  tags: [
    [...members.tags[0], null, { add: ['a'], remove: ['b'] }, {}],
    [...members.tags[1], { add: 'a' }, { all: ['a'] }],
  ],
  metadata: [[...members.metadata[0], null], members.metadata[1]],
  fields: [
    [{ topic: 'abc' }, { stars: 5, colour: 'red', words: ['a', 'b'] }, { stars: null }, {}],
    [
      { topic: 'a' },
      { stars: 6 },
      { stars: 1.5 },
      { colour: 'blue' },
      { flag: 'yes' },
      { words: ['a', 'b', 'c'] },
      { secret: 'x' },
      { other: 1 },
    ],
  ],
  other: [[], [1]],
}

async function open() {
  const stowage = await createStowage({
    kinds: [kind],
    storage: memoryStorage(),
    metadata: memoryMetadata(),
    workers: false,
    generator: { name: 'fixed', generate: async () => ({ body: PNG, contentType: 'image/png' }) },
    importer: { name: 'none', open: () => Promise.reject(new StowageError('bad_gateway', 'Reached.')) },
  })
  onTestFinished(() => stowage.close())
  const api = assetApi(stowage, [defineProfile(kind, { basePath: '/notes', authenticate: () => ({ id: 'alice' }) })])
  const ajv = new Ajv2020({ strict: false })
  addFormats.default(ajv)
  ajv.addSchema({ $id: 'document', ...(await documentOf(api, '/notes/openapi.json')) })
  /** Bodies on which the document and the API do not agree. */
  const disagreements = async (
    door: { readonly method: string; readonly path: string; readonly at: string },
    bodies: readonly unknown[],
  ) => {
    const pointer = `${encodeURIComponent(door.at.replaceAll('/', '~1'))}/${door.method.toLowerCase()}`
    const valid = ajv.compile({ $ref: `document#/paths/${pointer}/requestBody/content/application~1json/schema` })
    const wrong: string[] = []
    for (const body of bodies) {
      const init = { method: door.method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
      const { status } = await api.fetch(new Request(`http://localhost${door.path}`, init))
      const taken = ![400, 422].includes(status)
      if (taken !== valid(body)) wrong.push(`${JSON.stringify(body).slice(0, 80)} is answered with ${status}`)
    }
    return wrong
  }
  return { stowage, disagreements }
}

const bodiesOf = (values: Members, base: object = {}): readonly object[] =>
  Object.entries(values).flatMap(([name, [good, bad]]) => [...good, ...bad].map(value => ({ ...base, [name]: value })))

describe('what the document says of a JSON body is what the API takes', () => {
  it('in changes', async () => {
    const { stowage, disagreements } = await open()
    const { id } = await stowage
      .as({ id: 'alice' })
      .upload({ body: Buffer.from('x'), filename: 'a.txt', contentType: 'text/plain', fields: { topic: 'one' } })
    const bodies = bodiesOf(patched)
    expect(bodies.length).toBeGreaterThan(50)
    expect(await disagreements({ method: 'PATCH', path: `/notes/${id}`, at: '/notes/{id}' }, [{}, ...bodies, []])).toEqual([])
    const links = [
      {},
      { derivative: 'thumb' },
      { derivative: 'other' },
      ...[1, 604_800, 0, 604_801, 1.5, '1'].map(expiresInSeconds => ({ expiresInSeconds })),
      { other: 1 },
    ]
    // Nothing can be drawn here: what is well-formed is refused for that.
    const judged = links.filter(body => !('derivative' in body))
    expect(await disagreements({ method: 'POST', path: `/notes/${id}/link`, at: '/notes/{id}/link' }, judged)).toEqual([])
  })

  it('in assets that are made of something else than a file', async () => {
    const { disagreements } = await open()
    const base = { externalUrl: 'https://example.com/a', topic: 'one' }
    const sources = [
      {},
      { topic: 'one' },
      { ...base, url: 'https://example.com/a' },
      { ...base, externalUrl: 'ftp://example.com/a' },
      { ...base, externalUrl: 'x' },
    ]
    const fields = [
      { topic: 'a' },
      { stars: 6 },
      { colour: 'blue' },
      { words: ['a', 'b', 'c'] },
      { secret: 'x' },
      { other: 1 },
    ].map(field => ({ ...base, ...field }))
    const bodies = [base, ...sources, ...fields, ...bodiesOf(members, base), { externalUrl: base.externalUrl }]
    expect(await disagreements({ method: 'POST', path: '/notes', at: '/notes' }, bodies)).toEqual([])
  })

  it('in pictures that are generated', async () => {
    const { disagreements } = await open()
    const base = { prompt: 'a river', fields: { topic: 'one' } }
    const bodies = [
      base,
      { prompt: 'a river' },
      ...['', long(4000), long(4001), 7].map(prompt => ({ ...base, prompt })),
      ...['1:1', '3:4', '2:1'].map(aspectRatio => ({ ...base, aspectRatio })),
      ...[{ topic: 'a' }, { topic: 'one', stars: 6 }, { topic: 'one', secret: 'x' }].map(fields => ({ ...base, fields })),
      ...bodiesOf(members, base),
    ]
    expect(await disagreements({ method: 'POST', path: '/notes/generate', at: '/notes/generate' }, bodies)).toEqual([])
  })
})
