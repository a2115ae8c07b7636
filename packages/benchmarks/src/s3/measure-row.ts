import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { StorageAdapter } from '@stowage/core'
import type { S3Server } from '@stowage/servers'
import { files } from '../download/files.ts'
import { downloading, proveBytes, requestOf } from '../download/requests.ts'
import type { Measurement } from '../harness/interleave.ts'
import { load } from '../harness/load.ts'
import type { ServerOptions } from '../harness/server-options.ts'
import { measureRow, type RowOptions } from '../harness/server-row.ts'
import { storeInStowage } from '../harness/stowage-server.ts'
import { makeBucket, PLACE_FILE, type Place, removeBucket, storageAt } from './bucket.ts'
import { type ContenderName, contenders } from './contenders.ts'
import { startGcs } from './gcs-process.ts'
import { Uploading } from './measure-uploads.ts'
import type { DownloadRow, UploadRow } from './shapes.ts'

const script = new URL('./server-task.ts', import.meta.url)

/** Measures a row; each contender has a bucket of its own. */
export async function measureOn(
  server: S3Server,
  row: UploadRow | DownloadRow,
  options: ServerOptions,
): Promise<Map<ContenderName, Measurement[]>> {
  const { contenders: wished } = options
  const names = row.among.filter(name => wished.length === 0 || wished.includes(name))
  const places = new Map<ContenderName, OpenPlace>()
  try {
    for (const name of names) places.set(name, await openPlace(server, row))
    const storages = new Map([...places].map(([name, { storage }]) => [name, storage]))
    const work = 'file' in row ? downloadsOf(row, storages) : uploadsOf(row, storages)
    const prepare = async (name: ContenderName, folder: string): Promise<void> => {
      await writeFile(join(folder, PLACE_FILE), JSON.stringify(places.get(name)?.place))
      await work.prepare?.(name, folder)
    }
    return await measureRow({ ...options, script, names, ...work, prepare })
  } finally {
    for (const place of places.values()) await place.remove()
  }
}

interface OpenPlace {
  readonly place: Place
  readonly storage: StorageAdapter
  remove(): Promise<void>
}

async function openPlace(server: S3Server, row: UploadRow | DownloadRow): Promise<OpenPlace> {
  if ('service' in row && row.service === 'gcs') {
    const { access, stop } = await startGcs('bench')
    const place = { bucket: 'bench', gcs: access }
    const storage = storageAt(place)
    return { place, storage, remove: async () => void (await Promise.all([storage.close?.(), stop()])) }
  }
  const place = await makeBucket(server)
  const storage = storageAt(place)
  return {
    place,
    storage,
    async remove() {
      await storage.close?.()
      await removeBucket(place)
    },
  }
}

type Work = Pick<RowOptions<ContenderName>, 'prepare' | 'warmUp' | 'run'>
type Storages = ReadonlyMap<ContenderName, StorageAdapter>

function uploadsOf(row: UploadRow, storages: Storages): Work {
  const uploading = new Uploading(row, storages)
  return { warmUp: (name, server) => uploading.warmUp(name, server), run: (name, server) => uploading.run(name, server) }
}

function downloadsOf({ file, connections, seconds, warmUpSeconds }: DownloadRow, storages: Storages): Work {
  const asked = { file, status: 200 } as const
  const requestTo = (name: ContenderName) => requestOf(contenders[name].path, asked, null)
  const asking = (name: ContenderName) => downloading([requestTo(name)], asked)
  return {
    prepare: (name, folder) => storeFile(name, folder, storages.get(name) as StorageAdapter, file),
    async warmUp(name, { port }) {
      await proveBytes(requestTo(name), asked, port)
      await load(port, { connections, seconds: warmUpSeconds }, asking(name))
    },
    run: (name, server) => server.measure(port => load(port, { connections, seconds }, asking(name))),
  }
}

async function storeFile(name: ContenderName, folder: string, storage: StorageAdapter, file: DownloadRow['file']): Promise<void> {
  const { pieces } = files[file]
  const body = async function* (): AsyncGenerator<Uint8Array> {
    yield* pieces
  }
  if (name === 'stowage, downloads') await storeInStowage(folder, { filename: file, body: body() }, storage)
  else await storage.put(file, body())
}
