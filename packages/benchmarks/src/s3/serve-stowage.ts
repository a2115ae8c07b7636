import type { Served } from '../harness/server-process.ts'
import { serveStowage } from '../harness/stowage-server.ts'
import { placeIn, storageAt } from './bucket.ts'

export async function serve(folder: string): Promise<Served> {
  return serveStowage(folder, { storage: storageAt(await placeIn(folder)) })
}
