import { createServer } from 'node:http'
import { join } from 'node:path'
import sirv from 'sirv'

export async function serve(folder: string) {
  const handle = sirv(join(folder, 'objects'), { etag: true })
  const server = createServer((req, res) =>
    handle(req, res, () => {
      res.statusCode = 404
      res.end()
    }),
  )
  return { server, close: async () => undefined }
}
