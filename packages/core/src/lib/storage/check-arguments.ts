import { StowageError } from '../contracts/errors.ts'
import type { ListOptions, ObjectAttributes, StorageCapabilities } from '../contracts/storage.ts'

export const MAX_LIST = 1000
const HEADERS = ['contentType', 'cacheControl', 'contentDisposition', 'contentLanguage'] as const
const PRINTABLE_ASCII = /^[\x20-\x7e]*$/
const METADATA_NAME = /^[a-z0-9][a-z0-9._-]*$/

/** Throws `invalid_key` unless a key is well-formed: see StorageAdapter. Odd keys are refused, never escaped. */
export function assertKey(key: string, limits: Pick<StorageCapabilities, 'maxKeyBytes' | 'maxKeySegmentBytes'>): void {
  const fail = (why: string): never => {
    throw new StowageError('invalid_key', `The key ${JSON.stringify(key.slice(0, 200))} ${why}.`)
  }
  if (key === '') fail('is empty')
  if (!key.isWellFormed()) fail('is not valid Unicode')
  if (/\p{Cc}/u.test(key)) fail('holds a control character')
  if (Buffer.byteLength(key) > limits.maxKeyBytes) fail(`is longer than ${limits.maxKeyBytes} bytes`)
  for (const segment of key.split('/')) {
    if (segment === '') fail('has an empty segment')
    if (segment === '.' || segment === '..') fail(`has a "${segment}" segment`)
    if (Buffer.byteLength(segment) > limits.maxKeySegmentBytes)
      fail(`has a segment longer than ${limits.maxKeySegmentBytes} bytes`)
  }
}

/** @throws StowageError `unsupported` for what the driver can't keep; `invalid_request` for what could not travel in a header */
export function assertAttributes(attributes: ObjectAttributes, { name, capabilities }: Claims): void {
  for (const header of HEADERS) {
    const value = attributes[header]
    if (value === undefined) continue
    if (!capabilities.attributes) throw unsupported(name, `keep a \`${header}\``)
    if (!PRINTABLE_ASCII.test(value)) throw invalid(`\`${header}\` is not printable ASCII`)
  }
  const { userMetadata } = attributes
  if (userMetadata === undefined) return
  if (!capabilities.userMetadata) throw unsupported(name, 'keep user metadata')
  assertUserMetadata(userMetadata, capabilities.maxUserMetadataBytes)
}

function assertUserMetadata(metadata: Readonly<Record<string, string>>, maxBytes: number): void {
  let sizeBytes = 0
  for (const [name, value] of Object.entries(metadata)) {
    if (!METADATA_NAME.test(name))
      throw invalid(`user metadata is named ${JSON.stringify(name.slice(0, 200))}, not in lower-case ASCII`)
    if (!value.isWellFormed() || /\p{Cc}/u.test(value)) throw invalid(`the user metadata ${name} is not plain text`)
    sizeBytes += name.length + Buffer.byteLength(value)
  }
  if (sizeBytes > maxBytes) throw invalid(`${sizeBytes} bytes of user metadata are more than the ${maxBytes} that it can keep`)
}

export function assertList(options: ListOptions, { name, capabilities }: Claims): void {
  const { limit = MAX_LIST, delimiter } = options
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_LIST) throw invalid(`limit ${limit} is not from 1 to ${MAX_LIST}`)
  if (delimiter === undefined) return
  if (!capabilities.delimiter) throw unsupported(name, 'roll up keys at a delimiter')
  if (delimiter !== '/') throw invalid('the delimiter is not a slash')
}

interface Claims {
  readonly name: string
  readonly capabilities: StorageCapabilities
}

export function unsupported(name: string, what: string): StowageError {
  return new StowageError('unsupported', `Storage ${name} can't ${what}.`)
}

function invalid(why: string): StowageError {
  return new StowageError('invalid_request', `Storage was asked wrongly: ${why}.`)
}
