import { createHash, randomUUID } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { createServer, type IncomingMessage } from 'node:http'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import busboy from 'busboy'
import { objectsFolder } from './objects.ts'

export async function serve(folder: string) {
  const objects = await objectsFolder(folder)
  const server = createServer(async (req, res) => {
    try {
      res.end(JSON.stringify({ sha256: await receive(req, objects) }))
    } catch {
      res.destroy()
    }
  })
  return { server, close: async () => undefined }
}

function receive(req: IncomingMessage, objects: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let stored: Promise<string> | null = null
    const form = busboy({ headers: req.headers })
    form.on('file', (_name, file) => {
      stored = store(file, join(objects, randomUUID()))
    })
    form.on('close', () => (stored ? resolve(stored) : reject(new Error('The form has no file.'))))
    pipeline(req, form).catch(reject)
  })
}

async function store(file: Readable, path: string): Promise<string> {
  const hash = createHash('sha256')
  file.on('data', chunk => hash.update(chunk))
  await pipeline(file, createWriteStream(path))
  return hash.digest('hex')
}
