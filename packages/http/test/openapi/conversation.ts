import 'reflect-metadata'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { fsStorage } from '@stowage/adapter-fs'
import { createStowage, ownerOnly, tokens } from '@stowage/core'
import type { ImageGenerator, StowageErrorCode, UrlImporter } from '@stowage/core/contracts'
import { assetApi, bearer, signedObjects } from '@stowage/http'
import { sqliteMetadata } from '@stowage/metadata-sqlite'
import { fakeClock } from '@stowage/testkit'
import { container } from 'tsyringe'
import type { HouseExamples } from '../../src/lib/openapi/examples.ts'
import type { Operation } from '../../src/lib/profile/operation.ts'
import { file, form } from '../form.ts'

const BASE = '/api/assets'
const JSON_TYPE = { 'content-type': 'application/json' }

/** Bytes that look drawn by lot and are the same each time. */
function seeded(): (bytes: number) => Uint8Array {
  let state = 20260101
  return bytes =>
    Uint8Array.from({ length: bytes }, () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0
      return state >>> 24
    })
}

// A signature is all that makes these bytes a picture.
const PNG = Buffer.from('89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de', 'hex')
const generator: ImageGenerator = { name: 'drawn', generate: async () => ({ body: PNG, contentType: 'image/png' }) }
const importer: UrlImporter = {
  name: 'fixed',
  open: async () => ({ body: Readable.from([PNG]), contentType: 'image/png', filename: 'map.png', sizeBytes: PNG.length }),
}

interface Sent {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Buffer
}

async function openHouse(root: string) {
  const clock = fakeClock({ now: Date.UTC(2026, 0, 31, 9, 30) })
  const own = container.createChildContainer()
  own.register(tokens.random, { useValue: seeded() })
  const signing = { secret: 'a secret of examples that opens nothing elsewhere', baseUrl: 'https://assets.example.com/objects' }
  const storage = fsStorage({ root: join(root, 'objects'), clock, signing })
  const logger = { debug: ignore, info: ignore, warn: ignore, error: ignore }
  const stowage = await createStowage({
    container: own,
    clock,
    storage,
    metadata: sqliteMetadata({ file: join(root, 'assets.db'), threads: false }),
    policy: ownerOnly({ read: 'public' }),
    limits: { maxBytes: 10_000 },
    secrets: ['a secret of examples that opens nothing elsewhere'],
    logger,
    workers: false,
    generator,
    importer,
  })
  const objects = signedObjects(storage, { path: '/objects', logger })
  const authenticate = bearer(new Map(['alice', 'bob'].map(id => [id, { id }])))
  const api = assetApi(stowage, { basePath: BASE, publicUrl: 'https://assets.example.com', authenticate })
  return { stowage, api, clock, objects }
}

const ignore = () => undefined

