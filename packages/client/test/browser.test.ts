import type { RequestListener } from 'node:http'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { AssetClient, UploadProgress } from '../src/index.ts'
import { bundleClient } from './bundle.ts'
import { hasChromium, launchChromium } from './chromium.ts'
import { openHouseApi } from './house-api.ts'
import { listen } from './listen.ts'
import { createSlowSink } from './slow-sink.ts'

/** What the page's scripts find. */
declare const stowage: typeof import('../src/index.ts')
declare const assets: AssetClient

const FILE_BYTES = 24 * 1024 * 1024
const PAGE =
  '<!doctype html><script src="/client.js"></script><script>assets = stowage.createAssetClient({ baseUrl: "/api/assets", token: "secret" })</script>'

describe.skipIf(!hasChromium)('in Chromium', () => {
  let browser: Browser
  let page: Page
  let server: Awaited<ReturnType<typeof listen>>
  let sink: ReturnType<typeof createSlowSink>
  let api: Awaited<ReturnType<typeof openHouseApi>>

  beforeAll(async () => {
    const bundle = await bundleClient('iife')
    const listener: RequestListener = (request, response) => {
      if (request.url === '/') return void response.writeHead(200, { 'content-type': 'text/html' }).end(PAGE)
      if (request.url === '/client.js') return void response.writeHead(200, { 'content-type': 'text/javascript' }).end(bundle)
      if (request.url === '/open') {
        sink.open()
        return void response.end()
      }
      if (request.headers['x-slow']) return void sink.take(request, response, { id: 'slow' })
      return api.listener(request, response)
    }
    server = await listen(listener)
    browser = await launchChromium()
  })
  beforeEach(async () => {
    api = await openHouseApi()
    sink = createSlowSink()
    page = await browser.newPage()
    await page.goto(server.origin)
    return async () => {
      await page.close()
      await api.close()
    }
  })
  afterAll(async () => {
    await browser?.close()
    await server?.close()
  })

  it('an upload shows how far it is while the server still reads', async () => {
    const { asset, seen } = await page.evaluate(async size => {
      const seen: UploadProgress[] = []
      const slow = stowage.createAssetClient({ baseUrl: '/api/assets', headers: { 'x-slow': '1' } })
      const asset = await slow.upload(new File([new Uint8Array(size)], 'big.bin'), {
        way: 'request',
        title: 'Big',
        onProgress: progress => {
          // The server reads on only now: this was reported in the middle.
          if (seen.push(progress) === 1) void fetch('/open')
        },
      })
      return { asset, seen }
    }, FILE_BYTES)
    expect(asset).toMatchObject({ id: 'slow' })
    expect(Number(asset.sizeBytes)).toBeGreaterThan(FILE_BYTES)
    expect(seen[0]?.fraction).toBeLessThan(1)
    expect(seen.at(-1)).toEqual({ loaded: FILE_BYTES, total: FILE_BYTES, fraction: 1 })
    expect(seen.map(({ loaded }) => loaded)).toEqual(seen.map(({ loaded }) => loaded).sort((a, b) => a - b))
  })

  it('an upload that is aborted rejects, and its connection ends', async () => {
    const error = await page.evaluate(async size => {
      const controller = new AbortController()
      const slow = stowage.createAssetClient({ baseUrl: '/api/assets', headers: { 'x-slow': '1' } })
      const upload = slow.upload(new Blob([new Uint8Array(size)]), {
        way: 'request',
        signal: controller.signal,
        onProgress: () => controller.abort(),
      })
      return upload.then(String, (error: Error) => `${error.constructor.name} ${error.name}`)
    }, FILE_BYTES)
    expect(error).toBe('DOMException AbortError')
    sink.open()
    await sink.cut
  })

  it('everything else works as in Node', async () => {
    const result = await page.evaluate(async () => {
      const asset = await assets.upload(new File(['hello'], 'ü.txt', { type: 'text/plain' }), { tags: ['a', 'b'] })
      const watched = await assets.upload(new Uint8Array([1, 2, 3]), { filename: 'x', onProgress: () => undefined })
      const replaced = await assets.replace(watched.id, new Blob(['abcd']), { onProgress: () => undefined })
      const patched = await assets.update(asset.id, { title: 'T' }, { ifMatch: asset.etag })
      const content = await (await fetch(assets.contentUrl(asset.id))).text()
      const names = []
      for await (const { filename } of assets.all({ limit: 1 })) names.push(filename)
      await assets.delete(asset.id)
      const error = await assets.get(asset.id).catch((error: { code: string; status: number }) => [error.code, error.status])
      return { asset, replaced, title: patched.title, content, names, error }
    })
    expect(result).toMatchObject({
      asset: { filename: 'ü.txt', contentType: 'text/plain', tags: ['a', 'b'] },
      replaced: { sizeBytes: 4 },
      title: 'T',
      content: 'hello',
      names: ['x', 'ü.txt'],
      error: ['not_found', 404],
    })
  })

  it('errors come the same way with and without progress', async () => {
    const errors = await page.evaluate(async () => {
      const nobody = stowage.createAssetClient({ baseUrl: '/api/assets', token: 'wrong' })
      const nowhere = stowage.createAssetClient({ baseUrl: 'http://127.0.0.1:9/' })
      const calls = [nobody, nowhere].flatMap(client => [
        client.upload(new Blob(['a']), { retries: 0 }),
        client.upload(new Blob(['a']), { retries: 0, onProgress: () => undefined }),
      ])
      return Promise.all(calls.map(call => call.catch((error: { code: string; status: number }) => [error.code, error.status])))
    })
    expect(errors).toEqual([
      ['unauthenticated', 401],
      ['unauthenticated', 401],
      ['network', 0],
      ['network', 0],
    ])
  })
})
