import { createHash } from 'node:crypto'
import { type ListOptions, StowageError } from '@stowage/core/contracts'
import type { Place } from './place.ts'

const DIGEST_BYTES = 12

/** What a list was asked for: a cursor holds for no other. */
type Asked = Pick<ListOptions, 'prefix' | 'delimiter'>

/** The service's own token, as text that says which list it is of. */
export function sealCursor(place: Place, asked: Asked, token: string): string {
  return Buffer.concat([digest(place, asked, token), Buffer.from(token)]).toString('base64url')
}

/** @throws `invalid_cursor` for one of another bucket, prefix or delimiter, or none at all */
export function openCursor(place: Place, asked: Asked, cursor: string): string {
  const bytes = Buffer.from(cursor, 'base64url')
  const token = bytes.subarray(DIGEST_BYTES).toString()
  const whole = bytes.byteLength > DIGEST_BYTES && bytes.toString('base64url') === cursor
  if (whole && bytes.subarray(0, DIGEST_BYTES).equals(digest(place, asked, token))) return token
  throw new StowageError('invalid_cursor', 'The cursor is not from a list of this prefix. Start the list anew.')
}

/** Against mistakes, not against people: who may list may list all. */
function digest({ bucket, prefix: below }: Place, { prefix = '', delimiter }: Asked, token: string): Buffer {
  return createHash('sha256')
    .update(JSON.stringify([bucket, below, prefix, delimiter ?? '', token]))
    .digest()
    .subarray(0, DIGEST_BYTES)
}
