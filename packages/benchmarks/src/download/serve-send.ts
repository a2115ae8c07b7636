import { createServer } from 'node:http'
import { join } from 'node:path'
import send from 'send'

export async function serve(folder: string) {
  const root = join(folder, 'objects')
  const server = createServer((req, res) => {
    send(req, req.url ?? '/', { root })
      .on('error', ({ status = 500 }: { status?: number }) => {
        res.statusCode = status
        res.end()
      })
      .pipe(res)
  })
  return { server, close: async () => undefined }
}
