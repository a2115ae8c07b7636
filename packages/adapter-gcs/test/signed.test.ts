import type { PresignedRequest } from '@stowage/core/contracts'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { storageOn, type TestServer, testServer } from './gcs.ts'

vi.setConfig({ testTimeout: 120_000 })

let tested: TestServer
let storage: ReturnType<typeof storageOn>
beforeAll(async () => {
  tested = await testServer()
  storage = storageOn(tested.server, tested.newBucket(), { clock: tested.clock })
})
afterAll(() => tested.server.close())

const send = (request: PresignedRequest, init: RequestInit = {}) =>
  tested.server.fetch(request.url, { method: request.method, headers: request.headers, ...init })

function formOf({ fields = {} }: PresignedRequest, file: string, more: Record<string, string> = {}): FormData {
  const form = new FormData()
  for (const [name, value] of Object.entries({ ...fields, ...more })) form.set(name, value)
  form.set('file', new Blob([file]), 'file.txt')
  return form
}

test('a signed form takes what its policy allows, and nothing else', async () => {
  const options = { expiresInSeconds: 60, contentType: 'text/plain', minBytes: 3, maxBytes: 5 }
  const request = await storage.presignPost('form/k', options)
  expect(request.method).toBe('POST')
  const post = (file: string, more: Record<string, string> = {}) => send(request, { body: formOf(request, file, more) })
  const forged = `${request.fields?.['x-goog-signature']?.slice(0, -1)}${request.fields?.['x-goog-signature']?.endsWith('0') ? '1' : '0'}`
  for (const refused of [
    post('ab'),
    post('abcdef'),
    post('abcd', { key: 'form/other' }),
    post('abcd', { 'content-type': 'text/html' }),
    post('abcd', { 'x-goog-meta-more': 'x' }),
    post('abcd', { 'x-goog-signature': forged }),
    post('abcd', { policy: Buffer.from('{"conditions":[],"expiration":"2999-01-01T00:00:00Z"}').toString('base64') }),
  ])
    expect((await refused).status).toBeGreaterThanOrEqual(400)
  expect((await storage.list({ prefix: 'form/' })).objects).toEqual([])
  expect((await post('abcd')).ok).toBe(true)
  expect(await storage.head('form/k')).toMatchObject({ sizeBytes: 4, contentType: 'text/plain' })
  for (const maxBytes of [-1, 1.5, Number.NaN])
    await expect(storage.presignPost('k', { expiresInSeconds: 60, maxBytes })).rejects.toMatchObject({ code: 'invalid_request' })
})

test('threat 14: every byte of a signed upload counts, and so do its method and its time', async () => {
  const request = await storage.presignPut('put/k', { expiresInSeconds: 60, contentType: 'text/plain', sizeBytes: 4 })
  const url = new URL(request.url)
  const query = url.search
  for (let at = 1; at < query.length; at += 7) {
    const letter = query[at] === 'A' ? 'B' : 'A'
    const forged = { ...request, url: `${url.origin}${url.pathname}${query.slice(0, at)}${letter}${query.slice(at + 1)}` }
    expect((await send(forged, { body: 'abcd' })).status, `byte ${at}`).toBeGreaterThanOrEqual(400)
  }
  for (const method of ['GET', 'POST', 'DELETE']) {
    const { url } = request
    const status = await tested.server.fetch(url, { method, headers: request.headers }).then(answer => answer.status)
    expect(status, method).toBe(403)
  }
  for (const expiresInSeconds of [0, -1, 604_801, 0.5])
    await expect(storage.presignPut('k', { expiresInSeconds })).rejects.toMatchObject({ code: 'invalid_request' })
  await tested.clock.advance(61_000)
  expect((await send(request, { body: 'abcd' })).status).toBe(400)
  expect((await storage.list({ prefix: 'put/' })).objects).toEqual([])
})

test('threat 15: a signed upload is of the size, type and key that were signed', async () => {
  const request = await storage.presignPut('sized/k', { expiresInSeconds: 60, contentType: 'image/png', sizeBytes: 4 })
  expect((await send(request, { body: 'abcde' })).status).toBe(400)
  expect((await send(request, { body: 'abc' })).status).toBe(400)
  expect((await send(request, { body: 'abcd', headers: { ...request.headers, 'content-type': 'text/html' } })).status).toBe(403)
  const { 'x-goog-content-length-range': _range, ...unbounded } = request.headers
  expect((await send(request, { body: 'abcde', headers: unbounded })).status).toBe(403)
  expect((await send({ ...request, url: request.url.replace('sized/k', 'sized/l') }, { body: 'abcd' })).status).toBe(403)
  expect((await storage.list({ prefix: 'sized/' })).objects).toEqual([])
  expect((await send(request, { body: 'abcd' })).status).toBe(200)
  expect(await storage.head('sized/k')).toMatchObject({ sizeBytes: 4, contentType: 'image/png' })
})

test('threat 31: the host of a signed URL is the service, and part of the signature', async () => {
  await storage.put('host/k', Buffer.from('x'))
  const request = await storage.presignGet('host/k', { expiresInSeconds: 60 })
  expect(new URL(request.url).origin).toBe('https://storage.gcs.test')
  expect((await send(request)).status).toBe(200)
  const moved = request.url.replace('https://storage.gcs.test/', 'https://evil.storage.gcs.test/')
  expect((await tested.server.fetch(moved)).status).toBe(403)
})
