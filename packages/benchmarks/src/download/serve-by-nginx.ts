import { once } from 'node:events'
import { mkdir } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { accelRedirect } from '@stowage/http/node'
import { startNginx } from '../harness/nginx.ts'
import type { ServedElsewhere } from '../harness/server-process.ts'
import { serveStowage } from '../harness/stowage-server.ts'

/** nginx in front of Stowage: it asks for each file, and sends the bytes itself. */
export async function serve(folder: string): Promise<ServedElsewhere> {
  const root = join(folder, 'objects')
  await mkdir(root, { recursive: true })
  const { server, close } = await serveStowage(folder, { delivery: accelRedirect({ prefix: '/_objects/', root }) })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const upstream = `upstream stowage { server 127.0.0.1:${port}; keepalive 32; }`
  const proxy = `proxy_pass http://stowage; proxy_http_version 1.1; proxy_set_header Connection "";`
  const kept = 'add_header ETag $upstream_http_etag; add_header Vary $upstream_http_vary;'
  const objects = `location /_objects/ { internal; alias ${root}/; sendfile on; tcp_nopush on; etag off; if_modified_since off; ${kept} }`
  const nginx = await startNginx(folder, proxy, objects, upstream)
  return {
    address: { port: nginx.address.port, pids: [...nginx.address.pids, process.pid] },
    async close() {
      await nginx.close()
      server.close()
      server.closeAllConnections()
      await close()
    },
  }
}
