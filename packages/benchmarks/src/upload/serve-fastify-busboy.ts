import { randomUUID } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { Busboy, type BusboyHeaders } from '@fastify/busboy'
import { objectsFolder } from './objects.ts'
import { formServer } from './receive-form.ts'

export async function serve(folder: string) {
  const objects = await objectsFolder(folder)
  return formServer(req => receive(req, objects))
}

function receive(req: IncomingMessage, objects: string): Promise<null> {
  return new Promise((resolve, reject) => {
    let stored: Promise<void> | null = null
    const form = new Busboy({ headers: req.headers as BusboyHeaders })
    form.on('file', (_name, file) => {
      stored = pipeline(file, createWriteStream(join(objects, randomUUID())))
      stored.catch(reject)
    })
    form.on('finish', () => (stored ? resolve(stored.then(() => null)) : reject(new Error('The form has no file.'))))
    pipeline(req, form).catch(reject)
  })
}
