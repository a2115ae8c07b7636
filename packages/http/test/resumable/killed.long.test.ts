import { type ChildProcess, fork } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { Agent } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { DefaultHttpStack, Upload } from 'tus-js-client'
import { expect, it, onTestFinished } from 'vitest'

const GIB = 1024 ** 3
const CHUNK = 1024 * 1024
const KILLS_AT = [0.1, 0.33, 0.5, 0.81, 0.97]
const program = fileURLToPath(new URL('../programs/serve-tus.ts', import.meta.url))
const headers = { authorization: 'Bearer alice' }

/** Bytes that say where they are. */
function chunkAt(index: number): Buffer {
  const chunk = Buffer.alloc(CHUNK, index % 251)
  chunk.writeUInt32BE(index)
  return chunk
}

it('a gibibyte arrives whole at a server that is killed five times on the way', { timeout: 900_000 }, async () => {
  const root = await mkdtemp(join(tmpdir(), 'stowage-tus-'))
  let child: ChildProcess | null = null
  let port = 0
  const start = async (): Promise<void> => {
    child = fork(program, [root, String(port)], {
      execArgv: ['--conditions=@stowage/source', '--disable-warning=ExperimentalWarning'],
    })
    const [told] = (await once(child, 'message')) as [{ port: number }]
    port = told.port
  }
  const kill = async (): Promise<void> => {
    const gone = child && once(child, 'exit')
    child?.kill('SIGKILL')
    await gone
  }
  onTestFinished(async () => {
    await kill()
    await rm(root, { recursive: true, force: true })
  })
  await start()
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
      endpoint: `http://127.0.0.1:${port}/files/uploads/resumable`,
      httpStack: new DefaultHttpStack({ agent }),
      headers,
      uploadSize: GIB,
      chunkSize: 128 * CHUNK,
      retryDelays: Array.from({ length: 100 }, () => 200),
      onProgress: sent => {
        const next = kills[0]
        if (next === undefined || sent < next * GIB) return
        kills.shift()
        kill().then(start).catch(reject)
      },
      onSuccess: () => resolve(),
      onError: reject,
    }).start()
  })
  expect(kills).toEqual([])
  const listed = async () => (await (await fetch(`http://127.0.0.1:${port}/files`, { headers })).json()) as { items: object[] }
  // Read once more by a job, since nobody has seen all of it.
  await expect
    .poll(listed, { timeout: 300_000, interval: 500 })
    .toMatchObject({ items: [{ sizeBytes: GIB, sha256: digest.digest('hex') }] })
})
