import type { Operation } from '../../profile/operation.ts'
import { answerHeaders } from '../headers.ts'
import type { Description } from './description.ts'
import { json, NOT_MODIFIED, readErrors } from './parts.ts'

export const documentOperations = {
  openapi: {
    summary: 'This document',
    headers: ['If-None-Match'],
    answers: () => ({ 200: json('OpenAPI 3.1.', { type: 'object' }, 'ETag', 'Cache-Control'), 304: NOT_MODIFIED }),
    errors: readErrors,
  },
  reference: {
    summary: 'This document as a page to read',
    headers: ['If-None-Match'],
    answers: () => ({
      200: {
        description: 'HTML.',
        headers: answerHeaders('ETag', 'Cache-Control'),
        content: { 'text/html': { schema: { type: 'string' } } },
      },
      304: NOT_MODIFIED,
    }),
    errors: readErrors,
  },
} satisfies Partial<Record<Operation, Description>>
