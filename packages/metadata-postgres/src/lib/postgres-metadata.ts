import { StowageError } from '@stowage/core/contracts'
import { compile, createSqlMetadata, type SqlMetadataStore } from '@stowage/metadata-sql'
import type { Pool } from 'pg'
import { postgresDialect } from './dialect.ts'
import { postgresDriver } from './driver.ts'
import { checkSchema } from './identifiers.ts'
import { jobSignals } from './job-signals.ts'
import { prepareKinds } from './kinds.ts'
import { migrate, migrationStatus } from './migrate.ts'

export interface PostgresMetadataOptions {
  /** Of the database, such as `postgres://user:password@host:5432/name?sslmode=verify-full`. Either this or `pool`. */
  readonly url?: string
  /** A pool of `pg` that is the caller's: nothing is set on its connections, and it is not ended. Say `pipeline: true` when making it. */
  readonly pool?: Pool
  /** Where all tables lie; made where it is missing. Default `stowage`. */
  readonly schema?: string
  /** Connections at most, where `url` is given. Default 10. */
  readonly connections?: number
  /** Whether the server keeps statements that come again. Default true; false for poolers that give each transaction another connection. */
  readonly prepared?: boolean
}

/**
 * A metadata store in PostgreSQL 13 or later, through `pg`. Any number of processes and machines may use the database at once.
 * Writes are committed once they resolve; those that get into each other's way are tried again.
 * @throws StowageError `unavailable` when the server is out of reach or refuses its user, `insufficient_storage` when its disk is full,
 * `unsupported` when a newer Stowage made the schema or pg_trgm is missing, `unprocessable` for a value too long for its index
 * @see https://www.postgresql.org/docs/current/pgtrgm.html
 */
export function postgresMetadata(options: PostgresMetadataOptions): SqlMetadataStore {
  const { url, pool, connections = 10, prepared = true } = options
  if ((url === undefined) === (pool === undefined)) {
    throw new StowageError('invalid_request', 'postgresMetadata takes either a url or a pool.')
  }
  const schema = checkSchema(options.schema ?? 'stowage')
  const dialect = postgresDialect(schema)
  const driver = postgresDriver({ ...(url !== undefined && { url }), ...(pool && { pool }), connections, schema, prepared })
  const signals = jobSignals(driver.pool, schema)
  const store = createSqlMetadata({
    driver: {
      ...driver,
      async open() {
        await driver.open()
        await driver.borrow(client => migrate(client, schema))
      },
    },
    dialect,
    prepareKinds: kinds => driver.borrow(client => prepareKinds({ client, schema, dialect }, kinds)),
    migrationStatus: async () => {
      await driver.open()
      return driver.borrow(client => migrationStatus(client, schema))
    },
    async explain(fragment) {
      const { sql, parameters } = compile(fragment, dialect.placeholder)
      const steps = await driver.scan({ sql: `explain (costs off) ${sql}`, parameters })
      return steps.map(step => String(step[0]))
    },
  })
  return {
    ...store,
    async commit(changes) {
      await store.commit(changes)
      if (changes.some(({ op }) => op === 'enqueueJob')) signals.announce()
    },
    watchJobs: signals.watch,
    async close() {
      await signals.close()
      await store.close()
    },
  }
}
