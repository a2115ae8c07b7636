import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import type { ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Answer, FileSpan } from './exchange.ts'

/** @param cut breaks the connection after half of the body */
export async function sendAnswer(response: ServerResponse, { status, headers, body }: Answer, cut: boolean): Promise<void> {
  if (body === undefined) {
    response.writeHead(status, headers).end()
  } else if (typeof body === 'string') {
    const bytes = Buffer.from(body)
    response.writeHead(status, { ...headers, 'content-length': bytes.byteLength })
    if (cut) breakAfter(response, bytes.subarray(0, bytes.byteLength >> 1))
    else response.end(bytes)
  } else {
    await sendFile(response, status, { headers: headers ?? {}, body, cut })
  }
}

function breakAfter(response: ServerResponse, bytes: Uint8Array): void {
  response.write(bytes, () => response.destroy())
}

interface Sending {
  readonly headers: Readonly<Record<string, string>>
  readonly body: FileSpan
  readonly cut: boolean
}

/** The file is opened before the head is sent, so that an object that is replaced meanwhile is still read to its end. */
async function sendFile(response: ServerResponse, status: number, { headers, body, cut }: Sending): Promise<void> {
  const { file, start } = body
  const sizeBytes = cut ? body.sizeBytes >> 1 : body.sizeBytes
  const handle = await open(file)
  response.writeHead(status, headers)
  response.flushHeaders()
  const source =
    sizeBytes > 0
      ? createReadStream(file, { fd: handle, start, end: start + sizeBytes - 1, highWaterMark: 256 * 1024 })
      : Readable.from([])
  let sent = 0
  const counted = async function* (chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of chunks) {
      sent += chunk.byteLength
      yield chunk
    }
    if (sent < body.sizeBytes) response.destroy()
  }
  try {
    await pipeline(source, counted, response)
  } finally {
    if (sizeBytes === 0) await handle.close()
  }
}
