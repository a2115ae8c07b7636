import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import { fsStorage } from '@stowage/adapter-fs'
import { createStowage, defineKind, ownerOnly, resilient } from '@stowage/core'
import { StowageError } from '@stowage/core/contracts'
import { type AssetApi, assetApi } from '@stowage/http'
import { closeGracefully, nodeHandler } from '@stowage/http/node'
import { sqliteMetadata } from '@stowage/metadata-sqlite'
import { failBefore, withFaults } from '@stowage/testkit'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openTelemetry } from '../src/index.ts'
import { type Recorder, recorder } from './recorder.ts'

const SECRETS = ['holiday-photo', 'A secret title', 'very-private-words', 'space-of-ada', 'swordfish']
/** Larger than what is kept in memory. */
const text = 'very-private-words'.repeat(8000)

let recording: Recorder
let close: () => Promise<void>
let api: AssetApi
let storage: ReturnType<typeof withFaults>
let stowage: Awaited<ReturnType<typeof createStowage>>

beforeEach(async () => {
  recording = recorder()
  const folder = await mkdtemp(join(tmpdir(), 'stowage-telemetry-'))
  const telemetry = openTelemetry()
  storage = withFaults(fsStorage({ root: join(folder, 'objects') }))
  stowage = await createStowage({
    storage: resilient(storage, { telemetry, retry: { baseMs: 1 } }),
    metadata: sqliteMetadata({ file: join(folder, 'assets.db') }),
    kinds: [defineKind({ name: 'photo', policy: ownerOnly({ read: 'anyone' }) })],
    logger: { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined },
    workers: false,
    telemetry,
  })
  api = assetApi(stowage, { basePath: '/api/assets', authenticate: () => ({ id: 'ada', scopes: [] }) })
  close = async () => {
    await stowage.close()
    await recording.close()
    await rm(folder, { recursive: true, force: true })
  }
})
afterEach(() => close())

async function upload(): Promise<string> {
  const body = new FormData()
  body.set('title', 'A secret title')
  body.set('file', new File([text], 'holiday-photo.txt', { type: 'text/plain' }))
  const response = await api.fetch(new Request('http://localhost/api/assets', { method: 'POST', body }))
  expect(response.status).toBe(201)
  return ((await response.json()) as { id: string }).id
}

const named = (name: string): ReadableSpan => {
  const found = recording.spans().find(span => span.name === name)
  if (!found) throw new Error(`No span ${name} among ${recording.spans().map(span => span.name)}`)
  return found
}
const parentOf = (span: ReadableSpan) =>
  recording.spans().find(other => other.spanContext().spanId === span.parentSpanContext?.spanId)?.name

test('a request is one trace, from its route to the storage', async () => {
  const id = await upload()
  const response = await api.fetch(new Request(`http://localhost/api/assets/${id}/content?token=swordfish`))
  expect(await response.text()).toBe(text)
  const post = named('POST /api/assets')
  expect(post).toMatchObject({
    kind: SpanKind.SERVER,
    attributes: { 'http.request.method': 'POST', 'http.route': '/api/assets', 'http.response.status_code': 201 },
  })
  expect(parentOf(named('asset upload'))).toBe('POST /api/assets')
  expect(named('asset upload').attributes).toMatchObject({ 'stowage.kind': 'photo', 'stowage.bytes': text.length })
  expect(parentOf(named('storage put'))).toBe('asset upload')
  expect(named('storage put')).toMatchObject({
    kind: SpanKind.CLIENT,
    attributes: { 'stowage.storage': 'fs', 'stowage.operation': 'put', 'stowage.bytes': text.length },
  })
  expect(named('GET /api/assets/:id/content').attributes).toMatchObject({
    'http.response.status_code': 200,
    'stowage.bytes': text.length,
  })
  expect(parentOf(named('storage get'))).toBe('asset open')
  expect(named('storage get').attributes).toMatchObject({ 'stowage.bytes': text.length })
})

test('on a real server, where files are sent by their handles, a request ends with its last byte or its reader', async () => {
  const id = await upload()
  const server = createServer(nodeHandler(api))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const url = `http://127.0.0.1:${port}/api/assets/${id}/content`
  expect(await (await fetch(url)).text()).toBe(text)
  await fetch(url, { method: 'HEAD' })
  const control = new AbortController()
  const { body } = await fetch(url, { signal: control.signal })
  await body?.getReader().read()
  control.abort()
  const active = async () => {
    const points = (await recording.metrics())['http.server.active_requests'] ?? []
    return points.filter(({ attributes }) => attributes['http.route'] === '/api/assets/:id/content').map(({ value }) => value)
  }
  await expect.poll(active).toEqual([0, 0])
  await closeGracefully(server)
  expect(named('HEAD /api/assets/:id/content').attributes).toMatchObject({ 'http.response.status_code': 200, 'stowage.bytes': 0 })
  expect(named('GET /api/assets/:id/content').attributes).toMatchObject({ 'stowage.bytes': text.length })
})

