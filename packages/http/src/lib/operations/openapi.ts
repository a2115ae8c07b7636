import { StowageError } from '@stowage/core/contracts'
import { judgeConditions } from '../content/conditions.ts'
import type { FixedText } from '../openapi/described-api.ts'
import { referenceHeaders } from '../openapi/page/reference-page.ts'
import type { HttpRequest } from '../request.ts'
import type { HttpResponse } from '../response.ts'
import type { Handler } from './exchange.ts'

export const openapi: Handler = async ({ request, prepared }) =>
  answerText(request, await prepared.described.json(request.mountPath), { 'content-type': 'application/json' })

export const reference: Handler = async ({ request, prepared }) =>
  answerText(request, await prepared.described.page(request.mountPath), referenceHeaders)

/** The same for everyone, so that anyone may keep it; it is asked for again each time, mostly for a 304. */
function answerText(request: HttpRequest, { text, etag }: FixedText, headers: Record<string, string>): HttpResponse {
  const shared = { etag, 'cache-control': 'public, no-cache' }
  const tags = (name: string) => (name === 'if-match' || name === 'if-none-match' ? request.header(name) : null)
  const verdict = judgeConditions(tags, { etag, lastModified: new Date(0) })
  if (verdict === 'precondition_failed')
    throw new StowageError('precondition_failed', 'The document is not the one named in If-Match.')
  if (verdict === 'not_modified') return { status: 304, headers: shared, body: null }
  return { status: 200, headers: { ...headers, ...shared, 'content-length': String(Buffer.byteLength(text)) }, body: text }
}
