import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { basename, join } from 'node:path'
import { pipeline } from 'node:stream/promises'

export async function serve(folder: string) {
  const server = createServer(async (req, res) => {
    try {
      await answer(req, res, join(folder, 'objects', basename(req.url ?? '')))
    } catch {
      res.destroy()
    }
  })
  return { server, close: async () => undefined }
}

async function answer(req: IncomingMessage, res: ServerResponse, path: string): Promise<void> {
  const { size } = await stat(path)
  const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(req.headers.range ?? '') ?? []
  const [start, end] = first === undefined ? [0, size - 1] : [Number(first), Number(last)]
  const range = first === undefined ? {} : { 'Content-Range': `bytes ${start}-${end}/${size}` }
  const headers = { 'Content-Type': 'application/octet-stream', 'Content-Length': end - start + 1, ...range }
  res.writeHead(first === undefined ? 200 : 206, headers)
  await pipeline(createReadStream(path, { start, end }), res)
}
