import { randomUUID } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { objectsFolder } from './objects.ts'

export async function serve(folder: string) {
  const objects = await objectsFolder(folder)
  const server = createServer(async (req, res) => {
    try {
      await pipeline(req, createWriteStream(join(objects, randomUUID())))
      res.end('{}')
    } catch {
      res.destroy()
    }
  })
  return { server, close: async () => undefined }
}
