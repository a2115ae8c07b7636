import type { JsonObject, JsonValue } from '@stowage/core/contracts'
import { StowageError } from '@stowage/core/contracts'
import type { HttpRequest } from '../request.ts'
import { checkJsonShape } from './json-shape.ts'
import { parseMediaType } from './media-type.ts'

const MAX_DEPTH = 32

export interface JsonBodyOptions {
  readonly maxBytes: number
  /** Media types taken. */
  readonly types: readonly string[]
  /** What an absent body stands for; without it a body is demanded. */
  readonly whenAbsent?: JsonObject
}

/**
 * Reads a request's body as one JSON object.
 * @throws StowageError `unsupported_media_type`, `content_too_large`, `invalid_request` (syntax), `unprocessable` (not an object)
 */
export async function readJsonObject(request: HttpRequest, options: JsonBodyOptions): Promise<JsonObject> {
  if (request.body === null) {
    if (options.whenAbsent !== undefined) return options.whenAbsent
    throw new StowageError('invalid_request', 'The request has no body; send a JSON object.')
  }
  checkJsonType(request, options.types)
  const value = parseJson(await readText(request.body, options.maxBytes))
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  throw new StowageError('unprocessable', 'The body must be a JSON object.', {
    details: { issues: [{ pointer: '', message: 'must be an object' }] },
  })
}

function checkJsonType(request: HttpRequest, types: readonly string[]): void {
  const header = request.header('content-type')
  const type = parseMediaType(header)
  if (type !== null && types.includes(type.essence) && (type.charset === null || type.charset === 'utf-8')) return
  const given =
    header === null
      ? 'The body has no Content-Type'
      : `The Content-Type ${JSON.stringify(header.slice(0, 100))} is not taken here`
  throw new StowageError('unsupported_media_type', `${given}; send ${types.join(' or ')} in UTF-8.`, {
    details: { accepted: types },
  })
}

async function readText(body: AsyncIterable<Uint8Array>, maxBytes: number): Promise<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let text = ''
  let size = 0
  for await (const chunk of body) {
    size += chunk.length
    if (size > maxBytes) {
      throw new StowageError('content_too_large', `The JSON body is larger than ${maxBytes} bytes.`, { details: { maxBytes } })
    }
    text += decodeUtf8(decoder, chunk)
  }
  return text + decodeUtf8(decoder)
}

function decodeUtf8(decoder: InstanceType<typeof TextDecoder>, chunk?: Uint8Array): string {
  try {
    return chunk === undefined ? decoder.decode() : decoder.decode(chunk, { stream: true })
  } catch (cause) {
    throw new StowageError('invalid_request', 'The JSON body is not valid UTF-8.', { cause })
  }
}

/** Parses JSON strictly. @throws StowageError `invalid_request` */
export function parseJson(text: string): JsonValue {
  checkJsonShape(text, MAX_DEPTH)
  let infinite = false
  let value: JsonValue
  try {
    // 1e400 is valid JSON but reads as Infinity, which no column holds.
    value = JSON.parse(text, (_name, member: JsonValue) => {
      if (typeof member === 'number' && !Number.isFinite(member)) infinite = true
      return member
    })
  } catch (cause) {
    throw new StowageError('invalid_request', 'The JSON body is malformed.', { cause })
  }
  if (infinite) throw new StowageError('invalid_request', 'The JSON body holds a number that is too large.')
  return value
}
