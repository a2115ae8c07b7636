import { StowageError } from '@stowage/core/contracts'

/** A place in one list, as opaque text. */
export function sealCursor(prefix: string, after: string): string {
  return Buffer.from(JSON.stringify([prefix, after])).toString('base64url')
}

/** @throws `invalid_cursor` for one of another prefix, or none at all */
export function openCursor(prefix: string, cursor: string): string {
  const after = afterIn(cursor)
  if (typeof after === 'string' && after.isWellFormed() && sealCursor(prefix, after) === cursor) return after
  throw new StowageError('invalid_cursor', 'The cursor is not from a list of this prefix. Start the list anew.')
}

function afterIn(cursor: string): unknown {
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString())
    return Array.isArray(value) ? value[1] : null
  } catch {
    return null
  }
}
