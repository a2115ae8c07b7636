import type { Checksum, Clock } from '@stowage/core/contracts'
import { StowageError } from '@stowage/core/contracts'
import { MAX_TTL_SECONDS, type SignedParts, type UrlSigner } from './signing.ts'

/** The parts of an HTTP request that a signature speaks of. */
export interface IncomingRequest {
  readonly method: string
  /** Absolute, or path and query as in a request line. The host is not looked at. */
  readonly url: string
  /** Null when the request has no such header. */
  header(name: 'content-type' | 'content-length'): string | null | undefined
}

/** What a valid signed request may do, and nothing else. `method` HEAD is a GET without its body. */
export type SignedRequest =
  | {
      readonly does: 'get'
      readonly key: string
      /** Headers that the answer must carry. */
      readonly contentType: string | null
      readonly contentDisposition: string | null
      /** How long the URL still works: nothing that it answers may be kept for longer. */
      readonly remainingSeconds: number
    }
  | {
      readonly does: 'put'
      readonly key: string
      readonly options: { readonly sizeBytes?: number; readonly checksum?: Checksum }
    }
  | {
      readonly does: 'putPart'
      readonly upload: { readonly key: string; readonly uploadId: string; readonly partNumber: number }
      readonly options: { readonly sizeBytes?: number }
    }

/** @throws StowageError `forbidden`, with one message for every reason but expiry and unmet headers of an honest URL */
export function readSignedRequest(signer: UrlSigner, clock: Clock, request: IncomingRequest): SignedRequest {
  const parts = signer.read(request.method, request.url)
  if (!parts) throw forbidden('The signature of this URL is not valid.')
  const leftSeconds = parts.expires - clock.now() / 1000
  if (leftSeconds <= 0) throw forbidden('This URL has expired.')
  if (leftSeconds > MAX_TTL_SECONDS) throw forbidden('The signature of this URL is not valid.')
  if (parts.method === 'GET') {
    const { key, type: contentType = null, disposition: contentDisposition = null } = parts
    return { does: 'get', key, contentType, contentDisposition, remainingSeconds: leftSeconds }
  }
  demandHeaders(parts, request)
  const sizeBytes = parts.bytes ?? declaredLength(request)
  const size = sizeBytes === undefined ? {} : { sizeBytes }
  if (parts.upload !== undefined && parts.part !== undefined) {
    return { does: 'putPart', upload: { key: parts.key, uploadId: parts.upload, partNumber: parts.part }, options: size }
  }
  const checksum: { checksum?: Checksum } = parts.sha256 ? { checksum: { algorithm: 'sha256', value: parts.sha256 } } : {}
  return { does: 'put', key: parts.key, options: { ...size, ...checksum } }
}

function demandHeaders(parts: SignedParts, request: IncomingRequest): void {
  if (parts.type !== undefined && request.header('content-type') !== parts.type) {
    throw forbidden('This URL was signed for another Content-Type.')
  }
  const length = declaredLength(request)
  if (parts.bytes !== undefined && length !== undefined && length !== parts.bytes) {
    throw forbidden(`This URL was signed for exactly ${parts.bytes} bytes.`)
  }
}

function declaredLength(request: IncomingRequest): number | undefined {
  const value = request.header('content-length')
  return value && /^\d{1,15}$/.test(value) ? Number(value) : undefined
}

function forbidden(message: string): StowageError {
  return new StowageError('forbidden', message)
}
