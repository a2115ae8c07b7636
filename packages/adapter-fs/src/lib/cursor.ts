import { createHmac, timingSafeEqual } from 'node:crypto'
import { type ListOptions, StowageError } from '@stowage/core/contracts'

const MAC_BYTES = 16

/** What a list was asked for: a cursor holds for no other. */
type Asked = Pick<ListOptions, 'prefix' | 'delimiter'>

/** A place in one list of one root, as opaque text. */
export function sealCursor(rootId: string, asked: Asked, after: string): string {
  return Buffer.concat([mac(rootId, asked, after), Buffer.from(after)]).toString('base64url')
}

/** @throws `invalid_cursor` for one of another root, prefix or delimiter, or none at all */
export function openCursor(rootId: string, asked: Asked, cursor: string): string {
  const bytes = Buffer.from(cursor, 'base64url')
  const after = bytes.subarray(MAC_BYTES).toString()
  const canonical = bytes.byteLength > MAC_BYTES && bytes.toString('base64url') === cursor
  if (canonical && timingSafeEqual(bytes.subarray(0, MAC_BYTES), mac(rootId, asked, after))) return after
  throw new StowageError('invalid_cursor', 'The cursor is not from a list of this prefix. Start the list anew.')
}

function mac(rootId: string, { prefix = '', delimiter }: Asked, after: string): Buffer {
  return createHmac('sha256', rootId)
    .update(JSON.stringify(['list', prefix, delimiter ?? '', after]))
    .digest()
    .subarray(0, MAC_BYTES)
}
