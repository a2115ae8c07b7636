import type { ServerResponse } from 'node:http'

/**
 * Sends a stream with backpressure, its head before the first chunk. Stops, and tells the stream, when the client goes.
 * @throws what the stream throws; an error when its length is not `length`
 */
export async function sendStream(
  res: ServerResponse,
  body: AsyncIterable<Uint8Array>,
  writeHead: () => void,
  length: number | null,
): Promise<void> {
  let sent = 0
  for await (const chunk of body) {
    if (res.destroyed) return
    if (sent === 0 && !res.headersSent) writeHead()
    sent += chunk.length
    // Too much would run into the next response on this connection.
    if (length !== null && sent > length) throw new Error('The content is longer than announced.')
    if (!res.write(chunk)) await drained(res)
  }
  if (length !== null && sent < length) throw new Error('The content ended before its announced length.')
  if (!res.headersSent) writeHead()
  res.end()
}

function drained(res: ServerResponse): Promise<void> {
  return new Promise(resolve => {
    const done = () => {
      res.off('drain', done).off('close', done)
      resolve()
    }
    if (res.destroyed) resolve()
    else res.on('drain', done).on('close', done)
  })
}
