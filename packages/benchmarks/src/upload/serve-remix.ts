import { randomUUID } from 'node:crypto'
import { type FileHandle, open } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { parseMultipartRequest } from '@remix-run/multipart-parser/node'
import { objectsFolder } from './objects.ts'
import { formServer } from './receive-form.ts'

const MAX_BYTES = 8 * 1024 ** 3

export async function serve(folder: string) {
  const objects = await objectsFolder(folder)
  return formServer(req => receive(req, join(objects, randomUUID())))
}

/** It holds each part in memory, in the chunks that it came in. */
async function receive(req: IncomingMessage, path: string): Promise<null> {
  for await (const part of parseMultipartRequest(req, { maxFileSize: MAX_BYTES, maxTotalSize: MAX_BYTES })) {
    const handle = await open(path, 'wx')
    try {
      await write(handle, part.content)
    } finally {
      await handle.close()
    }
  }
  return null
}

async function write(handle: FileHandle, chunks: readonly Uint8Array[]): Promise<void> {
  for (const chunk of chunks) await handle.writeFile(chunk)
}
