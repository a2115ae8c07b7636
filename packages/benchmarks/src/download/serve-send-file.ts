import { createServer } from 'node:http'
import { join } from 'node:path'
import express from 'express'

export async function serve(folder: string) {
  const root = join(folder, 'objects')
  const app = express().disable('x-powered-by')
  app.get('/:filename', (req, res) => res.sendFile(req.params.filename, { root }))
  return { server: createServer(app), close: async () => undefined }
}
