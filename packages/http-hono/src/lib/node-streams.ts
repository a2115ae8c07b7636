import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Context } from 'hono'

/** The native request and response behind a context. */
export interface NodeStreams {
  readonly incoming: IncomingMessage
  readonly outgoing: ServerResponse
}

/**
 * What `@hono/node-server` gives as `c.env`. Null on other runtimes, over HTTP/2, and where middleware has put another request in place of the
 * native one (another method, a body that it limits): then that one counts, not what is on the socket.
 */
export function nodeStreamsOf(c: Context): NodeStreams | null {
  const { incoming, outgoing } = (c.env ?? {}) as Partial<NodeStreams>
  if (incoming?.httpVersionMajor !== 1 || typeof outgoing?.writeHead !== 'function') return null
  return isViewOf(c.req.raw, incoming) ? { incoming, outgoing } : null
}

// The server's own view of a native request holds it in a property of its own; a `new Request` does not.
function isViewOf(request: Request, incoming: IncomingMessage): boolean {
  return Object.getOwnPropertySymbols(request).some(key => (request as unknown as Record<symbol, unknown>)[key] === incoming)
}
