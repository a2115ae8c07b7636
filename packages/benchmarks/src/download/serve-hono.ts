import { createServer } from 'node:http'
import { join } from 'node:path'
import { getRequestListener } from '@hono/node-server'
import { serveStatic } from '@hono/node-server/serve-static'
import { Hono } from 'hono'

export async function serve(folder: string) {
  const app = new Hono().use('/*', serveStatic({ root: join(folder, 'objects') }))
  return { server: createServer(getRequestListener(app.fetch)), close: async () => undefined }
}
