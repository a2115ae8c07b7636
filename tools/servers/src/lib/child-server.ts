import type { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'

/** The first line is the version, `ready` the last; null where the output ends without it. */
export async function versionOnceReady(output: Readable): Promise<string | null> {
  const lines: string[] = []
  for await (const line of createInterface({ input: output })) {
    if (line === 'ready') return lines[0] ?? ''
    lines.push(line)
  }
  return null
}

/** This process may end while the server runs. */
export function letGo(child: ReturnType<typeof spawn>): void {
  child.unref()
  for (const stream of [child.stdin, child.stdout, child.stderr]) (stream as unknown as { unref?(): void } | null)?.unref?.()
}

export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'))
  await Promise.all(servers.map(server => once(server, 'listening')))
  const ports = servers.map(server => (server.address() as { port: number }).port)
  await Promise.all(servers.map(server => new Promise(resolve => server.close(resolve))))
  return ports
}
