import { join } from 'node:path'
import { Disk } from 'flydrive'
import { FSDriver } from 'flydrive/drivers/fs'
import { streamServer } from './stream-server.ts'

export async function serve(folder: string) {
  const disk = new Disk(new FSDriver({ location: join(folder, 'objects'), visibility: 'public' }))
  return streamServer(async name => {
    const { contentLength } = await disk.getMetaData(name)
    return { sizeBytes: contentLength, body: await disk.getStream(name) }
  })
}
