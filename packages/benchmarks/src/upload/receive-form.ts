import { createServer, type IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import busboy from 'busboy'
import type { Served } from '../harness/server-process.ts'

export interface Digesting {
  readonly sha256: boolean
}

/** A server that answers each form with the digest of its file, or with `{}`. */
export function formServer(receive: (req: IncomingMessage) => Promise<string | null>): Served {
  const server = createServer(async (req, res) => {
    try {
      const sha256 = await receive(req)
      res.end(JSON.stringify(sha256 === null ? {} : { sha256 }))
    } catch {
      res.destroy()
    }
  })
  return { server, close: async () => undefined }
}

/** Reads a form's file with busboy. */
export function receiveByBusboy<T>(req: IncomingMessage, store: (file: Readable) => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    let stored: Promise<T> | null = null
    const form = busboy({ headers: req.headers })
    form.on('file', (_name, file) => {
      stored = store(file)
      stored.catch(reject)
    })
    form.on('close', () => (stored ? resolve(stored) : reject(new Error('The form has no file.'))))
    pipeline(req, form).catch(reject)
  })
}
