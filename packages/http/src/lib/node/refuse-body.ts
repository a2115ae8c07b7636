import type { IncomingMessage, ServerResponse } from 'node:http'
import { announcesBody } from './body.ts'

/** A body this short is read to its end and dropped; the connection lives on. */
const SMALL_BODY_BYTES = 64 * 1024
const LINGER_MS = 2000
const LINGER_BYTES = 32 * 1024 * 1024

/**
 * Prepares for an answer while the request's body is still under way. The client may not read before it has written, and a connection
 * that is closed with unread bytes loses the answer: so bytes are dropped for a while after it, then the connection ends.
 * @see RFC 9112 §9.6
 */
export function refuseRestOfBody(req: IncomingMessage, res: ServerResponse, options: { readonly close: boolean }): void {
  if (!refusesRestOfBody(req)) return
  const length = req.headers['content-length']
  const waits = req.headers.expect !== undefined && !req.readableDidRead
  if (length !== undefined && Number(length) <= SMALL_BODY_BYTES && !waits && !options.close) {
    res.once('finish', () => drop(req))
    return
  }
  res.setHeader('Connection', 'close')
  lingerAtEnd(req)
}

/** Whether an answer now comes before the end of the request's body. */
export function refusesRestOfBody(req: IncomingMessage): boolean {
  return !req.complete && announcesBody(req)
}

function drop(req: IncomingMessage): void {
  req.on('error', ignore)
  req.resume()
}

// Node ends a last response by socket.destroySoon(), which would cut the client off while it still writes.
function lingerAtEnd(req: IncomingMessage): void {
  const { socket } = req
  socket.destroySoon = () => {
    let dropped = 0
    const timer = setTimeout(() => socket.destroy(), LINGER_MS).unref()
    socket.once('close', () => clearTimeout(timer))
    req.on('data', (chunk: Uint8Array) => {
      dropped += chunk.length
      if (dropped > LINGER_BYTES) socket.destroy()
    })
    req.once('end', () => socket.destroy())
    drop(req)
    socket.end()
  }
}

/** The answer is decided; what still happens to the dropped body changes nothing. */
const ignore = () => undefined
