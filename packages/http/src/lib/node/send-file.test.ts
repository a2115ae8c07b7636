import { mkdtemp, open, rm } from 'node:fs/promises'
import { createServer, get, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { createBufferPool } from './buffer-pool.ts'
import { sendFile } from './send-file.ts'

const SIZE = 3_000_000

test.each([
  ['leaves while the next part of a file is being read', (res: ServerResponse) => res.destroy()],
  ['has just left when a part is written', (res: ServerResponse) => res.socket?.destroy()],
])('54: a client that %s ends the answer, closes the file, and nothing else', async (_, leave) => {
  const folder = await mkdtemp(join(tmpdir(), 'stowage-send-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const path = join(folder, 'file')
  const handle = await open(path, 'w+')
  await handle.truncate(SIZE)
  const unhandled: unknown[] = []
  const note = (error: unknown): void => void unhandled.push(error)
  process.on('unhandledRejection', note)
  onTestFinished(() => void process.off('unhandledRejection', note))
  const ended = Promise.withResolvers<unknown>()
  const server = createServer((_req, res) => {
    const info = { key: 'file', sizeBytes: SIZE, etag: '""', lastModified: new Date() }
    const gone = (): void => {
      res.writeHead(200)
      leave(res)
    }
    sendFile(res, { file: { info, handle, path }, start: 0, end: SIZE }, gone, createBufferPool()).catch(ended.resolve)
  })
  onTestFinished(() => void server.close())
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  get({ port: (server.address() as AddressInfo).port, host: '127.0.0.1' }).on('error', () => undefined)
  expect(await ended.promise).toMatchObject({ code: 'aborted' })
  await new Promise(resolve => setImmediate(resolve))
  expect(unhandled).toEqual([])
  expect(handle.fd).toBe(-1)
})