/** Asks the house API for everything that the OpenAPI document gives examples of, and records what it answers. */
export async function houseConversation(): Promise<HouseExamples> {
  const root = await mkdtemp(join(tmpdir(), 'stowage-examples-'))
  const { stowage, api, clock, objects } = await openHouse(root)
  const answers: Record<string, { status: number; body: unknown }> = {}
  const requests: Record<string, unknown> = {}
  const errors: Record<string, unknown> = {}

  const send = async (path: string, { method = 'GET', headers = {}, body }: Sent, as: string | null) => {
    await clock.advance(1000)
    const credentials = as === null ? {} : { authorization: `Bearer ${as}` }
    const init = { method, headers: { 'x-request-id': 'request-1', ...credentials, ...headers } }
    const answer = await api.fetch(
      new Request(`http://localhost${BASE}${path}`, { ...init, ...(body !== undefined && { body: body as BodyInit }) }),
    )
    const text = await answer.text()
    return {
      status: answer.status,
      json: answer.headers.get('content-type')?.includes('json') ? JSON.parse(text) : null,
    }
  }
  const say = async (operation: Operation, path: string, sent: Sent = {}) => {
    const { status, json } = await send(path, sent, 'alice')
    if (status >= 400) throw new Error(`${operation} is answered with ${status}: ${JSON.stringify(json)}`)
    if (json !== null) answers[operation] = { status, body: json }
    if (sent.headers?.['content-type']?.includes('json') && typeof sent.body === 'string')
      requests[operation] = JSON.parse(sent.body)
    return json
  }
  const put = async (url: string, body: string) => {
    const { ok, status } = await objects.fetch(new Request(url, { method: 'PUT', body }))
    if (!ok) throw new Error(`The storage answers ${status}.`)
  }
  const json = (method: string, value: unknown): Sent => ({ method, headers: JSON_TYPE, body: JSON.stringify(value) })
  const refused = async (code: StowageErrorCode, path: string, sent: Sent = {}, as: string | null = 'alice') => {
    const { json: problem } = await send(path, sent, as)
    if (problem?.code !== code) throw new Error(`${path} is not refused with ${code}: ${JSON.stringify(problem)}`)
    errors[code] = problem
  }

  try {
    await say('upload', '', json('POST', { url: 'https://files.example.com/map.png', title: 'A map' }))
    const parts = [
      { name: 'title', value: 'Field notes' },
      { name: 'tags', value: 'river' },
      { name: 'visibility', value: 'public' },
    ]
    const { headers, body } = form(...parts, file('The river was high today.\n', 'notes.txt'))
    const notes = await say('upload', '', { method: 'POST', headers, body })
    const { id } = notes
    await say('get', `/${id}`)
    await say(
      'update',
      `/${id}`,
      json('PATCH', { title: 'Notes from the river', metadata: { weather: 'rain' }, tags: ['river', 'spring'] }),
    )
    await say('replace', `/${id}/content`, {
      method: 'PUT',
      headers: { 'content-type': 'text/plain' },
      body: 'The river has gone down.\n',
    })
    await say('link', `/${id}/link`, json('POST', { expiresInSeconds: 3600 }))
    const draft = form(file('Not an asset yet.\n', 'draft.txt'))
    await say('stage', '/staged', { method: 'POST', ...draft })
    const photo = { filename: 'river.txt', contentType: 'text/plain', sizeBytes: 19, title: 'The river' }
    const begun = await say('beginUpload', '/uploads', json('POST', photo))
    await say('readUpload', `/uploads/${begun.id}`)
    await refused('conflict', `/uploads/${begun.id}/complete`, { method: 'POST' })
    await put(begun.request.url, 'Sent straight there')
    await say('completeUpload', `/uploads/${begun.id}/complete`, { method: 'POST' })
    const drawn = await say(
      'generate',
      '/generate',
      json('POST', { prompt: 'A river in spring', aspectRatio: '16:9', tags: ['river'] }),
    )
    await say('bulkTag', '/bulk/tag', json('POST', { ids: [id, drawn.id], add: ['2026'], remove: ['spring'] }))
    await say('list', '?tags=2026&sort=-createdAt&limit=1')

    await refused('unauthenticated', '', { method: 'POST', headers, body }, null)
    await refused('forbidden', `/${id}`, { method: 'DELETE' }, 'bob')
    await refused('not_found', `/${drawn.id}`, {}, 'bob')
    await refused('invalid_request', '?colour=red')
    await refused('invalid_cursor', '?cursor=x')
    await refused('unprocessable', `/${id}`, json('PATCH', { title: 7 }))
    await refused('precondition_failed', `/${id}`, { ...json('PATCH', {}), headers: { ...JSON_TYPE, 'if-match': '"other"' } })
    await refused('not_acceptable', `/${id}`, { headers: { accept: 'text/html' } })
    await refused('range_not_satisfiable', `/${id}/content`, { headers: { range: 'bytes=1000-' } })
    const raw = { method: 'PUT', headers: { 'content-type': 'text/plain' } }
    await refused('content_too_large', `/${id}/content`, { ...raw, body: Buffer.alloc(10_001, 'x') })
    const digest = { 'repr-digest': `sha-256=:${Buffer.alloc(32).toString('base64')}:` }
    await refused('checksum_mismatch', `/${id}/content`, { ...raw, headers: { ...raw.headers, ...digest }, body: 'x' })
    await refused('unsupported_media_type', '', { method: 'POST', headers: { 'content-type': 'application/xml' }, body: '<x/>' })

    await say('bulkDelete', '/bulk/delete', json('POST', { ids: [drawn.id, '0192f000-0000-7000-8000-000000000000'] }))
    return { answers, requests, errors }
  } finally {
    await stowage.close()
    await rm(root, { recursive: true, force: true })
  }
}
