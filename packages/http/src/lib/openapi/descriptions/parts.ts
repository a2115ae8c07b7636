import type { StowageErrorCode } from '@stowage/core/contracts'
import { type AnsweredHeader, type AskedHeader, answerHeaders } from '../headers.ts'
import type { JsonSchema, OpenApiResponse } from '../open-api-document.ts'

/** Of bytes that are stored. */
export const storeErrors: readonly StowageErrorCode[] = [
  'checksum_mismatch',
  'insufficient_storage',
  'already_exists',
  'conflict',
]

/** Of whatever makes an asset. */
export const createErrors: readonly StowageErrorCode[] = [...storeErrors, 'quota_exceeded']

/** Of a read under conditions. */
export const readErrors: readonly StowageErrorCode[] = ['precondition_failed']

/** The answer to a condition that holds. */
export const NOT_MODIFIED: OpenApiResponse = {
  description: 'It is still what you have.',
  headers: answerHeaders('ETag', 'Cache-Control'),
}

/** An answer in JSON. */
export function json(description: string, schema: JsonSchema, ...headers: readonly AnsweredHeader[]): OpenApiResponse {
  return {
    description,
    ...(headers.length > 0 && { headers: answerHeaders(...headers) }),
    content: { 'application/json': { schema } },
  }
}

/** What a read may be asked under. */
export const conditions: readonly AskedHeader[] = ['If-None-Match', 'If-Modified-Since', 'If-Match', 'If-Unmodified-Since']
