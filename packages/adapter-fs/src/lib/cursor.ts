import { createHmac, timingSafeEqual } from 'node:crypto'
import { StowageError } from '@stowage/core/contracts'

const MAC_BYTES = 16

/** A place in the list of one prefix in one root, as opaque text. */
export function sealCursor(rootId: string, prefix: string, after: string): string {
  return Buffer.concat([mac(rootId, prefix, after), Buffer.from(after)]).toString('base64url')
}

/** @throws `invalid_cursor` for one of another root or prefix, or none at all */
export function openCursor(rootId: string, prefix: string, cursor: string): string {
  const bytes = Buffer.from(cursor, 'base64url')
  const after = bytes.subarray(MAC_BYTES).toString()
  const canonical = bytes.byteLength > MAC_BYTES && bytes.toString('base64url') === cursor
  if (canonical && timingSafeEqual(bytes.subarray(0, MAC_BYTES), mac(rootId, prefix, after))) return after
  throw new StowageError('invalid_cursor', 'The cursor is not from a list of this prefix. Start the list anew.')
}

function mac(rootId: string, prefix: string, after: string): Buffer {
  return createHmac('sha256', rootId)
    .update(JSON.stringify(['list', prefix, after]))
    .digest()
    .subarray(0, MAC_BYTES)
}
