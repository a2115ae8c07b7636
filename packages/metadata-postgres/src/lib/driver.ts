import { StowageError } from '@stowage/core/contracts'
import type { Row, SqlDriver, Statement } from '@stowage/metadata-sql'
import pg, { type Pool } from 'pg'
import { aborted, orAborted } from './aborted.ts'
import { isInTheWay, isLost, translate } from './errors.ts'
import { planning } from './planning.ts'
import { type Connection, run, runBatch, type Step, StepError } from './run.ts'
import { type Slots, slots } from './slots.ts'
import { statements } from './statements.ts'

export interface PostgresDriverOptions {
  readonly url?: string
  readonly pool?: Pool
  readonly connections: number
  readonly schema: string
  readonly prepared: boolean
}

export interface PostgresDriver extends SqlDriver {
  /** Connects; once. */
  open(): Promise<void>
  /** What connections come from. @throws StowageError `unavailable` unless it is open */
  readonly pool: () => Pool
  /** Lends a connection. @throws StowageError */
  borrow<T>(use: (client: Connection) => Promise<T>): Promise<T>
}

// Batches that were in each other's way are run again at once, in the order in which the database lets them through.
const TRIES = 20

/** Runs statements over a pool of connections: its own, or one that it is lent and never ends. */
export function postgresDriver(options: PostgresDriverOptions): PostgresDriver {
  const ask = statements(options.schema, options.prepared)
  let state: 'new' | 'open' | 'closed' = 'new'
  let pool: Pool | null = null
  let turns: Slots = slots(1)
  const busy = new Set<Promise<unknown>>()

  function opened(): Pool {
    if (pool === null || state === 'closed') {
      throw new StowageError('unavailable', 'The database is not open.', { retryable: false })
    }
    return pool
  }

  async function tracked<T>(work: Promise<T>): Promise<T> {
    busy.add(work)
    try {
      return await work
    } catch (error) {
      throw error instanceof StepError ? error.translated() : translate(error)
    } finally {
      busy.delete(work)
    }
  }

  const borrow = async <T>(use: (client: Connection) => Promise<T>): Promise<T> => tracked(lend(opened(), use))
  const plans = planning(options.prepared && !options.pool)

  async function attempt(steps: readonly Step[]): Promise<readonly (readonly Row[])[]> {
    for (let left = TRIES; ; left--) {
      try {
        return await lend(opened(), client => {
          plans.asItComes(client)
          return runBatch(client, steps)
        })
      } catch (error) {
        if (left <= 1 || !isInTheWay(error instanceof StepError ? error.cause : error)) throw error
      }
    }
  }

  async function scan(statement: Statement, signal?: AbortSignal): Promise<readonly Row[]> {
    await turns.take(signal)
    return borrow(client => ended(client, statement, signal)).finally(() => turns.leave())
  }

  // A query that nobody waits for any more is ended in the database, too; its connection is not lent again before that.
  async function ended(client: Connection, statement: Statement, signal?: AbortSignal): Promise<readonly Row[]> {
    let cancelled: Promise<unknown> = Promise.resolve()
    const cancel = (): void => {
      cancelled = opened()
        .query('select pg_cancel_backend($1)', [(client as { processID?: number }).processID])
        .catch(() => undefined)
    }
    signal?.addEventListener('abort', cancel, { once: true })
    try {
      const kept = plans.eachAnew(client)
      return (await run(client, ask(statement, kept), statement.parameters)).rows
    } catch (error) {
      throw signal?.aborted ? aborted(signal) : error
    } finally {
      signal?.removeEventListener('abort', cancel)
      await cancelled
    }
  }

  return {
    name: 'postgres',
    pool: opened,
    borrow,
    async open() {
      if (pool) return
      pool = options.pool ?? new pg.Pool({ connectionString: options.url, max: options.connections, pipeline: true })
      // An idle connection that is lost is no loss: the pool makes another.
      pool.on('error', ignoreIdle)
      turns = slots(Math.max(1, pool.options.max >> 1))
      state = 'open'
    },
    async read(statement) {
      const ran = await borrow(client => {
        plans.asItComes(client)
        return run(client, ask(statement, true), statement.parameters)
      })
      return ran.rows
    },
    scan: (statement, signal) => orAborted(scan(statement, signal), signal),
    async write(batch) {
      const steps = batch.map(({ expect, ...statement }) => ({
        ...ask(statement, true),
        values: statement.parameters,
        expect,
      }))
      return tracked(attempt(steps))
    },
    async close() {
      if (state === 'closed') return
      await Promise.allSettled(busy)
      state = 'closed'
      pool?.off('error', ignoreIdle)
      if (pool && !options.pool) {
        pool.on('error', ignoreIdle)
        await pool.end()
      }
    },
  }
}

const ignoreIdle = (): void => undefined

async function lend<T>(pool: Pool, use: (client: Connection) => Promise<T>): Promise<T> {
  const client = await pool.connect()
  let lost = false
  const onError = (): void => {
    lost = true
  }
  client.on('error', onError)
  try {
    return await use(client)
  } catch (error) {
    const cause = error instanceof StepError ? error.cause : error
    if (!(error instanceof StowageError) && cause instanceof Error && cause.name !== 'SqlWriteFailure' && isLost(cause))
      lost = true
    throw error
  } finally {
    client.off('error', onError)
    client.release(lost)
  }
}
