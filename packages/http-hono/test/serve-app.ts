import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { serve } from '@hono/node-server'
import { closeGracefully, prepareServer } from '@stowage/http/node'
import type { Hono } from 'hono'

/** A server of an application, as the README says. */
export async function serveApp(app: Hono) {
  const server = serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 }) as Server
  prepareServer(server)
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => void (await closeGracefully(server, { timeoutMs: 1000 })),
  }
}