test('a trace that a caller began goes on', async () => {
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
  await api.fetch(new Request('http://localhost/api/assets', { headers: { traceparent } }))
  const span = named('GET /api/assets')
  expect(span.spanContext().traceId).toBe('0af7651916cd43dd8448eb211c80319c')
  expect(span.parentSpanContext?.spanId).toBe('b7ad6b7169203331')
})

test('inside the span of a server that is instrumented itself, a request is a part of that', async () => {
  await trace.getTracer('server').startActiveSpan('GET', async server => {
    await api.fetch(
      new Request('http://localhost/api/assets', {
        headers: { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' },
      }),
    )
    server.end()
  })
  expect(named('GET /api/assets').kind).toBe(SpanKind.INTERNAL)
  expect(parentOf(named('GET /api/assets'))).toBe('GET')
})

test('metrics tell durations, bytes, retries and what is under way', async () => {
  storage.inject({ on: 'put', nth: 1, fault: failBefore(new StowageError('unavailable', 'holiday-photo is away.')) })
  const id = await upload()
  await (await api.fetch(new Request(`http://localhost/api/assets/${id}/content`))).text()
  await api.fetch(new Request('http://localhost/api/assets/none'))
  await stowage.trusted.delete(id as never)
  await stowage.sweep()
  const found = await recording.metrics()
  const value = (name: string, attributes: object) =>
    found[name]?.find(point => Object.entries(attributes).every(([key, wanted]) => point.attributes[key] === wanted))?.value
  const count = { count: 1, sum: expect.any(Number) }
  const route = '/api/assets/:id'
  expect(value('http.server.request.duration', { 'http.route': '/api/assets', 'http.response.status_code': 201 })).toEqual(count)
  expect(value('http.server.request.duration', { 'http.route': route, 'http.response.status_code': 404 })).toEqual(count)
  expect(value('http.server.active_requests', { 'http.route': route })).toBe(0)
  expect(value('stowage.asset.duration', { 'stowage.operation': 'upload', 'stowage.kind': 'photo' })).toEqual(count)
  expect(value('stowage.asset.bytes', { 'stowage.operation': 'upload' })).toBe(text.length)
  expect(value('stowage.storage.duration', { 'stowage.operation': 'put', 'stowage.storage': 'fs' })).toEqual(count)
  expect(value('stowage.storage.bytes', { 'stowage.operation': 'get' })).toBe(text.length)
  expect(value('stowage.storage.active', { 'stowage.operation': 'get' })).toBe(0)
  expect(value('stowage.storage.retries', { 'stowage.operation': 'put', 'error.type': 'unavailable' })).toBe(1)
  expect(value('stowage.job.duration', {})).toMatchObject({ count: 1 })
  expect(value('stowage.job.wait.duration', {})).toMatchObject({ count: 1 })
})

test('an outcome is a code: what callers do wrong is no fault, what breaks here is', async () => {
  const id = await upload()
  await api.fetch(new Request('http://localhost/api/assets/none'))
  expect(named('GET /api/assets/:id').status.code).toBe(SpanStatusCode.UNSET)
  storage.inject({ on: 'get', fault: failBefore(new Error(`The disk of ${SECRETS[0]} is broken.`)) })
  const response = await api.fetch(new Request(`http://localhost/api/assets/${id}/content`))
  await response.text()
  expect(response.status).toBe(500)
  expect(named('GET /api/assets/:id/content')).toMatchObject({
    status: { code: SpanStatusCode.ERROR },
    attributes: { 'error.type': '500' },
  })
  expect(named('storage get')).toMatchObject({ status: { code: SpanStatusCode.ERROR }, attributes: { 'error.type': 'Error' } })
})

test('a method and a path that are no route make no label', async () => {
  await api.fetch(new Request('http://localhost/api/holiday-photo', { method: 'SWORDFISH' }))
  expect(
    recording
      .spans()
      .filter(({ kind }) => kind === SpanKind.SERVER)
      .map(({ name }) => name),
  ).toEqual(['HTTP'])
})

test('nothing that users wrote is told', async () => {
  const id = await upload()
  storage.inject({ on: 'get', fault: failBefore(new Error(`The disk of ${SECRETS[0]} is broken.`)) })
  await (await api.fetch(new Request(`http://localhost/api/assets/${id}/content?token=swordfish`))).text()
  await api.fetch(new Request('http://localhost/api/assets?q=very-private-words'))
  const told = JSON.stringify([
    recording.spans().map(({ name, attributes, events, status }) => ({ name, attributes, events, status })),
    await recording.metrics(),
  ])
  for (const secret of [...SECRETS, id]) expect(told).not.toContain(secret)
})
