import type { RequestListener } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AssetClient, createAssetClient } from '../src/index.ts'
import { listen } from './listen.ts'

let server: Awaited<ReturnType<typeof listen>>
let assets: AssetClient
let answer: RequestListener

beforeAll(async () => {
  server = await listen((request, response) => answer(request, response))
  assets = createAssetClient({ baseUrl: server.origin })
})
afterAll(() => server.close())

function failWith(status: number, body: string, headers: Record<string, string> = {}) {
  answer = (_request, response) => void response.writeHead(status, headers).end(body)
  return expect(assets.get('a')).rejects
}

describe('errors of APIs', () => {
  it.each([
    [404, '{"code":"not_found","detail":"No asset a.","title":"Nothing"}', 'not_found', 'No asset a.'],
    [422, '{"type":"about:blank","title":"Not valid"}', 'unprocessable', 'Not valid'],
    [403, '{"error":"Only the owner may."}', 'forbidden', 'Only the owner may.'],
    [401, '{"error":"Unauthorized","message":"Send a key."}', 'unauthenticated', 'Send a key.'],
    [409, '{"error":{"code":"taken","message":"It is taken.","field":"slug"}}', 'taken', 'It is taken.'],
    [400, '{"success":false,"message":"Bad page."}', 'invalid_request', 'Bad page.'],
    [418, '[]', 'invalid_request', 'HTTP 418'],
    [502, '<html>Bad gateway</html>', 'internal', 'HTTP 502'],
    [500, '', 'internal', 'HTTP 500'],
  ])('%i %s', async (status, body, code, message) => {
    await failWith(status, body).toMatchObject({ status, code, message })
  })

  it('say when to come back', async () => {
    await failWith(429, '{}', { 'retry-after': '7' }).toMatchObject({ code: 'rate_limited', retryAfterSeconds: 7 })
    await failWith(503, '{}', { 'retry-after': 'Wed, 21 Oct 2026 07:28:00 GMT' }).toMatchObject({ retryAfterSeconds: null })
  })
})

describe('what is no answer', () => {
  it('is invalid where it is not JSON', async () => {
    await failWith(200, '<html>').toMatchObject({ code: 'invalid_response', status: 200 })
  })

  it('is a network error where the connection ends', async () => {
    answer = request => request.socket.destroy()
    await expect(assets.get('a')).rejects.toMatchObject({ code: 'network', status: 0, cause: expect.any(Error) })
    answer = (_request, response) => response.writeHead(200, { 'content-length': '10' }).write('{', () => response.destroy())
    await expect(assets.get('a')).rejects.toMatchObject({ code: 'network' })
  })
})

describe('every call', () => {
  const calls: [string, (signal: AbortSignal) => Promise<unknown>][] = [
    ['upload', signal => assets.upload(new Blob(['a']), { signal })],
    ['upload with progress', signal => assets.upload(new Blob(['a']), { signal, onProgress: () => undefined })],
    ['list', signal => assets.list({ signal })],
    ['pages', signal => assets.pages({ signal }).next()],
    ['all', signal => assets.all({ signal }).next()],
    ['get', signal => assets.get('a', { signal })],
    ['update', signal => assets.update('a', {}, { signal })],
    ['delete', signal => assets.delete('a', { signal })],
    ['download', signal => assets.download('a', { signal })],
    ['replace', signal => assets.replace('a', new Blob(['a']), { signal })],
    ['generate', signal => assets.generate({ prompt: 'a' }, { signal })],
    ['createLink', signal => assets.createLink('a', { signal })],
  ]

  it.each(calls)('%s rejects with the reason once it is aborted', async (_name, call) => {
    const controller = new AbortController()
    answer = () => controller.abort(new Error('enough'))
    await expect(call(controller.signal)).rejects.toThrow('enough')
    await expect(call(controller.signal)).rejects.toThrow('enough')
  })

  it('get rejects where it is aborted while the answer comes', async () => {
    const controller = new AbortController()
    answer = (_request, response) => response.writeHead(200).write('{', () => controller.abort())
    await expect(assets.get('a', { signal: controller.signal })).rejects.toMatchObject({ name: 'AbortError' })
  })
})
