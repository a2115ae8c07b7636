import { beforeEach, describe, expect, it, vi } from 'vitest'
import { type AssetClient, createAssetClient, type UploadOptions, type UploadRetry, type UploadSource } from '../src/index.ts'
import { keepInMemory } from './kept.ts'
import { numberedBytes, numberedFile, sha256Of } from './numbered-file.ts'
import { MIB, openResumableWorld } from './resumable-world.ts'

let world: Awaited<ReturnType<typeof openResumableWorld>>
let assets: AssetClient

beforeEach(async () => {
  world = await openResumableWorld()
  assets = createAssetClient({ baseUrl: `${world.origin}/api/assets`, token: 'secret' })
  return () => world.close()
})

const SIZE = 2 * MIB + 12_345
const FILE = numberedFile(SIZE)
const DIGEST = sha256Of(numberedBytes(SIZE))
const CHUNKS: UploadOptions = { way: 'resumable', chunkBytes: MIB / 2, retryDelayMs: 1 }
const upload = (source: UploadSource, options?: UploadOptions) => assets.upload(source, { ...CHUNKS, ...options })
const countOf = (line: string) => world.asked.filter(each => each === line).length
const PATCH = 'PATCH /uploads/resumable/:id'
const HEAD = 'HEAD /uploads/resumable/:id'

