import { randomUUID } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { getRequestListener } from '@hono/node-server'
import { Hono } from 'hono'
import { objectsFolder } from './objects.ts'

export async function serve(folder: string) {
  const objects = await objectsFolder(folder)
  const app = new Hono()
  app.post('/', async c => {
    const { file } = await c.req.parseBody()
    if (!(file instanceof File)) return c.json({ error: 'The form has no file.' }, 400)
    await pipeline(Readable.from(file.stream()), createWriteStream(join(objects, randomUUID())))
    return c.json({})
  })
  return { server: createServer(getRequestListener(app.fetch)), close: async () => undefined }
}
