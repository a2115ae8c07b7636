import { randomUUID } from 'node:crypto'
import { FileStorage } from '@flystorage/file-storage'
import { LocalStorageAdapter } from '@flystorage/local-fs'
import { objectsFolder } from './objects.ts'
import { formServer, receiveByBusboy } from './receive-form.ts'

export async function serve(folder: string) {
  const storage = new FileStorage(new LocalStorageAdapter(await objectsFolder(folder)))
  return formServer(req =>
    receiveByBusboy(req, async file => {
      await storage.write(randomUUID(), file)
      return null
    }),
  )
}
