import type { StowageErrorCode } from '@stowage/core/contracts'
import type { Operation } from '../../profile/operation.ts'
import { linkSchema } from '../answer-shapes.ts'
import type { Described } from '../described.ts'
import { type AskedHeader, answerHeaders } from '../headers.ts'
import type { OpenApiParameter, OpenApiResponse } from '../open-api-document.ts'
import { BINARY, linkBody } from '../request-bodies.ts'
import type { Description } from './description.ts'
import { conditions, json, NOT_MODIFIED } from './parts.ts'

const served: readonly StowageErrorCode[] = [
  'precondition_failed',
  'range_not_satisfiable',
  'conflict',
  'forbidden',
  'invalid_request',
]

const contentHeaders: readonly AskedHeader[] = ['Range', 'If-Range', ...conditions]

const ELSEWHERE: OpenApiResponse = {
  description: 'The bytes are at `Location`, for a while; HEAD is answered here.',
  headers: answerHeaders('Location', 'Cache-Control'),
}

const DOWNLOAD: OpenApiParameter = {
  name: 'download',
  in: 'query',
  description: 'Saves the file, where a browser would show it.',
  schema: { type: 'string' },
}

const VERSION: OpenApiParameter = {
  name: 'v',
  in: 'query',
  description: 'Names exactly these bytes: 404 once they were replaced.',
  schema: { type: 'string' },
}

function bytes({ prepared }: Described): Readonly<Record<number, OpenApiResponse>> {
  const { by } = prepared.profile.delivery ?? {}
  const content = { '*/*': { schema: BINARY } }
  const always = ['ETag', 'Cache-Control', 'Last-Modified', 'Content-Disposition', 'Repr-Digest', 'Accept-Ranges'] as const
  return {
    200: { description: 'All bytes.', headers: answerHeaders(...always), content },
    206: { description: 'The range that was asked for.', headers: answerHeaders('Content-Range', ...always), content },
    ...(typeof by === 'object' && by.redirectStatus !== null && { [by.redirectStatus]: ELSEWHERE }),
    304: NOT_MODIFIED,
  }
}

export const contentOperations = {
  content: {
    summary: 'Read the bytes of an asset',
    query: () => [DOWNLOAD, VERSION],
    headers: contentHeaders,
    answers: bytes,
    errors: served,
  },
  derivative: {
    summary: 'Read a picture that is made of an asset',
    query: () => [DOWNLOAD, VERSION],
    headers: contentHeaders,
    answers: bytes,
    errors: [...served, 'unprocessable', 'rate_limited'],
  },
  link: {
    summary: 'Make a signed link, which needs no credentials',
    body: linkBody,
    answers: api => ({ 200: json('The link.', linkSchema(api), 'Cache-Control') }),
    errors: ['unsupported', 'conflict'],
  },
  linkContent: {
    summary: 'Read what a signed link leads to',
    query: () => [DOWNLOAD],
    headers: contentHeaders,
    answers: bytes,
    errors: [...served, 'not_found', 'timeout', 'unprocessable', 'rate_limited'],
  },
} satisfies Partial<Record<Operation, Description>>
