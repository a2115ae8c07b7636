import { createServer } from 'node:http'
import { basename } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Served } from '../harness/server-process.ts'

/** A server of whole files: what the least code around a storage library does. */
export function streamServer(open: (filename: string) => Promise<{ sizeBytes: number; body: Readable }>): Served {
  const server = createServer(async (req, res) => {
    try {
      const { sizeBytes, body } = await open(basename(req.url ?? ''))
      res.writeHead(200, { 'Content-Type': 'application/octet-stream', 'Content-Length': sizeBytes })
      await pipeline(body, res)
    } catch {
      res.destroy()
    }
  })
  return { server, close: async () => undefined }
}
