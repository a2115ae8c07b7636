import { mkdir } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { FileConfigstore, FileStore } from '@tus/file-store'
import { Server } from '@tus/server'
import { objectsFolder } from './objects.ts'

export async function serve(folder: string) {
  const directory = await objectsFolder(folder)
  // What it notes of each upload lies beside the files by default, and would be counted as one.
  const uploads = join(folder, 'uploads')
  await mkdir(uploads)
  const configstore = new FileConfigstore(uploads)
  const tus = new Server({ path: '/files', relativeLocation: true, datastore: new FileStore({ directory, configstore }) })
  const server = createServer((req, res) => {
    tus.handle(req, res).catch(() => res.destroy())
  })
  return { server, close: async () => undefined }
}
