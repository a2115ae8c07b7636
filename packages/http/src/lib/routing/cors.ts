import type { HttpRequest } from '../request.ts'

/** Which other origins' pages may use the api from a browser. Default: none. */
export interface CorsOptions {
  /** Exact origins, such as `https://app.example.com`, or `*` for all (then without credentials). */
  readonly origins: '*' | readonly string[]
  /** Lets those pages send cookies. Default false. */
  readonly credentials?: boolean
  /** How long browsers may keep the answer to a preflight. Default 600. */
  readonly maxAgeSeconds?: number
}

const EXPOSED =
  'Accept-Ranges, Allow, Content-Digest, Content-Disposition, Content-Location, Content-Range, ETag, Link, Location, Repr-Digest, Retry-After, ' +
  'Stowage-Asset, Stowage-Upload-State, Tus-Checksum-Algorithm, Tus-Extension, Tus-Max-Size, Tus-Resumable, Tus-Version, Upload-Defer-Length, ' +
  'Upload-Expires, Upload-Length, Upload-Metadata, Upload-Offset, X-Request-Id'
const ALLOWED =
  'Authorization, Content-Digest, Content-Disposition, Content-Type, Idempotency-Key, If-Match, If-Modified-Since, If-None-Match, ' +
  'If-Range, If-Unmodified-Since, Range, Repr-Digest, Tus-Resumable, Upload-Checksum, Upload-Defer-Length, Upload-Length, Upload-Metadata, ' +
  'Upload-Offset, X-Api-Key, X-HTTP-Method-Override, X-Request-Id'

/** @throws TypeError for credentials together with every origin */
export function checkCors(options: CorsOptions | undefined): void {
  if (options?.credentials === true && options.origins === '*') {
    throw new TypeError('cors: credentials cannot be combined with every origin; list the origins.')
  }
}

/** Whether a request's page is one that may use the api. */
export function originAllowed(options: CorsOptions | undefined, origin: string): boolean {
  return options !== undefined && (options.origins === '*' || options.origins.includes(origin))
}

/** Headers for every answer of a profile that has CORS, errors too. */
export function corsHeaders(options: CorsOptions | undefined, request: HttpRequest): Record<string, string> {
  if (options === undefined) return {}
  if (options.origins === '*') return { 'access-control-allow-origin': '*', 'access-control-expose-headers': EXPOSED }
  const origin = request.header('origin')
  // The answer differs by Origin even where there is none, so a cache must know.
  if (origin === null || !originAllowed(options, origin)) return { vary: 'Origin' }
  return {
    vary: 'Origin',
    'access-control-allow-origin': origin,
    'access-control-expose-headers': EXPOSED,
    ...(options.credentials === true && { 'access-control-allow-credentials': 'true' }),
  }
}

/** Further headers for the answer to a preflight; none where it is not one or is not allowed. */
export function preflightHeaders(options: CorsOptions | undefined, request: HttpRequest, allow: string): Record<string, string> {
  const origin = request.header('origin')
  if (origin === null || request.header('access-control-request-method') === null || !originAllowed(options, origin)) return {}
  return {
    'access-control-allow-methods': allow,
    'access-control-allow-headers': ALLOWED,
    'access-control-max-age': String(options?.maxAgeSeconds ?? 600),
  }
}
