import type { CreateResumableInput } from '@stowage/core'
import { StowageError } from '@stowage/core/contracts'
import type { Exchange } from '../operations/exchange.ts'
import { given } from '../profile/given.ts'
import { CollectedFields } from '../upload/form-fields.ts'
import { houseDetails } from '../upload/house-details.ts'

/** Names by which clients of tus speak of the file, where they are no fields of the form. */
const FILENAMES = ['filename', 'name'] as const
const TYPES = ['filetype', 'type', 'contentType'] as const
/** Text that may look like a list. */
const PLAIN: ReadonlySet<string> = new Set(['title', 'description', 'filename', 'slug', 'visibility'])

/**
 * What a client says of a file, by the names of the text fields of a form; fields that repeat are a JSON array of strings. Other names are the client's own, and are
 * passed over: libraries send some by themselves.
 * @throws StowageError `invalid_request` for what can't be read, and what the profile's `details` throw
 */
export function uploadMetadata(exchange: Exchange, header: string): Omit<CreateResumableInput, 'sizeBytes'> {
  const { form, profile, kind } = exchange.prepared
  const pairs = readPairs(header)
  const fields = new CollectedFields()
  const own = profile.upload?.details
  for (const [name, value] of pairs) {
    // A profile that reads its fields itself knows what it takes for a list.
    const values = own !== undefined || PLAIN.has(name) ? [value] : listOf(value)
    if (form.fields.has(name)) for (const one of values) fields.add(name, one)
  }
  const details = own === undefined ? houseDetails(kind, fields) : given(own(fields, exchange))
  const said = (names: readonly string[]) =>
    names.map(name => (form.fields.has(name) && name !== 'filename' ? undefined : pairs.get(name))).find(Boolean)
  const [filename, contentType, sha256] = [said(FILENAMES), said(TYPES), said(['sha256'])]
  return {
    ...(filename !== undefined && { filename }),
    ...details,
    ...(contentType !== undefined && { contentType }),
    ...(sha256 !== undefined && { sha256 }),
  }
}

function readPairs(header: string): ReadonlyMap<string, string> {
  const pairs = new Map<string, string>()
  for (const pair of header.split(',')) {
    const [name = '', encoded = '', ...rest] = pair.trim().split(' ')
    if (name === '' && header.trim() === '') continue
    const bytes = Buffer.from(encoded, 'base64')
    const isWhole = name !== '' && rest.length === 0 && !pairs.has(name) && sameBase64(bytes, encoded)
    if (!isWhole) throw malformed()
    pairs.set(name, utf8(bytes))
  }
  return pairs
}

/** Padding may be missing. */
function sameBase64(bytes: Buffer, encoded: string): boolean {
  return bytes.toString('base64').replace(/=+$/, '') === encoded.replace(/=+$/, '')
}

function utf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    throw malformed(cause)
  }
}

function listOf(value: string): readonly string[] {
  if (!value.startsWith('[')) return [value]
  try {
    const list: unknown = JSON.parse(value)
    return Array.isArray(list) && list.every(one => typeof one === 'string') ? list : [value]
  } catch {
    // Text that only looks like one.
    return [value]
  }
}

function malformed(cause?: unknown): StowageError {
  const message = 'Upload-Metadata must be names, each once and with its value in Base64 behind a space, and commas between them.'
  return new StowageError('invalid_request', message, { cause })
}
