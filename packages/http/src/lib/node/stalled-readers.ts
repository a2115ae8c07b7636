import type { IncomingMessage, Server, ServerResponse } from 'node:http'

/**
 * Cuts off clients that have stopped reading an answer. A connection counts as standing still only while none of what waits in it leaves.
 * @returns stops doing so
 */
export function endStalledReaders(server: Server, idleMs: number): () => void {
  const begin = ({ socket }: IncomingMessage, res: ServerResponse) => {
    res.setTimeout(idleMs, () => {
      // With nothing to send it is the server that is waited for, or a body, which has limits of its own.
      if (socket.writableLength > 0) socket.destroy()
    })
  }
  server.prependListener('request', begin)
  return () => void server.off('request', begin)
}
