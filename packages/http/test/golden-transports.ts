import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { closeGracefully, nodeHandler, prepareServer } from '@stowage/http/node'
import type { HttpHarness, SocketBinding } from '@stowage/testkit/http'
import { sharpTransformer } from '../../core/test/sharp-transformer.ts'

/** A server of one listener, as `HttpHarness.open` gives it. */
export async function openServer(listener: RequestListener): Promise<SocketBinding> {
  const server = createServer(listener)
  prepareServer(server)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => void (await closeGracefully(server, { timeoutMs: 1000 })),
  }
}

export const overNode: HttpHarness = {
  name: 'node:http',
  open: api => openServer(nodeHandler(api)),
  transformer: sharpTransformer(),
}

export const overFetch: HttpHarness = {
  name: 'fetch',
  transformer: sharpTransformer(),
  open: async ({ fetch }) => ({ fetch, close: async () => undefined }),
}
