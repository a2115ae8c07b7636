import { errorStatus, type StowageErrorCode } from '@stowage/core/contracts'
import { titleOf } from '../errors/public-error.ts'
import { NOT_JSON } from '../operations/not-json.ts'
import { type Operation, operations } from '../profile/operation.ts'
import { errorContent } from './answer-shapes.ts'
import type { Described } from './described.ts'
import { exampleErrors } from './examples.ts'
import { type AnsweredHeader, answerHeaders } from './headers.ts'
import type { OpenApiResponse, Reference } from './open-api-document.ts'

/** Refusals of an answer by status, each named among the components by the codes it may carry. */
export interface ErrorAnswers {
  /** @param codes what this operation refuses for reasons of its own */
  of(operation: Operation, codes: readonly StowageErrorCode[]): Readonly<Record<string, Reference>>
  /** What `of` has named. */
  readonly responses: Readonly<Record<string, OpenApiResponse>>
}

export function errorAnswers(api: Described): ErrorAnswers {
  const responses: Record<string, OpenApiResponse> = {}
  return {
    responses,
    of(operation, codes) {
      const byStatus = Map.groupBy(new Set([...codes, ...commonCodes(api, operation)]), code => statusOf(api, code))
      const entries = [...byStatus].sort(([a], [b]) => a - b)
      return Object.fromEntries(
        entries.map(([status, together]) => {
          const name = together.sort().map(pascalCase).join('Or')
          responses[name] ??= response(api, together)
          return [String(status), { $ref: `#/components/responses/${name}` }]
        }),
      )
    },
  }
}

function statusOf({ own }: Described, code: StowageErrorCode): number {
  return own.errorStatus?.[code] ?? errorStatus[code]
}

/** What can go wrong whatever is asked for. */
function commonCodes({ prepared: { profile } }: Described, operation: Operation): readonly StowageErrorCode[] {
  const { asks, early } = operations[operation]
  const known = asks !== null
  return [
    'internal',
    'unavailable',
    ...when(known, 'unauthenticated', 'not_found', 'timeout'),
    ...when(known && profile.authenticate !== undefined, 'forbidden'),
    ...when(profile.limit !== undefined, 'rate_limited'),
    ...when(!NOT_JSON.has(operation), 'not_acceptable'),
    // What is asked early has a body, or may have one.
    ...when(early, 'invalid_request', 'content_too_large', 'unsupported_media_type', 'request_timeout', 'unprocessable'),
  ]
}

function when(holds: boolean, ...codes: readonly StowageErrorCode[]): readonly StowageErrorCode[] {
  return holds ? codes : []
}

function response(api: Described, codes: readonly StowageErrorCode[]): OpenApiResponse {
  const examples = exampleErrors(api, codes)
  return {
    description: codes.map(titleOf).join(' Or: '),
    headers: answerHeaders('X-Request-Id', ...new Set(codes.flatMap(code => extraHeaders[code] ?? []))),
    content: errorContent(api, examples && { examples }),
  }
}

const extraHeaders: Readonly<Partial<Record<StowageErrorCode, readonly AnsweredHeader[]>>> = {
  unauthenticated: ['WWW-Authenticate'],
  rate_limited: ['Retry-After'],
  unavailable: ['Retry-After'],
  conflict: ['Retry-After'],
  range_not_satisfiable: ['Content-Range'],
}

function pascalCase(code: string): string {
  return code.replace(/(?:^|_)([a-z])/g, (_all, letter: string) => letter.toUpperCase())
}
