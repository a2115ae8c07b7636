import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { freePorts, letGo, versionOnceReady } from './child-server.ts'
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
