import { Validator } from '@seriousme/openapi-schema-validator'
import { createStowage, defineKind, type Kind, ownerOnly, roleBased, sequenceId } from '@stowage/core'
import {
  answerFetch,
  assetApi,
  bearer,
  cookieSessions,
  defineProfile,
  firstOf,
  hashedApiKeys,
  offsetPaging,
  type ProfileOptions,
  pagePaging,
  tagsFilter,
} from '@stowage/http'
import { memoryMetadata, memoryStorage } from '@stowage/testkit'
import { describe, expect, it, onTestFinished } from 'vitest'
import { z } from 'zod'
import type { OpenApiDocument, OpenApiOperation, OpenApiParameter } from '../../src/lib/openapi/open-api-document.ts'
import { operationNames } from '../../src/lib/profile/operation.ts'
import { prepareProfile } from '../../src/lib/profile/prepare-profile.ts'
import { documentOf } from './document-of.ts'
import { everySortOfField } from './every-sort-of-field.ts'

const house = defineKind({
  name: 'file',
  policy: ownerOnly({ read: 'public' }),
  processing: { derivatives: { thumb: { width: 9 } } },
})
const authenticate = bearer(new Map([['t', { id: 'alice' }]]), { realm: 'x, y' })

async function describeApi(kind: Kind, options: Partial<ProfileOptions> = {}, path = '/files/openapi.json') {
  const stowage = await createStowage({ kinds: [kind], storage: memoryStorage(), metadata: memoryMetadata(), workers: false })
  onTestFinished(() => stowage.close())
  const profile = defineProfile(kind, { basePath: '/files', authenticate, ...options })
  const api = assetApi(stowage, [profile])
  return { api, stowage, profile, document: await documentOf(api, path) }
}

/** What the validator has against a document; every reference in it must lead somewhere too. */
async function faultsOf(document: OpenApiDocument): Promise<unknown> {
  const validator = new Validator({ strict: false })
  const { valid, errors } = await validator.validate(structuredClone(document) as unknown as Record<string, unknown>)
  if (!valid) return errors
  const lost = [...JSON.stringify(document).matchAll(/"\$ref":"#([^"]*)"/g)].filter(
    ([, pointer = '']) => at(document, pointer) === undefined,
  )
  return lost.map(([, pointer]) => pointer)
}

function at(document: OpenApiDocument, pointer: string): unknown {
  const steps = pointer
    .split('/')
    .slice(1)
    .map(step => step.replaceAll('~1', '/').replaceAll('~0', '~'))
  // biome-ignore lint/suspicious/noExplicitAny: a walk through any JSON
  return steps.reduce((value: any, step) => value?.[step], document)
}

const operationsOf = (document: OpenApiDocument): Map<string, OpenApiOperation> =>
  new Map(Object.values(document.paths).flatMap(item => Object.values(item).map(one => [one.operationId, one] as const)))
const named = ({ parameters = [] }: OpenApiOperation, place: OpenApiParameter['in']) =>
  parameters.filter(one => one.in === place).map(({ name }) => name)

