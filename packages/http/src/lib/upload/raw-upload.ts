import type { UploadInput } from '@stowage/core'
import { StowageError } from '@stowage/core/contracts'
import type { HttpRequest } from '../request.ts'
import { CollectedFields } from './form-fields.ts'
import type { FormPlan } from './multipart-upload.ts'
import { requestedFilename } from './requested-filename.ts'

/** Bytes of a raw body, with what the headers say of them. */
export type RawContent = Pick<UploadInput, 'body' | 'contentType' | 'sizeBytes' | 'sha256' | 'disposableChunks' | 'signal'>

/** @throws StowageError `invalid_request` without a body, `unsupported_media_type` for an encoded one, `content_too_large` by its announced length */
export function rawContent(request: HttpRequest, maxBytes: number): RawContent {
  if (request.body === null) throw new StowageError('invalid_request', 'The request has no body; send the bytes of the file.')
  const contentType = request.header('content-type')
  const length = request.header('content-length')
  const sizeBytes = length !== null && /^\d{1,15}$/.test(length) ? Number(length) : null
  const sha256 = announcedSha256(request)
  if (sizeBytes !== null && sizeBytes > maxBytes) {
    throw new StowageError('content_too_large', `The body has ${sizeBytes} bytes; at most ${maxBytes} are taken.`, {
      details: { maxBytes },
    })
  }
  return {
    body: request.body,
    disposableChunks: request.disposableChunks,
    signal: request.signal,
    ...(contentType !== null && { contentType }),
    ...(sizeBytes !== null && { sizeBytes }),
    ...(sha256 !== null && { sha256 }),
  }
}

/** An upload whose whole body is the file; details come from the query. */
export function rawUpload(request: HttpRequest, plan: FormPlan, ignoredParams: readonly string[]): UploadInput {
  const form = new CollectedFields()
  for (const [name, value] of request.query) {
    if (ignoredParams.includes(name)) continue
    if (name !== 'filename' && !plan.fields.has(name)) {
      throw new StowageError('invalid_request', `The parameter ${JSON.stringify(name.slice(0, 100))} is not known here.`, {
        details: { field: name.slice(0, 100) },
      })
    }
    form.add(name, value)
  }
  const filename = requestedFilename(request)
  return { ...(filename !== null && { filename }), ...plan.details(form), ...rawContent(request, plan.maxFileBytes) }
}

/**
 * Digest that the sender announces for the bytes. Without a content coding, both headers speak of the same ones.
 * @throws StowageError `invalid_request` for a malformed one, `checksum_mismatch` for two that cannot both be right
 * @see RFC 9530
 */
export function announcedSha256(request: HttpRequest): string | null {
  const [whole, content] = [sha256Of(request.header('repr-digest')), sha256Of(request.header('content-digest'))]
  if (whole !== null && content !== null && whole !== content) {
    throw new StowageError('checksum_mismatch', 'Repr-Digest and Content-Digest name two digests; the body has one.')
  }
  return whole ?? content
}

function sha256Of(header: string | null): string | null {
  if (header === null) return null
  const encoded = /(?:^|,)\s*sha-256=:([A-Za-z0-9+/]{43}=):/.exec(header)?.[1]
  // Digests by algorithms that are not computed here may be ignored; a broken one must not be.
  if (encoded !== undefined) return Buffer.from(encoded, 'base64').toString('hex')
  if (/(?:^|,)\s*sha-256\s*=/.test(header))
    throw new StowageError('invalid_request', 'The sha-256 digest of the body is malformed.')
  return null
}
