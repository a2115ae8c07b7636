import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import type { S3Server } from './s3-server.ts'

const SCRIPTS = join(import.meta.dirname, '../..')
const NOT_HERE = 3

/** Starts Ceph's S3 gateway. It ends with this process, however that ends. */
export async function startCeph(tries = 3): Promise<S3Server | null> {
  const [port, monitorPort] = await freePorts(2)
  // The shell's standard input is the server's life line: the kernel closes it when this process is gone.
  const child = spawn('bash', [join(SCRIPTS, 'start-ceph.sh'), String(port), String(monitorPort)], {
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const ended = once(child, 'close').then(([code]) => Number(code))
  let errors = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors = `${errors}${text}`.slice(-10_000)
  })
  const version = await versionOnceReady(child.stdout)
  if (version !== null) {
    letGo(child)
    console.log(`S3 server for tests: ${version}`)
    return serverAt(port ?? 0, version)
  }
  if ((await ended) === NOT_HERE) {
    console.log(`Tests on S3 are skipped: ${errors.trim()}`)
    return null
  }
  // Somebody else may have taken a port meanwhile.
  if (tries > 1) return startCeph(tries - 1)
  throw new Error(`Ceph does not start: ${errors}`)
}

/** The first line is the version, `ready` the last; null where the output ends without it. */
async function versionOnceReady(output: Readable): Promise<string | null> {
  const lines: string[] = []
  for await (const line of createInterface({ input: output })) {
    if (line === 'ready') return lines[0] ?? ''
    lines.push(line)
  }
  return null
}

function serverAt(port: number, version: string): S3Server {
  return {
    endpoint: `http://127.0.0.1:${port}`,
    region: 'us-east-1',
    accessKeyId: 'stowage',
    secretAccessKey: 'stowage',
    nobody: { accessKeyId: 'nobody', secretAccessKey: 'nobody' },
    version,
  }
}

/** This process may end while the server runs. */
function letGo(child: ReturnType<typeof spawn>): void {
  child.unref()
  for (const stream of [child.stdin, child.stdout, child.stderr]) (stream as unknown as { unref?(): void } | null)?.unref?.()
}

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'))
  await Promise.all(servers.map(server => once(server, 'listening')))
  const ports = servers.map(server => (server.address() as { port: number }).port)
  await Promise.all(servers.map(server => new Promise(resolve => server.close(resolve))))
  return ports
}
