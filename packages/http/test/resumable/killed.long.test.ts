import { createHash } from 'node:crypto'
import { Agent } from 'node:http'
import { Readable } from 'node:stream'
import { DefaultHttpStack, Upload } from 'tus-js-client'
import { expect, it, onTestFinished } from 'vitest'
import { startTusProcess } from './tus-process.ts'

const GIB = 1024 ** 3
const CHUNK = 1024 * 1024
const KILLS_AT = [0.1, 0.33, 0.5, 0.81, 0.97]
const headers = { authorization: 'Bearer alice' }

/** Bytes that say where they are. */
function chunkAt(index: number): Buffer {
  const chunk = Buffer.alloc(CHUNK, index % 251)
  chunk.writeUInt32BE(index)
  return chunk
}

it('a gibibyte arrives whole at a server that is killed five times on the way', { timeout: 900_000 }, async () => {
  const server = await startTusProcess()
  const total = GIB / CHUNK
  const digest = createHash('sha256')
  const source = Readable.from(
    (function* () {
      for (let index = 0; index < total; index += 1) {
        const chunk = chunkAt(index)
        digest.update(chunk)
        yield chunk
      }
    })(),
    { objectMode: false },
  )
  const kills = [...KILLS_AT]
  const agent = new Agent({ keepAlive: false })
  onTestFinished(() => agent.destroy())
  await new Promise<void>((resolve, reject) => {
    new Upload(source, {
      endpoint: `http://127.0.0.1:${server.port}/files/uploads/resumable`,
      httpStack: new DefaultHttpStack({ agent }),
      headers,
      uploadSize: GIB,
      chunkSize: 128 * CHUNK,
      retryDelays: Array.from({ length: 100 }, () => 200),
      onProgress: sent => {
        const next = kills[0]
        if (next === undefined || sent < next * GIB) return
        kills.shift()
        server.kill().then(server.start).catch(reject)
      },
      onSuccess: () => resolve(),
      onError: reject,
    }).start()
  })
  expect(kills).toEqual([])
  // Read once more by a job, since nobody has seen all of it.
  await expect
    .poll(server.assets, { timeout: 300_000, interval: 500 })
    .toMatchObject({ items: [{ sizeBytes: GIB, sha256: digest.digest('hex') }] })
})
