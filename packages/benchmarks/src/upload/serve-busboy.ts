import { createHash, randomUUID } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { objectsFolder } from './objects.ts'
import { type Digesting, formServer, receiveByBusboy } from './receive-form.ts'

export async function serve(folder: string, { sha256 }: Digesting) {
  const objects = await objectsFolder(folder)
  return formServer(req => receiveByBusboy(req, file => store(file, join(objects, randomUUID()), sha256)))
}

async function store(file: Readable, path: string, sha256: boolean): Promise<string | null> {
  const hash = sha256 ? createHash('sha256') : null
  if (hash) file.on('data', chunk => hash.update(chunk))
  await pipeline(file, createWriteStream(path))
  return hash?.digest('hex') ?? null
}
