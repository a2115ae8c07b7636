import { randomBytes } from 'node:crypto'
import { StowageError } from '@stowage/core/contracts'
import { MARKER, NOTES } from './names.ts'
import { openNote, sealNote } from './note.ts'
import type { Shelf } from './shelf.ts'

const FORMAT = 1
const EVERY_BYTE = Uint8Array.from({ length: 256 }, (_, i) => i)

interface MarkerNote {
  readonly format: number
  readonly id: string
}

/**
 * Tries the source before it is trusted: what was written must come back byte by byte, and be listed. The marker stays, and tells this place
 * from others.
 * @returns its id
 * @throws StowageError `unavailable` for a source that is read-only, forgets, changes bytes or hides names
 */
export async function openMarker(shelf: Shelf): Promise<string> {
  const present = await shelf.read(MARKER)
  const marker = present ?? (await writeMarker(shelf))
  const noteBytes = marker.byteLength - EVERY_BYTE.byteLength
  const note = openNote(MARKER, marker.subarray(0, noteBytes)) as MarkerNote | null
  if (!note || Buffer.compare(marker.subarray(noteBytes), EVERY_BYTE) !== 0)
    throw refuse(shelf, 'it gives back other bytes than were written')
  if (note.format !== FORMAT) throw refuse(shelf, `its objects are in format ${note.format}, and this version knows ${FORMAT}`)
  if (!present && !(await isListed(shelf))) throw refuse(shelf, 'its list leaves out what was written')
  return note.id
}

async function isListed(shelf: Shelf): Promise<boolean> {
  for await (const name of shelf.names(NOTES)) if (name === MARKER) return true
  return false
}

async function writeMarker(shelf: Shelf): Promise<Uint8Array> {
  const note: MarkerNote = { format: FORMAT, id: randomBytes(16).toString('hex') }
  await shelf.write(MARKER, Buffer.concat([sealNote(MARKER, note), EVERY_BYTE]))
  const written = await shelf.read(MARKER)
  if (!written) throw refuse(shelf, 'it does not keep what is written')
  return written
}

function refuse({ title }: Shelf, why: string): StowageError {
  return new StowageError('unavailable', `${title} can't hold objects: ${why}. Use another driver, or change its options.`, {
    retryable: false,
  })
}
