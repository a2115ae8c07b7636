import { createStowage, defineKind, ownerOnly } from '@stowage/core'
import { assetApi, bearer, defineProfile, type ProfileOptions, reply } from '@stowage/http'
import { fakeClock, memoryMetadata, memoryStorage } from '@stowage/testkit'
import { describe, expect, it, onTestFinished } from 'vitest'
import { z } from 'zod'
import { type FormPart, file, form } from './form.ts'

const DAY = 24 * 60 * 60 * 1000
const actors = new Map(['alice', 'bob'].map(id => [id, { id }]))
const guides = defineKind({
  name: 'guide',
  slugs: true,
  fields: z.object({ shelf: z.string().optional() }),
  policy: ownerOnly({ read: 'public' }),
  visibility: 'public',
})

interface Sent {
  readonly as?: string
  readonly json?: unknown
  readonly parts?: readonly FormPart[]
}

async function serve(profile: Partial<ProfileOptions<'shelf'>> = {}, kind = guides) {
  const clock = fakeClock()
  const storage = memoryStorage()
  const stowage = await createStowage({ kinds: [kind], storage, metadata: memoryMetadata(), clock, workers: false })
  onTestFinished(() => stowage.close())
  const api = assetApi(stowage, defineProfile(kind, { basePath: '/guides', authenticate: bearer(actors), ...profile }))
  const send = async (method: string, path: string, { as = 'alice', json, parts }: Sent = {}) => {
    const sent = parts && form(...parts)
    const headers = {
      ...(json !== undefined && { 'content-type': 'application/json' }),
      ...sent?.headers,
      authorization: `Bearer ${as}`,
    }
    const body = json === undefined ? (sent?.body as BodyInit | undefined) : JSON.stringify(json)
    const response = await api.fetch(new Request(`http://x${path}`, { method, headers, ...(body !== undefined && { body }) }))
    const text = await response.text()
    const isJson = text !== '' && response.headers.get('content-type')?.includes('json') === true
    return { status: response.status, headers: response.headers, text, json: isJson ? JSON.parse(text) : null }
  }
  const objects = async () => (await storage.list()).objects.length
  return { send, stowage, clock, objects }
}

describe('a slug', () => {
  const paths = { get: 'GET :slug', content: 'GET :slug/file', update: 'PATCH by-id/:id', delete: 'DELETE by-id/:id' }

  it('is taken in forms, JSON and patches, and names the asset in paths', async () => {
    const { send } = await serve({ paths })
    const uploaded = await send('POST', '/guides', { parts: [{ name: 'slug', value: 'field-guide' }, file('the bytes')] })
    expect(uploaded).toMatchObject({ status: 201, json: { slug: 'field-guide', url: '/guides/field-guide/file' } })
    expect(uploaded.headers.get('location')).toBe('/guides/field-guide')
    expect((await send('GET', '/guides/field-guide')).json).toEqual(uploaded.json)
    expect((await send('GET', '/guides/field-guide/file')).text).toBe('the bytes')
    const made = await send('POST', '/guides', { json: { externalUrl: 'https://x.example', title: 'Field guide' } })
    expect(made.json.slug).toBe('field-guide-2')
    const renamed = await send('PATCH', `/guides/by-id/${made.json.id}`, { json: { slug: 'other' } })
    expect(renamed).toMatchObject({ status: 200, json: { slug: 'other' } })
    const taken = await send('PATCH', `/guides/by-id/${made.json.id}`, { json: { slug: 'field-guide' } })
    expect(taken).toMatchObject({ status: 409, json: { code: 'already_exists', field: 'slug' } })
    for (const slug of ['field-guide-2', 'Field-Guide', '%2e%2e', 'a'.repeat(300)])
      expect([slug, (await send('GET', `/guides/${slug}`)).status]).toEqual([slug, 404])
  })

  it('may be a word that the API has in its paths', async () => {
    const { send } = await serve({ paths })
    for (const title of ['Staged', 'Generate', 'OpenAPI.json', 'Reference']) {
      const made = await send('POST', '/guides', { json: { externalUrl: 'https://x.example', title } })
      const at = made.headers.get('location') ?? ''
      expect([title, (await send('GET', at)).json]).toEqual([title, made.json])
      expect((await send('HEAD', at)).status).toBe(200)
    }
    expect((await send('POST', '/guides/staged', { parts: [file('x')] })).status).toBe(201)
  })

  it('of another’s asset says nothing of it', async () => {
    const { send } = await serve({ paths })
    await send('POST', '/guides', { json: { externalUrl: 'https://x.example', slug: 'secret', visibility: 'private' } })
    const [hidden, none] = [await send('GET', '/guides/secret', { as: 'bob' }), await send('GET', '/guides/none', { as: 'bob' })]
    expect([hidden.status, { ...hidden.json, requestId: '' }]).toEqual([404, { ...none.json, requestId: '' }])
  })
})