describe('a resumable upload', () => {
  it('goes in chunks, with everything that is said of it', async () => {
    const seen: number[] = []
    const asset = await upload(new File([FILE], 'grüße.bin', { type: 'application/octet-stream' }), {
      title: '[A] title, "quoted"',
      tags: ['a', 'b,c'],
      metadata: { n: [1] },
      fields: { code: '["x"]', numbers: [7] },
      visibility: 'private',
      sha256: DIGEST,
      onProgress: ({ loaded }) => seen.push(loaded),
    })
    expect(asset).toMatchObject({
      title: '[A] title, "quoted"',
      tags: ['a', 'b,c'],
      metadata: { n: [1] },
      fields: { code: '["x"]', numbers: [7] },
      visibility: 'private',
      filename: 'grüße.bin',
      sizeBytes: SIZE,
      sha256: DIGEST,
    })
    expect(await upload(FILE, { tags: ['[one]'] })).toMatchObject({ tags: ['[one]'] })
    expect(countOf(PATCH)).toBe(10)
    expect(countOf(HEAD)).toBe(0)
    expect(seen).toEqual(seen.toSorted((a, b) => a - b))
    expect(seen.at(-1)).toBe(SIZE)
  })

  it('that is cut in a chunk goes on from what has arrived', async () => {
    const retries: UploadRetry[] = []
    world.proxy.next({ at: 1.2 * MIB, how: 'cut' })
    const task = assets.startUpload(FILE, CHUNKS)
    const told: string[] = []
    task.on('progress', () => told.push('progress'))
    task.on('retry', retry => {
      retries.push(retry)
      told.push('retry')
    })
    expect(await task.done).toMatchObject({ sha256: DIGEST })
    expect(retries).toMatchObject([{ error: { code: 'network' }, attempt: 1 }])
    expect([countOf('POST /uploads/resumable'), countOf(HEAD)]).toEqual([1, 1])
    // That bytes are on their way again is told, though they were before.
    expect(told.slice(told.indexOf('retry'), -1)).toContain('progress')
    // Not all of them again.
    expect(countOf(PATCH)).toBeLessThanOrEqual(6)
  })

  it.each([
    ['a chunk', 'upload-offset: 524288'],
    ['the last chunk', 'stowage-asset'],
  ])('whose answer to %s is lost goes on, and there is one asset', async (_, at) => {
    world.proxy.next({ at, how: 'cut' })
    expect(await upload(FILE)).toMatchObject({ sha256: DIGEST })
    expect([world.proxy.troubles(), countOf(HEAD)]).toEqual([1, 1])
    expect((await assets.list()).items).toHaveLength(1)
  })

  it('whose small requests get no answer asks again', { timeout: 60_000 }, async () => {
    world.proxy.next({ at: 'upload-expires', how: 'hang' })
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const task = assets.startUpload(FILE, CHUNKS)
    const retries: UploadRetry[] = []
    task.on('retry', retry => retries.push(retry))
    await expect.poll(() => world.proxy.troubles(), { timeout: 20_000 }).toBe(1)
    const pass = () => {
      vi.advanceTimersByTime(10_000)
      return retries.length
    }
    await expect.poll(pass, { timeout: 20_000 }).toBe(1)
    vi.useRealTimers()
    expect(retries).toMatchObject([{ error: { code: 'network' } }])
    expect(await task.done).toMatchObject({ sha256: DIGEST })
    expect(countOf('POST /uploads/resumable')).toBe(2)
  })

  it('survives that the server is started anew', async () => {
    world.proxy.next({ at: 1.2 * MIB, how: 'hang' })
    const task = assets.startUpload(FILE, { ...CHUNKS, retries: 10, retryDelayMs: 20 })
    await expect.poll(() => world.proxy.troubles(), { timeout: 15_000 }).toBe(1)
    await world.restart()
    // The hung connection ends with the old server's sockets, or is taken over.
    expect(task.pause()).toBe(true)
    task.resume()
    expect(await task.done).toMatchObject({ sha256: DIGEST })
    expect(countOf('POST /uploads/resumable')).toBe(1)
  })

  it('pauses, and goes on where it was', async () => {
    world.proxy.next({ at: 1.2 * MIB, how: 'hang' })
    const task = assets.startUpload(FILE, CHUNKS)
    await expect.poll(() => world.proxy.troubles(), { timeout: 15_000 }).toBe(1)
    const paused = new Promise(resolve => task.on('paused', resolve))
    expect([task.pause(), task.pause(), task.state]).toEqual([true, false, 'paused'])
    expect(await paused).toEqual(task.progress)
    const asked = world.asked.length
    task.resume()
    expect(task.state).toBe('running')
    expect(await task.done).toMatchObject({ sha256: DIGEST })
    expect(world.asked[asked]).toBe(HEAD)
    expect([task.state, task.pause(), task.progress.fraction]).toEqual(['done', false, 1])
  })

  it('that failed is taken up by a later call, or begun anew where it is gone', async () => {
    const resume = keepInMemory()
    world.proxy.next({ at: 1.2 * MIB, how: 'cut' })
    await expect(upload(FILE, { resume, retries: 0 })).rejects.toMatchObject({ code: 'network' })
    expect(resume.kept.size).toBe(1)
    world.asked.length = 0
    const seen: number[] = []
    expect(await upload(FILE, { resume, onProgress: ({ loaded }) => seen.push(loaded) })).toMatchObject({ sha256: DIGEST })
    expect(world.asked[0]).toBe(HEAD)
    expect(seen[0]).toBeGreaterThanOrEqual(MIB / 2)
    expect(resume.kept.size).toBe(0)
    const gone = { ...resume, getItem: () => '0'.repeat(32) }
    expect(await upload(FILE, { resume: gone })).toMatchObject({ sha256: DIGEST })
    expect((await assets.list()).items).toHaveLength(2)
  })

  it('of a file that is on its way already is another one', async () => {
    const resume = keepInMemory()
    world.proxy.next({ at: 1.2 * MIB, how: 'hang' })
    const first = assets.startUpload(FILE, { ...CHUNKS, resume })
    await expect.poll(() => world.proxy.troubles(), { timeout: 15_000 }).toBe(1)
    const second = await upload(FILE, { resume })
    first.pause()
    first.resume()
    expect((await first.done).id).not.toBe(second.id)
    expect(resume.kept.size).toBe(0)
  })

  it('that is aborted rejects with the reason, and leaves nothing behind', async () => {
    world.proxy.next({ at: 1.2 * MIB, how: 'hang' })
    const resume = keepInMemory()
    const task = assets.startUpload(FILE, { ...CHUNKS, resume })
    const failed = new Promise(resolve => task.on('error', resolve))
    await expect.poll(() => world.proxy.troubles(), { timeout: 15_000 }).toBe(1)
    task.abort(new Error('enough'))
    await expect(task.done).rejects.toThrow('enough')
    expect(await failed).toEqual(new Error('enough'))
    expect([task.state, resume.kept.size]).toEqual(['aborted', 0])
    expect(world.asked.at(-1)).toBe('DELETE /uploads/resumable/:id')
    await expect.poll(() => world.leftovers(), { timeout: 20_000 }).toEqual({ objects: 0, unfinished: 0 })
  })

  it('that the API refuses says why, and is given up', async () => {
    await expect(upload(FILE, { sha256: '0'.repeat(64) })).rejects.toMatchObject({ status: 422, code: 'checksum_mismatch' })
    await expect(upload(new Blob([new Uint8Array(21 * MIB)]))).rejects.toMatchObject({ status: 413 })
    await expect(upload(FILE, { title: 'x'.repeat(5000) })).rejects.toMatchObject({ status: 422 })
    const nobody = createAssetClient({ baseUrl: `${world.origin}/api/assets` })
    await expect(nobody.upload(FILE, CHUNKS)).rejects.toMatchObject({ status: 401 })
    await expect.poll(() => world.leftovers(), { timeout: 20_000 }).toEqual({ objects: 0, unfinished: 0 })
  })

  it('whose refusal was lost says why', async () => {
    world.proxy.next({ at: 'HTTP/1.1 422', how: 'cut' })
    await expect(upload(FILE, { sha256: '0'.repeat(64) })).rejects.toMatchObject({ code: 'unprocessable' })
    expect(world.proxy.troubles()).toBe(1)
  })

  it('is what a large file goes by where the storage signs nothing, and what is not offered is asked for once', async () => {
    const options = { largeAboveBytes: MIB }
    const task = assets.startUpload(FILE, options)
    const ways: string[] = []
    task.on('way', way => ways.push(way))
    await task.done
    expect([ways, task.way]).toEqual([['resumable'], 'resumable'])
    await assets.upload(FILE, options)
    await assets.upload(new Blob(['small']), { ...options, sha256: sha256Of(Buffer.from('small')) })
    await assets.upload(new Blob(['small']), options)
    expect(countOf('POST /uploads')).toBe(2)
    expect(countOf('POST /uploads/resumable')).toBe(3)
    expect(countOf('POST ')).toBe(1)
  })
})
