import { createServer } from 'node:http'
import { Readable } from 'node:stream'
import { type Content, contentOf } from '../harness/content.ts'
import type { Served } from '../harness/server-process.ts'
import { clientAt, placeIn } from './bucket.ts'
import { type BareTarget, storeStream, storeWhole } from './store-bare.ts'

type Store = (target: BareTarget, content: Content) => Promise<void>

/** Stores bytes of its own whenever it is asked to by `POST /SIZE`: nothing of a file comes through HTTP. */
async function serve(folder: string, store: Store): Promise<Served> {
  const target = clientAt(await placeIn(folder))
  const server = createServer(async (req, res) => {
    try {
      await store(target, contentOf(Number(req.url?.slice(1))))
      res.end('{}')
    } catch {
      res.destroy()
    }
  })
  return { server, close: async () => target.client.destroy() }
}

export const serveStreams = (folder: string): Promise<Served> =>
  serve(folder, (target, { pieces }) => storeStream(target, Readable.from(pieces, { objectMode: false })))

export const serveWhole = (folder: string): Promise<Served> =>
  serve(folder, (target, { pieces }) => storeWhole(target, Buffer.concat(pieces)))
