import { join } from 'node:path'
import { FileStorage } from '@flystorage/file-storage'
import { LocalStorageAdapter } from '@flystorage/local-fs'
import { streamServer } from './stream-server.ts'

export async function serve(folder: string) {
  const storage = new FileStorage(new LocalStorageAdapter(join(folder, 'objects')))
  return streamServer(async name => ({ sizeBytes: await storage.fileSize(name), body: await storage.read(name) }))
}