describe('the OpenAPI document', () => {
  it('of the house API is valid, and describes every operation', async () => {
    const { document } = await describeApi(house, { operations: operationNames })
    expect(await faultsOf(document)).toEqual([])
    expect([...operationsOf(document).keys()].sort()).toEqual([...operationNames].sort())
    expect(document.openapi).toMatch(/^3\.1\./)
    expect(document.servers).toEqual([{ url: '/' }])
  })

  it('of a kind with every sort of field is valid, and keeps private ones to itself', async () => {
    const { document } = await describeApi(everySortOfField, { list: { total: 'bounded' } })
    expect(await faultsOf(document)).toEqual([])
    expect(JSON.stringify(document)).not.toContain('secret')
    const { Fields, FieldsInput } = document.components.schemas
    expect(FieldsInput).toMatchObject({
      required: ['plain'],
      properties: {
        whole: { type: 'integer', minimum: 1, maximum: 5 },
        choice: { enum: ['red', 'green'] },
        mail: { format: 'email' },
      },
    })
    // What has a default need not be sent, and is always there.
    expect(Fields).toMatchObject({ required: ['plain', 'flag', 'words'] })
    const upload = operationsOf(document).get('upload')
    expect(upload?.requestBody?.content['multipart/form-data']).toMatchObject({
      schema: {
        required: ['file', 'plain'],
        properties: { words: { type: 'array', maxItems: 3 }, 'odd/name~': { type: 'string' } },
      },
      encoding: { file: { contentType: 'image/png, text/plain' } },
    })
  })

  it('has every parameter that the list takes, and no other', async () => {
    for (const list of [
      {},
      { paging: pagePaging(), total: 'exact' },
      { paging: offsetPaging({ max: 7 }), search: false, words: false },
    ] as const) {
      const { document, stowage, profile } = await describeApi(everySortOfField, { list })
      const prepared = prepareProfile(stowage, profile).routes[0]?.target.prepared
      const operation = operationsOf(document).get('list') as OpenApiOperation
      expect(named(operation, 'query').sort()).toEqual([...(prepared?.list.params ?? [])].sort())
    }
    const { document } = await describeApi(everySortOfField)
    const { parameters = [] } = operationsOf(document).get('list') as OpenApiOperation
    const schema = (name: string) => parameters.find(one => one.name === name)?.schema
    expect(schema('limit')).toEqual({ type: 'integer', minimum: 1, maximum: 200, default: 50 })
    expect(schema('choice')).toEqual({ type: 'array', items: { type: 'string', enum: ['red', 'green'] }, maxItems: 100 })
    expect(schema('sort')).toMatchObject({
      enum: expect.arrayContaining(['createdAt', '-title', 'whole']),
      default: '-createdAt',
    })
    expect(schema('sizeBytes[gte]')).toEqual({ type: 'number' })
  })

  it('follows the paths, shapes and demands of a profile', async () => {
    const kind = defineKind({
      name: 'file',
      filenames: 'unique',
      ids: sequenceId(),
      policy: roleBased({ member: ['list', 'read', 'update'] }),
    })
    const { document } = await describeApi(
      kind,
      {
        basePath: '/spaces/:space/files',
        publicUrl: 'https://files.example.com/',
        operations: ['list', 'get', 'update', 'content', 'openapi'],
        paths: { openapi: 'GET /described', get: 'GET :filename.json', content: 'GET /raw/:filename', update: 'PUT :id' },
        space: () => null,
        limit: () => null,
        list: { filter: { labels: tagsFilter('all') }, search: false, words: false },
        update: { requireIfMatch: true, members: ['title'] },
        scopes: { update: 'files:write' },
        present: { page: ({ items }) => ({ files: items }), error: ({ message }) => ({ error: message }) },
        describe: {
          title: 'Files',
          version: '2.1.0',
          error: z.object({ error: z.string() }),
          errorStatus: { unprocessable: 400 },
          status: { list: 203 },
        },
      },
      '/described',
    )
    expect(await faultsOf(document)).toEqual([])
    expect(document.info).toEqual({ title: 'Files', version: '2.1.0' })
    expect(document.servers).toEqual([{ url: 'https://files.example.com' }])
    expect(Object.keys(document.paths).sort()).toEqual([
      '/described',
      '/raw/{filename}',
      '/spaces/{space}/files',
      '/spaces/{space}/files/{filename}.json',
      '/spaces/{space}/files/{id}',
    ])
    const operations = operationsOf(document)
    const update = operations.get('update') as OpenApiOperation
    expect(update.parameters).toContainEqual(expect.objectContaining({ name: 'If-Match', required: true }))
    expect(Object.keys(update.responses)).toEqual(
      expect.arrayContaining(['200', '400', '401', '403', '404', '412', '428', '429']),
    )
    expect(Object.keys(update.responses)).not.toContain('422')
    expect(update.security).toEqual([{ bearer: ['files:write'] }])
    expect(update.parameters).toContainEqual(expect.objectContaining({ name: 'id', schema: { type: 'integer', minimum: 1 } }))
    const list = operations.get('list')
    expect(list?.responses['203']).toMatchObject({ content: { 'application/json': { schema: {} } } })
    expect(document.components.schemas).toMatchObject({
      Error: { properties: { error: { type: 'string' } } },
      AssetPatch: { properties: { title: {} } },
    })
    expect(document.components.schemas.AssetPatch?.properties).not.toHaveProperty('tags')
  })

  it('demands a key of requests that make assets where the profile does', async () => {
    for (const required of [true, false]) {
      const { document } = await describeApi(house, { idempotency: { required } })
      const keyed = [...operationsOf(document).values()].filter(one => named(one, 'header').includes('Idempotency-Key'))
      expect(keyed.map(({ operationId }) => operationId).sort()).toEqual(['generate', 'upload'])
      const demanded = keyed.flatMap(({ parameters = [] }) => parameters.filter(one => one.name === 'Idempotency-Key'))
      expect(demanded.map(one => one.required ?? false)).toEqual([required, required])
      expect(keyed.every(({ responses }) => ['400', '409', '422'].every(status => Object.hasOwn(responses, status)))).toBe(true)
    }
  })

  it('names every way to send credentials, and where none are needed', async () => {
    const stowage = await createStowage({ kinds: [house], storage: memoryStorage(), metadata: memoryMetadata(), workers: false })
    onTestFinished(() => stowage.close())
    const sessions = cookieSessions({ signer: stowage.signer('s'), publicUrl: 'https://a.example', lookup: () => null })
    const { document } = await describeApi(house, {
      authenticate: firstOf(hashedApiKeys({ keys: [], query: 'key' }), sessions),
    })
    expect(await faultsOf(document)).toEqual([])
    expect(document.components.securitySchemes).toEqual({
      bearer: { type: 'http', scheme: 'bearer' },
      'header-x-api-key': { type: 'apiKey', in: 'header', name: 'x-api-key' },
      'query-key': { type: 'apiKey', in: 'query', name: 'key' },
      'cookie-__Host-stowage_session': { type: 'apiKey', in: 'cookie', name: '__Host-stowage_session' },
    })
    const operations = operationsOf(document)
    // Public assets are for everyone, and nobody writes without being known.
    expect(operations.get('get')?.security).toContainEqual({})
    expect(operations.get('upload')?.security).not.toContainEqual({})
    expect(operations.get('upload')?.security).toHaveLength(4)
    for (const open of ['linkContent', 'openapi', 'reference'])
      expect([operations.get(open)?.security, Object.keys(operations.get(open)?.responses ?? {})]).toEqual([
        undefined,
        expect.not.arrayContaining(['401']),
      ])
  })

  it('is revalidated by its ETag, asks nobody who they are, and can be moved or dropped', async () => {
    const { api } = await describeApi(house, {
      authenticate: () => Promise.reject(new Error('asked')),
      space: () => Promise.reject(new Error('asked')),
    })
    for (const path of ['/files/openapi.json', '/files/reference']) {
      const first = await api.fetch(new Request(`http://localhost${path}`))
      const etag = first.headers.get('etag') ?? ''
      expect([first.status, first.headers.get('cache-control')]).toEqual([200, 'public, no-cache'])
      const head = await api.fetch(new Request(`http://localhost${path}`, { method: 'HEAD' }))
      expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([
        200,
        String(Buffer.byteLength(await first.text())),
        '',
      ])
      const again = await api.fetch(new Request(`http://localhost${path}`, { headers: { 'if-none-match': etag } }))
      expect([again.status, await again.text(), again.headers.get('etag')]).toEqual([304, '', etag])
    }
    const moved = await describeApi(house, { paths: { openapi: 'GET /about/api.json', reference: false } }, '/about/api.json')
    expect((await moved.api.fetch(new Request('http://localhost/files/reference'))).status).toBe(404)
  })

  it('says where the api is mounted', async () => {
    const { api } = await describeApi(house)
    const servers = async (mountPath: string) => {
      const place = { path: '/files/openapi.json', mountPath, native: null }
      const answer = await answerFetch(api, new Request(`http://localhost${mountPath}${place.path}`), place)
      return [((await answer.json()) as OpenApiDocument).servers[0]?.url, answer.headers.get('etag')]
    }
    const [mounted, root] = [await servers('/mounted/here'), await servers('')]
    expect([mounted[0], root[0]]).toEqual(['/mounted/here', '/'])
    expect(mounted[1]).not.toBe(root[1])
    expect(await servers('/mounted/here')).toEqual(mounted)
  })

  it('hides no asset that has a name of its own', async () => {
    const kind = defineKind({ name: 'file', filenames: 'unique', policy: ownerOnly() })
    const { stowage } = await describeApi(kind)
    const make = (paths: ProfileOptions['paths']) =>
      assetApi(stowage, [defineProfile(kind, { basePath: '/f', ...(paths && { paths }) })])
    const api = make({ get: 'GET :filename', content: 'GET raw/:filename' })
    expect((await api.fetch(new Request('http://localhost/f/openapi.json'))).status).not.toBe(200)
    expect(() => make({ get: 'GET :filename', openapi: 'GET openapi.json' })).toThrow('would hide the asset')
    expect((await make({ get: 'GET named/:filename' }).fetch(new Request('http://localhost/f/openapi.json'))).status).toBe(200)
  })
})
