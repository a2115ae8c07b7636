import { beforeEach, describe, expect, expectTypeOf, it, vi } from 'vitest'
import {
  type Asset,
  type AssetClient,
  createAssetClient,
  type UploadProgress,
  type UploadTask,
  type UploadWay,
} from '../src/index.ts'
import { openProxy } from './cut-proxy.ts'
import { openHouseApi } from './house-api.ts'
import { listen } from './listen.ts'

let api: Awaited<ReturnType<typeof openHouseApi>>
let proxy: Awaited<ReturnType<typeof openProxy>>
let assets: AssetClient
let refusals: { status: number; headers: Record<string, string> }[]
/** How many requests are neither read nor answered, and how many were not. */
let silences: number
let silenced: number

beforeEach(async () => {
  api = await openHouseApi()
  proxy = await openProxy()
  refusals = []
  silences = silenced = 0
  const server = await listen((request, response) => {
    if (silenced < silences) {
      silenced += 1
      return
    }
    const refusal = refusals.shift()
    if (refusal === undefined) return api.listener(request, response)
    request.resume().on('end', () => response.writeHead(refusal.status, refusal.headers).end('{}'))
  })
  proxy.lead(Number(new URL(server.origin).port))
  assets = createAssetClient({ baseUrl: `${proxy.origin}/api/assets`, token: 'secret' })
  return async () => {
    await proxy.close()
    await server.close()
    await api.close()
  }
})

async function* slowly(): AsyncGenerator<Uint8Array> {
  yield new Uint8Array(3)
  yield new Uint8Array(4)
}

describe('an upload as a task', () => {
  it('tells its way, how far it is, and its end', async () => {
    const told: unknown[] = []
    const task = assets.startUpload(new Blob(['hello']), { filename: 'a.txt' })
    expectTypeOf(task).toEqualTypeOf<UploadTask>()
    expect([task.state, task.way, task.progress]).toEqual(['running', null, { loaded: 0, total: 5, fraction: 0 }])
    for (const event of ['way', 'done', 'error', 'paused', 'retry'] as const) task.on(event, () => told.push(event))
    const stop = task.on('progress', progress => {
      expectTypeOf(progress).toEqualTypeOf<UploadProgress>()
      told.push(progress.fraction)
    })
    const asset = await task.done
    expect(asset.sizeBytes).toBe(5)
    expect(told).toEqual(['way', 1, 'done'])
    expect([task.state, task.way]).toEqual(['done', 'request'])
    stop()
    task.abort()
    expect([task.state, task.pause()]).toEqual(['done', false])
  })

  it('that fails tells the error, which nobody has to catch', async () => {
    const task = assets.startUpload(new Blob([new Uint8Array(8)]), { fields: { page: 'seven' } })
    const error = await new Promise(resolve => task.on('error', resolve))
    expect(error).toMatchObject({ status: 422 })
    expect(task.state).toBe('failed')
    await expect(task.done).rejects.toBe(error)
  })

  it('pauses in one request, and is one asset in the end', async () => {
    proxy.next({ at: 100_000, how: 'hold' })
    const task = assets.startUpload(new Blob([new Uint8Array(3_000_000)]))
    await expect.poll(() => proxy.troubles(), { timeout: 15_000 }).toBe(1)
    const paused = new Promise(resolve => task.on('paused', resolve))
    expect([task.pause(), task.state]).toEqual([true, 'paused'])
    await paused
    task.resume()
    expect(await task.done).toMatchObject({ sizeBytes: 3_000_000 })
    expect((await assets.list()).items).toHaveLength(1)
  })

  it('can be aborted while it is paused', async () => {
    const controller = new AbortController()
    const task = assets.startUpload(new Blob(['hello']), { signal: controller.signal })
    expect(task.pause()).toBe(true)
    await new Promise(resolve => task.on('paused', resolve))
    controller.abort(new Error('enough'))
    await expect(task.done).rejects.toThrow('enough')
    expect([task.state, task.pause(), api.seen.length]).toEqual(['aborted', false, 0])
  })

  it('may go on as soon as it is told to have paused, or before', async () => {
    const task = assets.startUpload(new Blob(['hello']))
    task.on('paused', task.resume)
    expect(task.pause()).toBe(true)
    expect(await task.done).toMatchObject({ sizeBytes: 5 })
    const other = assets.startUpload(new Blob(['hello']))
    other.pause()
    other.resume()
    expect(await other.done).toMatchObject({ sizeBytes: 5 })
  })

  it('of a stream does not pause, and goes in one request only', async () => {
    const task = assets.startUpload(slowly())
    expect([task.pause(), task.state]).toEqual([false, 'running'])
    expect(await task.done).toMatchObject({ sizeBytes: 7 })
    for (const way of ['direct', 'resumable'] as const) {
      await expect(assets.upload(slowly(), { way })).rejects.toThrow(TypeError)
    }
    await expect(assets.upload(new Blob(['a']), { way: 'request', sha256: '0'.repeat(64) })).rejects.toThrow(TypeError)
  })
})

