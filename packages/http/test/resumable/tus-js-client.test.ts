import { randomBytes } from 'node:crypto'
import { Agent, request } from 'node:http'
import { Readable } from 'node:stream'
import { DefaultHttpStack, DetailedError, Upload, type UploadOptions } from 'tus-js-client'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { openRestartable, sha256 } from './restartable.ts'

// Other work on the machine must not make these fail.
vi.setConfig({ testTimeout: 60_000 })

const BYTES = randomBytes(3_000_000)
const headers = { authorization: 'Bearer alice' }
/** One after the other at once: the client's own pauses are for people. */
const retryDelays = [0, 0, 0, 0, 0, 0, 0, 0]

/** Uploads as an application would; settles with the upload's URL and the last answer. */
function send(source: Buffer | Readable, options: UploadOptions) {
  // Each request its own connection: then a cut one is one request.
  const agent = new Agent({ keepAlive: false })
  onTestFinished(() => agent.destroy())
  const done = Promise.withResolvers<Upload>()
  const assets: string[] = []
  const upload: Upload = new Upload(source, {
    httpStack: new DefaultHttpStack({ agent }),
    retryDelays,
    headers,
    onAfterResponse: (_sent, answer) => {
      const id = answer.getHeader('stowage-asset')
      if (id) assets.push(id)
    },
    onSuccess: () => done.resolve(upload),
    onError: error => done.reject(error),
    ...options,
  })
  upload.start()
  return { upload, assets, done: done.promise }
}

const head = (url: string): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    request(url, { method: 'HEAD', headers: { ...headers, 'tus-resumable': '1.0.0' } }, answer => {
      answer.resume()
      resolve(answer.statusCode)
    })
      .on('error', reject)
      .end()
  })

describe('tus-js-client', () => {
  it.each([
    ['in one request', {}],
    ['in one request that creates it too', { uploadDataDuringCreation: true }],
    ['in small pieces', { chunkSize: 70_001 }],
    ['in small pieces, the first with its creation', { chunkSize: 500_000, uploadDataDuringCreation: true }],
  ] as const)('uploads %s', async (_how, options) => {
    const { endpoint, digests } = await openRestartable()
    const { done, assets } = send(BYTES, { endpoint, metadata: { filename: 'a.bin', note: 'ä' }, ...options })
    await done
    expect(await digests()).toEqual([sha256(BYTES)])
    expect(assets).toHaveLength(1)
  })

  it.each([
    ['in one request', {}],
    ['in pieces', { chunkSize: 1_000_000 }],
  ] as const)('goes on after cut connections, %s, from where it was', async (_how, options) => {
    const { endpoint, digests, proxy, asked } = await openRestartable()
    proxy.cut([5000, 300_000, 700_000, 1, 400_000])
    await send(BYTES, { endpoint, ...options }).done
    expect(proxy.cutsLeft).toBe(0)
    expect(await digests()).toEqual([sha256(BYTES)])
    expect(asked.filter(({ method }) => method === 'POST')).toHaveLength(1)
    expect(asked.findLast(({ method }) => method === 'PATCH')?.offsetBytes).toBeGreaterThan(0)
  })

  it('goes on after the server was started anew', async () => {
    const { endpoint, digests, proxy, restart } = await openRestartable()
    proxy.cut([5000, 1_000_000, 5000, 700_000], restart)
    await send(BYTES, { endpoint }).done
    expect(await digests()).toEqual([sha256(BYTES)])
  })

  it('sends a stream whose length nobody knows', async () => {
    const { endpoint, digests, proxy } = await openRestartable()
    proxy.cut([5000, 200_000, 300_000])
    const source = Readable.from(
      (function* () {
        for (let at = 0; at < BYTES.byteLength; at += 90_000) yield BYTES.subarray(at, at + 90_000)
      })(),
      { objectMode: false },
    )
    await send(source, { endpoint, uploadLengthDeferred: true, chunkSize: 400_000 }).done
    expect(await digests()).toEqual([sha256(BYTES)])
  })

  it('goes on with what an earlier page has begun', async () => {
    const { endpoint, digests, proxy } = await openRestartable()
    const stopped = Promise.withResolvers<string>()
    const first = send(BYTES, {
      endpoint,
      chunkSize: 600_000,
      onChunkComplete: () => void first.upload.abort().then(() => stopped.resolve(first.upload.url ?? '')),
    })
    const uploadUrl = await stopped.promise
    const before = proxy.passedBytes
    await send(BYTES, { uploadUrl }).done
    expect(proxy.passedBytes - before).toBeLessThan(BYTES.byteLength - 500_000)
    expect(await digests()).toEqual([sha256(BYTES)])
  })

  it('is told at once of a file that is refused, and tries no more', async () => {
    const { endpoint, digests } = await openRestartable({ accept: ['image/*'] })
    const error: unknown = await send(BYTES, { endpoint }).done.catch((refused: unknown) => refused)
    expect(error).toBeInstanceOf(DetailedError)
    const { originalResponse } = error as DetailedError
    expect(originalResponse?.getStatus()).toBe(422)
    expect(JSON.parse(originalResponse?.getBody() ?? '{}')).toMatchObject({ detail: expect.stringContaining('image/*') })
    expect(await digests()).toEqual([])
  })

  it('can give an upload up', async () => {
    const { endpoint, digests } = await openRestartable()
    const gone = Promise.withResolvers<string>()
    const { upload } = send(BYTES, {
      endpoint,
      chunkSize: 600_000,
      onChunkComplete: () => {
        const url = upload.url ?? ''
        void upload.abort(true).then(() => gone.resolve(url), gone.reject)
      },
    })
    expect(await head(await gone.promise)).toBe(404)
    expect(await digests()).toEqual([])
  })
})
