import { createServer } from 'node:http'
import { basename } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { GetObjectCommand } from '@aws-sdk/client-s3'
import type { Served } from '../harness/server-process.ts'
import { clientAt, placeIn } from './bucket.ts'

/** Pipes each object to the answer: the least that a server has to do. */
export async function serve(folder: string): Promise<Served> {
  const { client, Bucket } = clientAt(await placeIn(folder))
  const server = createServer(async (req, res) => {
    try {
      const { Body, ContentLength } = await client.send(new GetObjectCommand({ Bucket, Key: basename(req.url ?? '') }))
      res.writeHead(200, { 'Content-Type': 'application/octet-stream', 'Content-Length': ContentLength })
      await pipeline(Body as Readable, res)
    } catch {
      res.destroy()
    }
  })
  return { server, close: async () => client.destroy() }
}