describe('a link', () => {
  it('to a video says what shows it in a page', async () => {
    const { send } = await serve()
    const video = await send('POST', '/guides', { json: { externalUrl: 'https://youtu.be/dQw4w9WgXcQ' } })
    expect(video.json).toMatchObject({ type: 'link', embedUrl: 'https://youtube.com/embed/dQw4w9WgXcQ' })
    const moved = await send('PATCH', `/guides/${video.json.id}`, { json: { externalUrl: 'https://x.example/a' } })
    expect(moved.json).toMatchObject({ externalUrl: 'https://x.example/a', embedUrl: null })
  })

  it('is made only where the profile takes it: not where uploads or the kind are of another shape, unless they say so', async () => {
    const json = { externalUrl: 'https://x.example' }
    const pictures = defineKind({ name: 'guide', policy: ownerOnly(), accept: ['image/*'] })
    const shapes: [Partial<ProfileOptions<'shelf'>>, typeof guides?][] = [
      [{ upload: { fields: ['title'] } }],
      [{ upload: { details: () => ({}) } }],
      [{ upload: { externalUrlField: false, stagedField: false } }],
      [{}, pictures as unknown as typeof guides],
    ]
    for (const [profile, kind] of shapes) {
      const { send, objects } = await serve(profile, kind)
      expect((await send('POST', '/guides', { json })).status).toBe(415)
      expect((await send('POST', '/guides/staged', { parts: [file('x')] })).status).toBe(405)
      expect(await objects()).toBe(0)
    }
    const { send } = await serve({ upload: { fields: ['title'], externalUrlField: 'link', stagedField: 'upload' } })
    expect(await send('POST', '/guides', { json: { link: json.externalUrl, title: 'x' } })).toMatchObject({ status: 201 })
    const { id } = (await send('POST', '/guides/staged', { parts: [file('x')] })).json
    expect(await send('POST', '/guides', { json: { upload: id } })).toMatchObject({ status: 201 })
    expect((await send('POST', '/guides', { json })).status).toBe(400)
  })

  it.each([
    { externalUrlField: 'title' },
    { stagedField: 'file' },
    { stagedField: 'shelf' },
    { json: () => ({}), externalUrlField: 'link' },
  ])('cannot be in a member that means something else: %j', async upload => {
    await expect(serve({ upload })).rejects.toThrow(TypeError)
  })
})

describe('a JSON body of another shape', () => {
  const body = z.strictObject({ name: z.string(), at: z.string().optional(), file: z.string().optional() })
  const upload: ProfileOptions['upload'] = {
    json: given => {
      const { name, at, file: staged } = body.parse(given)
      return { title: name, externalUrl: at, staged }
    },
  }

  it('is read whole by the profile, whose staged files look as it likes', async () => {
    const present: ProfileOptions['present'] = {
      staged: ({ id, sizeBytes }) => reply({ path: `/tmp/${id}`, sizeBytes }, { status: 202 }),
    }
    const { send } = await serve({ upload, present })
    expect((await send('POST', '/guides', { json: { name: 'A', at: 'https://x.example' } })).json).toMatchObject({
      title: 'A',
      type: 'link',
    })
    expect((await send('POST', '/guides', { json: { name: 'Alone' } })).json).toMatchObject({ title: 'Alone', type: 'file' })
    const staged = await send('POST', '/guides/staged', { parts: [file('x')] })
    expect([staged.status, staged.json]).toEqual([202, { path: expect.stringMatching(/^\/tmp\/[0-9a-f]{32}$/), sizeBytes: 1 }])
    const made = await send('POST', '/guides', { json: { name: 'B', file: staged.json.path.slice(5) } })
    expect(made).toMatchObject({ status: 201, json: { title: 'B', sizeBytes: 1 } })
    expect((await send('POST', '/guides', { json: { externalUrl: 'https://x.example' } })).status).toBe(400)
    expect((await send('POST', '/guides', { json: { name: 5 } })).json).toMatchObject({
      status: 422,
      errors: [{ pointer: '/name' }],
    })
  })

  it('may ask for an import, which needs an importer', async () => {
    const { send } = await serve({ upload: { json: () => ({ import: { url: 'https://x.example/a', title: 'A' } }) } })
    expect((await send('POST', '/guides', { json: {} })).status).toBe(501)
  })
})

describe('a staged file', () => {
  it('is no longer of use once it has expired, in the words for one that never was', async () => {
    const { send, clock, stowage, objects } = await serve()
    const { id, expiresAt } = (await send('POST', '/guides/staged', { parts: [file('x')] })).json
    expect(expiresAt).toBe(new Date(clock.now() + DAY).toISOString())
    await clock.advance(DAY)
    const late = await send('POST', '/guides', { json: { staged: id } })
    const never = await send('POST', '/guides', { json: { staged: 'f'.repeat(32) } })
    expect([late.status, late.json.detail, late.json.field]).toEqual([400, never.json.detail, 'staged'])
    await stowage.sweep()
    expect(await objects()).toBe(0)
  })

  it('goes to one of many requests at once', async () => {
    const { send } = await serve()
    const { id } = (await send('POST', '/guides/staged', { parts: [file('x')] })).json
    const answers = await Promise.all(Array.from({ length: 10 }, () => send('POST', '/guides', { json: { staged: id } })))
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array.from({ length: 9 }, () => 400)])
    expect((await send('GET', '/guides')).json.items).toHaveLength(1)
  })
})
