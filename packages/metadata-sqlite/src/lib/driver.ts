import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { StowageError } from '@stowage/core/contracts'
import type { SqlDriver, Statement, WriteStatement } from '@stowage/metadata-sql'
import { type Connection, openConnection } from './connection.ts'
import { translate, translateThrown } from './errors.ts'
import { inlineReader, inlineWriter } from './inline.ts'
import { migrate } from './migrate.ts'
import type { BatchStatement, ConnectionOptions, Mode, Outcome, ResultRow, ThreadData } from './protocol.ts'
import { type Scan, scanQueue } from './scan-queue.ts'
import { type Executor, threadExecutor, workerFile } from './thread.ts'

export interface SqliteDriverOptions {
  readonly file: string
  readonly busyTimeoutMs: number
  readonly threads: boolean
}

export interface SqliteDriver extends SqlDriver {
  /** Uses this thread's connection for what happens once, at the start. */
  withConnection<T>(use: (connection: Connection) => T): T
}

const MODE = { any: 0, one: 1, rows: 2, found: 3 } as const satisfies Record<WriteStatement['expect'], Mode>
// A read on this thread must not wait for long; one that finds the file locked is asked of the reader instead.
const READ_TIMEOUT_MS = 50
// What a connection may keep of the file in memory; single rows need little.
const CACHE_KIB = 16_384
// The second is started only when the first is at work: one slow search holds up no other list.
const READERS = 2
const LOOKUP_CACHE_KIB = 4096

/** Reads single rows on this thread, where the file is in the page cache; writes and scans on threads of their own. */
export function sqliteDriver({ file, busyTimeoutMs, threads }: SqliteDriverOptions): SqliteDriver {
  let connection: Connection | null = null
  let writer: Executor | null = null
  let readers: readonly Executor[] = []
  let scans: Scan | null = null
  let threaded = false

  const threadData = (role: ThreadData['role']): ThreadData => ({
    role,
    connection: { file, busyTimeoutMs, readOnly: role === 'reader', cacheKiB: CACHE_KIB },
  })
  const opened = <T>(part: T | null): T => {
    if (part === null) throw new StowageError('unavailable', 'The database is not open.', { retryable: false })
    return part
  }
  const settled = (outcome: Outcome) => {
    if ('failure' in outcome) throw translate(outcome.failure, file)
    return outcome.rows
  }
  const scan = async ({ sql, parameters }: Statement, signal?: AbortSignal): Promise<readonly ResultRow[]> =>
    settled(await opened(scans)([sql, parameters, 2], signal))[0] ?? []

  return {
    name: 'sqlite',
    async open() {
      const url = threads ? workerUrl() : null
      threaded = url !== null
      connection = openFirst({ file, busyTimeoutMs, readOnly: false, cacheKiB: url ? LOOKUP_CACHE_KIB : CACHE_KIB })
      writer = url ? threadExecutor(url, threadData('writer')) : inlineWriter(connection)
      readers = url
        ? Array.from({ length: READERS }, () => threadExecutor(url, threadData('reader')))
        : [inlineReader(connection)]
      scans = scanQueue(readers)
    },
    withConnection(use) {
      try {
        return use(opened(connection))
      } catch (error) {
        throw translateThrown(error, file)
      } finally {
        if (threaded) connection?.db.exec(`pragma busy_timeout = ${READ_TIMEOUT_MS}`)
      }
    },
    async read(statement) {
      try {
        return opened(connection).all(statement.sql, statement.parameters)
      } catch (error) {
        if (threaded && isBusy(error)) return scan(statement)
        throw translateThrown(error, file)
      }
    },
    scan,
    async write(statements) {
      const batch = statements.map(({ sql, parameters, expect }): BatchStatement => [sql, parameters, MODE[expect]])
      return settled(await opened(writer).execute(batch))
    },
    async close() {
      await Promise.all([writer, ...readers].map(executor => executor?.close()))
      connection?.close()
      connection = null
      writer = null
      readers = []
      scans = null
    },
  }
}

function openFirst(options: ConnectionOptions): Connection {
  let connection: Connection | null = null
  try {
    if (options.file !== ':memory:') mkdirSync(dirname(options.file), { recursive: true })
    connection = openConnection(options)
    connection.db.exec('pragma journal_mode = wal')
    migrate(connection, options.file)
    return connection
  } catch (error) {
    connection?.close()
    throw translateThrown(error, options.file)
  }
}

const isBusy = (error: unknown): boolean => [5, 6].includes(((error as { errcode?: number }).errcode ?? 0) & 0xff)

function workerUrl(): URL | null {
  const url = workerFile(import.meta.url)
  if (url) return url
  const detail =
    'Keep @stowage/metadata-sqlite outside the bundle (esbuild: --external:@stowage/metadata-sqlite), or say threads: false to be content with this.'
  process.emitWarning('The worker file of @stowage/metadata-sqlite is missing: the database runs on the main thread.', {
    code: 'STOWAGE_SQLITE_NO_WORKER',
    detail,
  })
  return null
}
