import { createHash, randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import express from 'express'
import multer from 'multer'
import { objectsFolder } from './objects.ts'
import type { Digesting } from './receive-form.ts'

export async function serve(folder: string, { sha256 }: Digesting) {
  const digests = new WeakMap<express.Request, () => string>()
  const storage = multer.diskStorage({
    destination: await objectsFolder(folder),
    filename(req, file, done) {
      if (sha256) {
        const hash = createHash('sha256')
        file.stream.on('data', chunk => hash.update(chunk))
        digests.set(req, () => hash.digest('hex'))
      }
      done(null, randomUUID())
    },
  })
  const app = express().disable('x-powered-by')
  app.post('/', multer({ storage }).single('file'), (req, res) => {
    res.json({ sha256: digests.get(req)?.() })
  })
  return { server: createServer(app), close: async () => undefined }
}
