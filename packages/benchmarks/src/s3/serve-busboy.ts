import { createHash } from 'node:crypto'
import type { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import type { Served } from '../harness/server-process.ts'
import { type Digesting, formServer, receiveByBusboy } from '../upload/receive-form.ts'
import { clientAt, placeIn } from './bucket.ts'
import { type BareTarget, storeStream, storeWhole } from './store-bare.ts'

/** Puts what busboy parses into the bucket by `lib-storage`. */
export async function serveStreams(folder: string, { sha256 }: Digesting): Promise<Served> {
  const target = clientAt(await placeIn(folder))
  const server = formServer(req => receiveByBusboy(req, file => storeDigested(target, file, sha256)))
  return { ...server, close: async () => target.client.destroy() }
}

async function storeDigested(target: BareTarget, file: Readable, sha256: boolean): Promise<string | null> {
  const hash = sha256 ? createHash('sha256') : null
  if (hash) file.on('data', chunk => hash.update(chunk)).pause()
  await storeStream(target, file)
  return hash?.digest('hex') ?? null
}

/** Collects what busboy parses, and puts it into the bucket by one PutObject. */
export async function serveWhole(folder: string): Promise<Served> {
  const target = clientAt(await placeIn(folder))
  const store = async (file: Readable): Promise<null> => {
    await storeWhole(target, await buffer(file))
    return null
  }
  return { ...formServer(req => receiveByBusboy(req, store)), close: async () => target.client.destroy() }
}
