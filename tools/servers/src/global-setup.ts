import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { S3Server } from './lib/s3-server.ts'
import { startCeph } from './lib/start-ceph.ts'
import { type PostgresServer, startPostgres } from './lib/start-postgres.ts'

/** Runs once for all tests, outside them: answers where the shared servers are, and starts each when it is first asked for. */
export default async function setup(): Promise<() => void> {
  let s3: Promise<S3Server | null> | undefined
  let postgres: Promise<PostgresServer | null> | undefined
  const asked = (url: string | undefined): Promise<S3Server | PostgresServer | null> | undefined => {
    if (url === '/s3') s3 ??= startCeph()
    if (url === '/postgres') postgres ??= startPostgres()
    return url === '/s3' ? s3 : url === '/postgres' ? postgres : undefined
  }
  const server = createServer((request, response) => {
    const started = asked(request.url)
    if (!started) return void response.writeHead(404).end()
    started.then(
      found => response.end(JSON.stringify(found)),
      error => response.writeHead(500).end(String(error)),
    )
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  server.unref()
  process.env.STOWAGE_TEST_SERVERS = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return () => {
    server.close()
    server.closeAllConnections()
  }
}