describe('one request', () => {
  const keys = () => new Set(api.seen.map(({ headers }) => headers['idempotency-key']))

  it('is sent again where its answer was lost, and there is one asset', async () => {
    proxy.next({ at: 'HTTP/1.1 201', how: 'cut' })
    const task = assets.startUpload(new Blob(['hello']), { retryDelayMs: 1 })
    const retried = new Promise(resolve => task.on('retry', resolve))
    const asset: Asset = await task.done
    expect(await retried).toMatchObject({ error: { code: 'network' }, attempt: 1 })
    expect([api.seen.length, keys().size]).toEqual([2, 1])
    expect((await assets.list()).items).toMatchObject([{ id: asset.id }])
  })

  it.each([
    [503, { 'retry-after': '0' }],
    [429, { 'retry-after': '0' }],
    [409, { 'retry-after': '0' }],
    [502, {}],
    [408, {}],
  ])('is sent again after %i', async (status, headers) => {
    refusals = [{ status, headers }]
    expect(await assets.upload(new Blob(['hello']), { retryDelayMs: 1 })).toMatchObject({ sizeBytes: 5 })
    expect(api.seen).toHaveLength(1)
  })

  it.each([400, 409, 413, 501, 507])('is not sent again after %i', async status => {
    refusals = [{ status, headers: {} }]
    await expect(assets.upload(new Blob(['hello']))).rejects.toMatchObject({ status })
    expect(api.seen).toHaveLength(0)
  })

  it('is sent again as often as is said, and a stream never', async () => {
    refusals = [503, 503, 503].map(status => ({ status, headers: {} }))
    await expect(assets.upload(new Blob(['hello']), { retries: 1, retryDelayMs: 1 })).rejects.toMatchObject({ status: 503 })
    expect(refusals).toHaveLength(1)
    await expect(assets.upload(slowly(), { retryDelayMs: 1 })).rejects.toMatchObject({ status: 503 })
    expect(api.seen).toHaveLength(0)
    await assets.upload(slowly())
    expect(api.seen[0]?.headers).not.toHaveProperty('idempotency-key')
  })

  it('is what is left where the API offers no other way', async () => {
    // As an API answers that has neither.
    refusals = [404, 405].map(status => ({ status, headers: {} }))
    const ways: UploadWay[] = []
    const task = assets.startUpload(new Blob([new Uint8Array(2000)]), { largeAboveBytes: 1000 })
    task.on('way', way => ways.push(way))
    await task.done
    expect(ways).toEqual(['request'])
    // It was asked once.
    await assets.upload(new Blob([new Uint8Array(2000)]), { largeAboveBytes: 1000 })
    expect(api.seen.map(({ method, url }) => `${method} ${url}`)).toEqual(['POST /api/assets', 'POST /api/assets'])
  })
})

describe('a connection that stands still', () => {
  it.each([
    ['while bytes are to be sent', 24 * 1024 * 1024, 30],
    ['while an answer is to come', 5, 120],
  ])('is lost after a time, %s', { timeout: 60_000 }, async (_, sizeBytes, afterSeconds) => {
    silences = 1
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const task = assets.startUpload(new Blob([new Uint8Array(sizeBytes)]), { way: 'request', retryDelayMs: 1 })
    let seconds = 0
    let lastProgress = 0
    let failed: unknown
    let stoodStill = 0
    task.on('progress', () => {
      lastProgress = seconds
    })
    task.on('retry', ({ error }) => {
      failed = error
      stoodStill = seconds - lastProgress
    })
    await expect.poll(() => silenced, { timeout: 20_000 }).toBe(1)
    const second = () => {
      seconds += 1
      vi.advanceTimersByTime(1000)
      return failed
    }
    await expect.poll(second, { timeout: 40_000, interval: 10 }).toMatchObject({ code: 'network', status: 0 })
    vi.useRealTimers()
    // Polling lets a little time pass of its own.
    expect(Math.abs(stoodStill - afterSeconds)).toBeLessThan(3)
    expect(await task.done).toMatchObject({ sizeBytes })
    expect((await assets.list()).items).toHaveLength(1)
  })
})

it('who sends files in a way of their own tells how far they are', async () => {
  const asked: string[] = []
  const own = createAssetClient({
    baseUrl: `${proxy.origin}/api/assets`,
    token: 'secret',
    async send({ method, url, headers, body, credentials, signal, onSent }) {
      asked.push(`${method} ${credentials}`)
      onSent((body as Blob).size, (body as Blob).size)
      const response = await fetch(url, { method, headers, body, signal })
      return { status: response.status, text: await response.text(), header: name => response.headers.get(name) }
    },
  })
  const task = own.startUpload(new Blob(['hello']))
  expect(await task.done).toMatchObject({ sizeBytes: 5 })
  expect([asked, task.progress.fraction]).toEqual([['POST same-origin'], 1])
})
