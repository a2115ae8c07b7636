import { beforeEach, describe, expect, it } from 'vitest'
import {
  type AssetClient,
  AssetClientError,
  createAssetClient,
  type UploadOptions,
  type UploadProgress,
  type UploadSource,
} from '../src/index.ts'
import { MIB, openDirectWorld } from './direct-world.ts'
import { keepInMemory } from './kept.ts'
import { numberedFile, sha256Of } from './numbered-file.ts'

let world: Awaited<ReturnType<typeof openDirectWorld>>
let assets: AssetClient

async function open(options: Parameters<typeof openDirectWorld>[0] = {}) {
  world = await openDirectWorld(options)
  assets = createAssetClient({ baseUrl: `${world.server.origin}/api/assets`, token: 'secret' })
}

beforeEach(async () => {
  await open()
  return () => world.close()
})

const direct = (source: UploadSource, options?: UploadOptions) => assets.upload(source, { way: 'direct', ...options })
const sha256 = async (blob: Blob) => sha256Of(Buffer.from(await blob.arrayBuffer()))
const parts: UploadOptions = { method: 'multipart', retryDelayMs: 1 }
const PARTS_FILE = numberedFile(17 * MIB)

describe('a direct upload', () => {
  it('of a small file goes to the storage in one request, with everything that is said of it', async () => {
    const seen: UploadProgress[] = []
    const file = new File(['hello'], 'grüße.txt', { type: 'text/plain' })
    const asset = await direct(file, {
      title: 'Greetings',
      tags: ['a', 'b'],
      metadata: { n: 1 },
      visibility: 'private',
      sha256: await sha256(file),
      onProgress: progress => seen.push(progress),
    })
    expect(asset).toMatchObject({ title: 'Greetings', tags: ['a', 'b'], metadata: { n: 1 }, visibility: 'private', sizeBytes: 5 })
    expect(asset).toMatchObject({ filename: 'grüße.txt', contentType: 'text/plain', state: 'ready' })
    expect(world.asked).toEqual(['POST /uploads', 'POST /uploads/:id/complete'])
    expect(world.sent.map(line => line.slice(0, 3))).toEqual(['PUT'])
    expect(seen.at(-1)).toEqual({ loaded: 5, total: 5, fraction: 1 })
  })

  it.each([
    ['a Uint8Array', () => new TextEncoder().encode('hello')],
    ['an ArrayBuffer', () => new TextEncoder().encode('hello').buffer],
    ['a Blob', () => new Blob(['hello'])],
  ])('takes %s', async (_, make) => {
    const asset = await direct(make(), { filename: 'a.txt', contentType: 'text/plain' })
    expect(await (await assets.download(asset.id)).text()).toBe('hello')
  })

  it('of a large file goes in parts, some at once, and shows how far it is', async () => {
    const seen: number[] = []
    const asset = await direct(PARTS_FILE, { ...parts, onProgress: ({ loaded }) => seen.push(loaded) })
    expect(asset.sha256).toBe(await sha256(PARTS_FILE))
    expect(world.sent).toHaveLength(3)
    expect(world.asked).toEqual(['POST /uploads', 'POST /uploads/:id/parts', 'POST /uploads/:id/complete'])
    expect(seen.length).toBeGreaterThan(3)
    expect(seen).toEqual(seen.toSorted((a, b) => a - b))
    expect(seen.at(-1)).toBe(PARTS_FILE.size)
  })

  it('tries each request again, with a fresh URL', async () => {
    const failed = new Set<string>()
    const urls = new Map<string, Set<string>>()
    world.interfere((request, response) => {
      const url = new URL(request.url ?? '', 'http://x')
      const name = url.searchParams.get('part') ?? 'whole'
      urls.set(name, (urls.get(name) ?? new Set()).add(request.url ?? ''))
      if (failed.has(name)) return false
      failed.add(name)
      // One way of failing each.
      if (name === '1') request.socket.destroy()
      else response.writeHead(name === '2' ? 503 : 403, { connection: 'close' }).end()
      return true
    })
    const asset = await direct(PARTS_FILE, parts)
    expect(asset.sha256).toBe(await sha256(PARTS_FILE))
    expect([...failed].sort()).toEqual(['1', '2', '3'])
    const small = await direct(new Blob(['hello']), { filename: 'a.bin', retryDelayMs: 1 })
    expect(small.sizeBytes).toBe(5)
    expect(world.asked).toContain('GET /uploads/:id')
  })

  it('that fails for good rejects, and leaves nothing behind', async () => {
    world.interfere((_request, response) => {
      response.writeHead(403, { connection: 'close' }).end('no')
      return true
    })
    const error = await direct(PARTS_FILE, { ...parts, retries: 1 }).catch(error => error)
    expect(error).toBeInstanceOf(AssetClientError)
    expect(error).toMatchObject({ code: 'forbidden', status: 403 })
    expect(world.asked.at(-1)).toBe('DELETE /uploads/:id')
    await expect.poll(() => world.leftovers(), { timeout: 20_000 }).toEqual({ objects: [], unfinished: [] })
  })

  it('that is aborted rejects with the reason, and leaves nothing behind', async () => {
    const controller = new AbortController()
    const resume = keepInMemory()
    world.interfere((request, response) => {
      if (world.sent.length < 2) return false
      controller.abort(new Error('enough'))
      request.once('close', () => response.destroy())
      return true
    })
    await expect(direct(PARTS_FILE, { ...parts, resume, partsAtOnce: 1, signal: controller.signal })).rejects.toThrow('enough')
    expect(world.asked.at(-1)).toBe('DELETE /uploads/:id')
    expect(resume.kept.size).toBe(0)
    await expect.poll(() => world.leftovers(), { timeout: 20_000 }).toEqual({ objects: [], unfinished: [] })
    await expect(direct(PARTS_FILE, { signal: AbortSignal.abort() })).rejects.toThrow('abort')
  })

  it('that is paused goes on with what is missing', async () => {
    const task = assets.startUpload(PARTS_FILE, { ...parts, way: 'direct', partsAtOnce: 1 })
    const paused = new Promise(resolve => task.on('paused', resolve))
    world.interfere((request, response) => {
      if (world.sent.length < 3) return false
      task.pause()
      request.once('close', () => response.destroy())
      return true
    })
    await paused
    world.interfere(() => false)
    world.asked.length = world.sent.length = 0
    task.resume()
    expect((await task.done).sha256).toBe(await sha256(PARTS_FILE))
    expect(world.sent).toHaveLength(1)
    expect(world.asked).toEqual(['GET /uploads/:id', 'POST /uploads/:id/parts', 'POST /uploads/:id/complete'])
  })

  it('is the way of a large file; another one, where the storage gives no answer', async () => {
    const file = numberedFile(50_000)
    const options = { largeAboveBytes: 1000, retries: 1, retryDelayMs: 1 }
    const ways: string[] = []
    const send = async () => {
      const task = assets.startUpload(file, options)
      task.on('way', way => ways.push(way))
      expect((await task.done).sha256).toBe(await sha256(file))
    }
    await send()
    world.interfere(request => {
      request.socket.destroy()
      return true
    })
    await send()
    expect(world.asked).toContain('DELETE /uploads/:id')
    // It is known by now.
    await send()
    expect(ways).toEqual(['direct', 'direct', 'resumable', 'resumable'])
    expect(world.asked.filter(line => line === 'POST /uploads')).toHaveLength(2)
  })

  it('that was cut off is taken up by the same call, which sends what is missing', async () => {
    const resume = keepInMemory()
    world.interfere(request => {
      if (world.sent.length < 3) return false
      request.socket.destroy()
      return true
    })
    const cut = direct(PARTS_FILE, { ...parts, resume, partsAtOnce: 1, retries: 0 })
    await expect(cut).rejects.toMatchObject({ code: 'network' })
    expect(resume.kept.size).toBe(1)
    world.interfere(() => false)
    world.asked.length = world.sent.length = 0
    const seen: number[] = []
    const asset = await direct(PARTS_FILE, { ...parts, resume, onProgress: ({ loaded }) => seen.push(loaded) })
    expect(asset.sha256).toBe(await sha256(PARTS_FILE))
    expect(world.sent).toHaveLength(1)
    expect(world.asked).toEqual(['GET /uploads/:id', 'POST /uploads/:id/parts', 'POST /uploads/:id/complete'])
    expect(seen[0]).toBeGreaterThan(0)
    expect(resume.kept.size).toBe(0)
  })

  it('is begun anew where the remembered one is gone, or the file is another', async () => {
    const resume = keepInMemory()
    resume.getItem = () => '0123456789abcdef0123456789abcdef'
    const file = new File(['hello'], 'a.txt', { type: 'text/plain', lastModified: 1 })
    expect(await direct(file, { resume })).toMatchObject({ sizeBytes: 5 })
    expect(world.asked).toEqual(['GET /uploads/:id', 'POST /uploads', 'POST /uploads/:id/complete'])
    const keys: string[] = []
    const watching = { ...keepInMemory(), setItem: (key: string) => keys.push(key) }
    for (const [name, text, lastModified] of [
      ['a', 'x', 1],
      ['b', 'x', 1],
      ['a', 'xy', 1],
      ['a', 'x', 2],
    ] as const)
      await direct(new File([text], name, { lastModified }), { resume: watching })
    expect(new Set(keys).size).toBe(4)
  })

  it('that is verified later is waited for', async () => {
    await world.close()
    await open({ verifyInJobBytes: 1024 })
    const file = numberedFile(5000)
    const asset = await direct(file, { retryDelayMs: 20 })
    expect(asset).toMatchObject({ sizeBytes: 5000, sha256: await sha256(file) })
    expect(world.asked).toContain('GET /uploads/:id')
  })

  it('of bytes that are not the announced ones is refused', async () => {
    const wrong = direct(new Blob(['hello']), { sha256: '0'.repeat(64), retryDelayMs: 1, retries: 0 })
    await expect(wrong).rejects.toBeInstanceOf(AssetClientError)
    const nobody = createAssetClient({ baseUrl: `${world.server.origin}/api/assets` })
    await expect(nobody.upload(new Blob(['hello']), { way: 'direct' })).rejects.toMatchObject({ status: 401 })
    await expect.poll(() => world.leftovers(), { timeout: 20_000 }).toEqual({ objects: [], unfinished: [] })
  })

  it('sends the storage no token of the API', async () => {
    let headers: object = {}
    world.interfere(request => {
      headers = request.headers
      return false
    })
    await direct(new Blob(['hello']))
    expect(headers).not.toHaveProperty('authorization')
    expect(headers).toMatchObject({ 'content-length': '5' })
  })
})
