import { connect, type Socket } from 'node:net'
import type { WireServer } from './wire-server.ts'

export type Ending = 'FIN' | 'RST'

/** Keeps the server's ends of its connections by the client's port. */
export function watchConnections({ server }: WireServer): ReadonlyMap<number, Socket> {
  const sockets = new Map<number, Socket>()
  server.on('connection', socket => {
    const port = socket.remotePort as number
    sockets.set(port, socket)
    socket.once('close', () => sockets.delete(port))
  })
  return sockets
}

/** Sends the first bytes of a request, waits until the server has read them all, ends the connection, and waits until both ends know. */
export async function cutConnection(
  { port }: WireServer,
  serverEnds: ReadonlyMap<number, Socket>,
  { bytes, at, ending }: { readonly bytes: Uint8Array; readonly at: number; readonly ending: Ending },
): Promise<void> {
  const client = connect(port, '127.0.0.1')
  client.on('error', () => undefined)
  client.resume()
  await new Promise(resolve => client.once('connect', resolve))
  const own = client.localPort as number
  client.write(bytes.subarray(0, at))
  await until(() => client.closed || (serverEnds.get(own)?.bytesRead ?? -1) >= at)
  if (ending === 'RST') client.resetAndDestroy()
  else client.end()
  await until(() => client.closed && !serverEnds.has(own))
}

/** Resolves once a condition holds, looking each turn of the event loop. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise(resolve => setImmediate(resolve))
}
