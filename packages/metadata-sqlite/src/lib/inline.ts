import { StowageError } from '@stowage/core/contracts'
import type { Connection } from './connection.ts'
import { executeGroup, executeRead } from './execute.ts'
import type { BatchStatement, Outcome } from './protocol.ts'
import type { Executor } from './thread.ts'

interface Waiting {
  readonly statements: readonly BatchStatement[]
  readonly resolve: (outcome: Outcome) => void
}

/** Commits on this thread: what is asked for in one turn of the event loop shares a transaction. */
export function inlineWriter(connection: Connection): Executor {
  let queue: Waiting[] = []
  let flushing: Promise<void> = Promise.resolve()
  let closed = false

  function flush(): void {
    const group = queue
    queue = []
    const outcomes = executeGroup(
      connection,
      group.map(({ statements }) => statements),
    )
    group.forEach(({ resolve }, i) => {
      const outcome = outcomes[i]
      if (outcome) resolve(outcome)
    })
  }

  return {
    execute(statements) {
      if (closed) return Promise.reject(isClosed())
      return new Promise(resolve => {
        queue.push({ statements, resolve })
        if (queue.length > 1) return
        flushing = new Promise(done => {
          setImmediate(() => {
            flush()
            done()
          })
        })
      })
    },
    close() {
      closed = true
      return flushing
    },
  }
}

/** Reads on this thread. */
export function inlineReader(connection: Connection): Executor {
  let closed = false
  return {
    execute: async statements => {
      if (closed) throw isClosed()
      return executeRead(connection, statements)
    },
    close: async () => {
      closed = true
    },
  }
}

const isClosed = (): StowageError => new StowageError('unavailable', 'The database is closed.', { retryable: false })
