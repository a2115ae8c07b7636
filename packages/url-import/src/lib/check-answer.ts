import type { IncomingMessage } from 'node:http'
import { StowageError } from '@stowage/core/contracts'
import { badOrigin, tooLarge } from './failures.ts'
import { utf8Header } from './utf8-header.ts'

export interface Announced {
  readonly contentType: string | null
  readonly sizeBytes: number | null
}

export interface Wanted {
  readonly maxBytes: number
  readonly accept: readonly string[] | null
}

/**
 * Takes an answer only where its body is the file: whole, as it lies there, not too large, of no type that is refused anyway.
 * @throws StowageError `unprocessable`, `bad_gateway`, `content_too_large`, `unsupported_media_type`
 */
export function checkAnswer(response: IncomingMessage, { maxBytes, accept }: Wanted): Announced {
  const { statusCode = 0, headers } = response
  if (statusCode !== 200) throw wrongStatus(statusCode)
  if (!isPlain(headers['content-encoding'], 'identity'))
    throw badOrigin('The origin of the URL sends the file compressed, unasked.')
  if (!isPlain(headers['transfer-encoding'], 'chunked'))
    throw badOrigin('The origin of the URL sends the file in an encoding of its own.')
  const contentType = headers['content-type'] === undefined ? null : utf8Header(headers['content-type']).slice(0, 200)
  if (contentType !== null && accept !== null && !isAccepted(contentType, accept)) {
    throw new StowageError('unsupported_media_type', `The URL is of type ${contentType}; taken are ${accept.join(', ')}.`, {
      details: { contentType, accept },
    })
  }
  const sizeBytes = headers['content-length'] === undefined ? null : Number(headers['content-length'])
  if (sizeBytes !== null && sizeBytes > maxBytes) throw tooLarge(maxBytes)
  return { contentType, sizeBytes }
}

/** What the origin says is wrong with the URL is the caller's to mend; all else is the origin's. */
function wrongStatus(status: number): StowageError {
  const message = `The URL is answered with status ${status}, not with a file.`
  return status >= 400 && status < 500 && status !== 429 ? new StowageError('unprocessable', message) : badOrigin(message)
}

function isPlain(coding: string | undefined, plain: string): boolean {
  return coding === undefined || coding.trim().toLowerCase() === plain
}

function isAccepted(contentType: string, accept: readonly string[]): boolean {
  const essence = (contentType.split(';')[0] ?? '').trim().toLowerCase()
  // Says nothing, so that the bytes must.
  if (essence === '' || essence === 'application/octet-stream') return true
  return accept.some(pattern => (pattern.endsWith('/*') ? essence.startsWith(pattern.slice(0, -1)) : essence === pattern))
}
