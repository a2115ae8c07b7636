import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'

/** A web server of somebody else, on a loopback port. */
export async function startOrigin(listener: RequestListener) {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('No port.')
  return {
    host: `127.0.0.1:${address.port}`,
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
