import { isStowageError, type LocalFile, type ObjectInfo, StowageError } from '@stowage/core/contracts'
import { judgeConditions } from '../content/conditions.ts'
import type { ContentRange } from '../content/range.ts'
import { wantedRange } from '../content/wanted-range.ts'
import type { HttpRequest } from '../request.ts'
import type { HttpResponse } from '../response.ts'
import { objectHeaders, validatorHeaders } from './object-headers.ts'
import type { SignedGet, SignedStorage } from './signed-storage.ts'

export interface Reading {
  readonly request: HttpRequest
  readonly maxAgeSeconds: number
}

/**
 * Answers GET or HEAD with an object's bytes: from an open file where the binding and the storage have that.
 * @throws StowageError `not_found`, `precondition_failed`, `range_not_satisfiable`
 */
export async function answerGet(storage: SignedStorage, access: SignedGet, reading: Reading): Promise<HttpResponse> {
  const { request } = reading
  if (request.method === 'GET' && request.takesLocalFiles && storage.localFile !== undefined) {
    return answerFile(await storage.localFile(access.key), access, reading)
  }
  const info = await storage.head(access.key, { signal: request.signal })
  if (info === null) throw notFound()
  const { span, ...head } = answerHead(info, access, reading)
  if (span === null) return { ...head, body: null }
  return { ...head, body: await openBody(storage, { info, ...(head.status === 206 && { span }) }, request.signal) }
}

/** The file is a snapshot: what was judged is what is sent, also when the object is replaced meanwhile. */
async function answerFile(file: LocalFile | null, access: SignedGet, reading: Reading): Promise<HttpResponse> {
  if (file === null) throw notFound()
  let kept = false
  try {
    const { span, ...head } = answerHead(file.info, access, reading)
    kept = span !== null
    return { ...head, body: span && { file, start: span.start, end: span.end + 1 } }
  } finally {
    if (!kept) await file.handle.close()
  }
}

/** Status and headers; `span` holds the bytes to send, null for none. */
function answerHead(info: ObjectInfo, access: SignedGet, { request, maxAgeSeconds }: Reading) {
  const { sizeBytes } = info
  const verdict = judgeConditions(name => request.header(name), info)
  if (verdict === 'precondition_failed') {
    throw new StowageError('precondition_failed', 'The object is not the one named in If-Match or If-Unmodified-Since.')
  }
  if (verdict === 'not_modified') return { status: 304, headers: validatorHeaders(info, access, maxAgeSeconds), span: null }
  const headers = objectHeaders(info, access, maxAgeSeconds)
  const range = wantedRange(request, info)
  const span: ContentRange = range ?? { start: 0, end: sizeBytes - 1 }
  headers['content-length'] = String(span.end - span.start + 1)
  if (range !== null) headers['content-range'] = `bytes ${range.start}-${range.end}/${sizeBytes}`
  const sendsBytes = request.method === 'GET' && sizeBytes > 0
  return { status: range === null ? 200 : 206, headers, span: sendsBytes ? span : null }
}

async function openBody(
  storage: SignedStorage,
  { info, span }: { readonly info: ObjectInfo; readonly span?: ContentRange },
  signal: AbortSignal,
): Promise<AsyncIterable<Uint8Array>> {
  try {
    const { body } = await storage.get(info.key, { ...(span && { range: span }), ifMatch: info.etag, signal })
    return body
  } catch (error) {
    // The client named no condition that could fail: its headers would be those of other bytes.
    if (!isStowageError(error, 'precondition_failed')) throw error
    throw new StowageError('unavailable', 'The object was replaced just now; try again.', { cause: error })
  }
}

function notFound(): StowageError {
  return new StowageError('not_found', 'There is no object here, or no longer.')
}
