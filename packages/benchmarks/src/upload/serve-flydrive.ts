import { randomUUID } from 'node:crypto'
import { Disk } from 'flydrive'
import { FSDriver } from 'flydrive/drivers/fs'
import { objectsFolder } from './objects.ts'
import { formServer, receiveByBusboy } from './receive-form.ts'

export async function serve(folder: string) {
  const disk = new Disk(new FSDriver({ location: await objectsFolder(folder), visibility: 'private' }))
  return formServer(req =>
    receiveByBusboy(req, async file => {
      await disk.putStream(randomUUID(), file)
      return null
    }),
  )
}
