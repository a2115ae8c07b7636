import type { Connection } from './connection.ts'
import type { BatchStatement, Failure, Outcome, ResultRow } from './protocol.ts'

// After these the transaction itself is in doubt: BUSY, NOMEM, READONLY, IOERR, CORRUPT, FULL, CANTOPEN, NOTADB.
const FATAL: ReadonlySet<number> = new Set([5, 7, 8, 10, 11, 13, 14, 26])

/**
 * Runs batches of many callers in one transaction. A batch that fails takes only itself back; what is reported as done
 * has been committed.
 */
export function executeGroup(connection: Connection, batches: readonly (readonly BatchStatement[])[]): readonly Outcome[] {
  try {
    connection.run('begin immediate', [])
  } catch (error) {
    return batches.map(() => ({ failure: failureOf(error, -1) }))
  }
  try {
    const outcomes = runTogether(connection, batches) ?? batches.map(batch => runApart(connection, batch))
    connection.run(outcomes.every(outcome => 'failure' in outcome) ? 'rollback' : 'commit', [])
    return outcomes
  } catch (error) {
    rollback(connection)
    const failure = error instanceof FatalFailure ? { ...error.failure, statement: -1 } : failureOf(error, -1)
    return batches.map(() => ({ failure }))
  }
}

/** Runs one read. */
export function executeRead(connection: Connection, statements: readonly BatchStatement[]): Outcome {
  try {
    return { rows: statements.map(([sql, parameters]) => connection.all(sql, parameters)) }
  } catch (error) {
    return { failure: failureOf(error, -1) }
  }
}

// Each savepoint released makes FTS5 write out what it has gathered, so there is none until a batch is refused.
function runTogether(connection: Connection, batches: readonly (readonly BatchStatement[])[]): readonly Outcome[] | null {
  const outcomes: Outcome[] = []
  for (const batch of batches) {
    const outcome = runStatements(connection, batch)
    outcomes.push(outcome)
    if (!('failure' in outcome) || batches.length === 1) continue
    connection.run('rollback', [])
    connection.run('begin immediate', [])
    return null
  }
  return outcomes
}

function runApart(connection: Connection, batch: readonly BatchStatement[]): Outcome {
  connection.run('savepoint batch', [])
  const outcome = runStatements(connection, batch)
  if ('failure' in outcome) connection.run('rollback to batch', [])
  connection.run('release batch', [])
  return outcome
}

function runStatements(connection: Connection, batch: readonly BatchStatement[]): Outcome {
  const rows: (readonly ResultRow[])[] = []
  for (const [index, [sql, parameters, mode]] of batch.entries()) {
    try {
      const reads = mode === 2 || mode === 3
      const found = reads ? connection.all(sql, parameters) : []
      rows.push(mode === 2 ? found : [])
      const touched = reads ? found.length : connection.run(sql, parameters)
      if ((mode === 1 || mode === 3) && touched !== 1) return { failure: guardFailure(index, touched) }
    } catch (error) {
      const failure = failureOf(error, index)
      if (FATAL.has(failure.code & 0xff)) throw new FatalFailure(failure)
      return { failure }
    }
  }
  return { rows }
}

const guardFailure = (statement: number, rows: number): Failure => ({
  statement,
  code: 0,
  message: `${rows} rows instead of one`,
})

class FatalFailure extends Error {
  readonly failure: Failure
  constructor(failure: Failure) {
    super(failure.message)
    this.failure = failure
  }
}

function rollback(connection: Connection): void {
  try {
    connection.run('rollback', [])
  } catch (error) {
    // SQLite ends the transaction by itself after some errors, and then there is none to roll back.
    if (connection.db.isTransaction) throw error
  }
}

function failureOf(error: unknown, statement: number): Failure {
  const { errcode, message } = error as { errcode?: number; message?: string }
  // 1: SQLITE_ERROR, what a driver's own refusal (such as a value it can't bind) amounts to.
  return { statement, code: errcode ?? 1, message: message ?? String(error) }
}
