import { createServer } from 'node:http'
import formidable from 'formidable'
import { objectsFolder } from './objects.ts'

const MAX_BYTES = 8 * 1024 ** 3

export async function serve(folder: string) {
  const uploadDir = await objectsFolder(folder)
  const server = createServer(async (req, res) => {
    try {
      const form = formidable({ uploadDir, hashAlgorithm: 'sha256', maxFileSize: MAX_BYTES, maxTotalFileSize: MAX_BYTES })
      const [, files] = await form.parse(req)
      res.end(JSON.stringify({ sha256: files.file?.[0]?.hash }))
    } catch {
      res.destroy()
    }
  })
  return { server, close: async () => undefined }
}
