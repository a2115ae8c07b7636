import { isStowageError, type PutOptions, StowageError } from '@stowage/core/contracts'
import { refuseEncodedBody } from '../body/refuse-encoded.ts'
import type { HttpRequest } from '../request.ts'
import type { HttpResponse } from '../response.ts'
import { announcedSha256 } from '../upload/raw-upload.ts'
import { atMost } from './at-most.ts'
import type { SignedPart, SignedPut, SignedStorage } from './signed-storage.ts'

export interface Writing {
  readonly request: HttpRequest
  readonly maxBytes: number
}

/**
 * Stores a whole object: 201 where it is new, 204 where it replaces one.
 * @throws StowageError `content_too_large`, `invalid_request`, `checksum_mismatch`, `already_exists`, `precondition_failed`
 */
export async function answerPut(storage: SignedStorage, access: SignedPut, writing: Writing): Promise<HttpResponse> {
  const { request } = writing
  const body = bodyOf(access.options.sizeBytes, writing)
  const onlyNew = wantsOnlyNew(storage, request)
  const contentType = storage.capabilities.attributes ? request.header('content-type') : null
  const options: PutOptions = {
    ...access.options,
    ...checksumOf(access, request),
    ...(onlyNew && { createOnly: true }),
    ...(contentType !== null && { contentType }),
    disposableChunks: request.disposableChunks,
    signal: request.signal,
  }
  const replaces = options.createOnly !== true && (await storage.head(access.key, { signal: request.signal })) !== null
  const { etag } = await storage.put(access.key, body, options).catch((error: unknown) => {
    // RFC 9110 §13.1.2: that is what the client's own condition asked for.
    if (!onlyNew || !isStowageError(error, 'already_exists')) throw error
    throw new StowageError('precondition_failed', 'There is an object already.', { cause: error })
  })
  return stored(replaces ? 204 : 201, etag)
}

/** Stores one part of an unfinished upload: 200 with the ETag that completing it asks for. */
export async function answerPart(storage: SignedStorage, access: SignedPart, writing: Writing): Promise<HttpResponse> {
  const { request } = writing
  const { multipart } = storage
  if (multipart === undefined) throw new StowageError('unsupported', `The storage ${storage.name} has no multipart uploads.`)
  const body = bodyOf(access.options.sizeBytes, writing)
  refuseHeaders(request, ['if-match', 'if-none-match'], 'unsupported')
  const { etag } = await multipart.putPart(access.upload, body, {
    ...access.options,
    disposableChunks: request.disposableChunks,
    signal: request.signal,
  })
  return stored(200, etag)
}

function stored(status: 200 | 201 | 204, etag: string): HttpResponse {
  const length: Record<string, string> = status === 204 ? {} : { 'content-length': '0' }
  return { status, headers: { etag, 'cache-control': 'no-store', ...length }, body: null }
}

function bodyOf(sizeBytes: number | undefined, { request, maxBytes }: Writing): AsyncIterable<Uint8Array> | Uint8Array {
  refuseEncodedBody(request)
  // RFC 9110 §14.5: a part must not be taken for the whole.
  refuseHeaders(request, ['content-range'], 'invalid_request')
  if (request.body === null) return new Uint8Array(0)
  return atMost(request.body, maxBytes, sizeBytes)
}

/** Whether the client asked that nothing be overwritten. */
function wantsOnlyNew({ capabilities }: SignedStorage, request: HttpRequest): boolean {
  refuseHeaders(request, ['if-match'], 'unsupported')
  if (capabilities.createOnly && request.header('if-none-match')?.trim() === '*') return true
  refuseHeaders(request, ['if-none-match'], 'unsupported')
  return false
}

function refuseHeaders(request: HttpRequest, names: readonly string[], code: 'invalid_request' | 'unsupported'): void {
  const name = names.find(each => request.header(each) !== null)
  if (name !== undefined) throw new StowageError(code, `A signed upload cannot honour the header ${name} as it was sent.`)
}

/** What the signature pins, and what the client announces, must both be true. */
function checksumOf({ options }: SignedPut, request: HttpRequest): Pick<PutOptions, 'checksum'> {
  const announced = announcedSha256(request)
  if (announced === null) return {}
  if (options.checksum !== undefined && options.checksum.value !== announced) {
    throw new StowageError('checksum_mismatch', 'This URL was signed for bytes with another SHA-256 than the announced one.')
  }
  return { checksum: { algorithm: 'sha256', value: announced } }
}
