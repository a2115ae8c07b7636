import { StowageError } from '@stowage/core/contracts'
import { SqlWriteFailure } from '@stowage/metadata-sql'
import type { Failure } from './protocol.ts'

const BUSY = 5
const LOCKED = 6
const CONSTRAINT = 19
const UNIQUE: ReadonlySet<number> = new Set([2067, 1555, 2579])

/** What SQLite said, in Stowage's terms. */
export function translate(failure: Failure, file: string): Error {
  const cause = new Error(`SQLite ${failure.code}: ${failure.message}`)
  if (failure.code === 0) return new SqlWriteFailure(failure.statement, 'guard', [], cause)
  if (UNIQUE.has(failure.code)) return new SqlWriteFailure(failure.statement, 'unique', columnsOf(failure.message), cause)
  const details = { file, sqliteCode: failure.code }
  switch (failure.code & 0xff) {
    case BUSY:
    case LOCKED:
      return new StowageError('unavailable', `Database ${file} is locked by another process: try again.`, { details, cause })
    case 13:
      return new StowageError('insufficient_storage', `No space is left for database ${file}: free some.`, { details, cause })
    case 11:
    case 26: {
      const message = `Database ${file} is damaged or is no SQLite database: restore it from a backup.`
      return new StowageError('internal', message, { details, cause })
    }
    case 7:
    case 10:
    case 14:
      return new StowageError('unavailable', `Database ${file} can't be read or written: check its disk.`, { details, cause })
    case 8:
      return new StowageError('unavailable', `Database ${file} is read-only: check its permissions.`, { details, cause })
    case CONSTRAINT:
      return new StowageError('unprocessable', `Database ${file} refused a row: ${failure.message}`, { details, cause })
    case 1:
      if (failure.message.includes('no such module: fts5')) return tooOldNode(cause)
      return new StowageError('internal', `Database ${file}: ${failure.message}`, { details, cause })
    default:
      return new StowageError('internal', `Database ${file}: ${failure.message}`, { details, cause })
  }
}

/** The same for what was thrown on this thread. */
export function translateThrown(error: unknown, file: string): Error {
  const { errcode, message } = error as { errcode?: number; message?: string }
  if (errcode === undefined) return error instanceof Error ? error : new Error(String(error))
  return translate({ statement: -1, code: errcode, message: message ?? '' }, file)
}

function tooOldNode(cause: Error): StowageError {
  return new StowageError(
    'unsupported',
    `The SQLite of Node ${process.versions.node} has no full-text search: use Node 22.16 or later.`,
    { cause },
  )
}

// "UNIQUE constraint failed: assets.kind, assets.space, assets.slug"
function columnsOf(message: string): string[] {
  return [...message.matchAll(/\w+\.(\w+)/g)].map(match => match[1] ?? '')
}
