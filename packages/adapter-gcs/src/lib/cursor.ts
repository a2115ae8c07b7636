import { createHash } from 'node:crypto'
import { type ListOptions, StowageError } from '@stowage/core/contracts'
import type { Place } from './place.ts'

const MARK_BYTES = 12

type Asked = Pick<ListOptions, 'prefix' | 'delimiter'>

/** The service's own page token, marked with what list it is of. */
export function sealCursor(place: Place, asked: Asked, token: string): string {
  return Buffer.concat([mark(place, asked, token), Buffer.from(token)]).toString('base64url')
}

/** @throws `invalid_cursor` for one of another bucket, prefix or delimiter, or none at all */
export function openCursor(place: Place, asked: Asked, cursor: string): string {
  const bytes = Buffer.from(cursor, 'base64url')
  const token = bytes.subarray(MARK_BYTES).toString()
  const canonical = bytes.byteLength > MARK_BYTES && bytes.toString('base64url') === cursor
  if (canonical && bytes.subarray(0, MARK_BYTES).equals(mark(place, asked, token))) return token
  throw new StowageError('invalid_cursor', 'The cursor is not from a list of this prefix. Start the list anew.')
}

function mark({ bucket, prefix: root }: Place, { prefix = '', delimiter }: Asked, token: string): Buffer {
  const text = JSON.stringify(['gcs', bucket, root, prefix, delimiter ?? '', token])
  return createHash('sha256').update(text).digest().subarray(0, MARK_BYTES)
}
