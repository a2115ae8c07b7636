import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto'
import { StowageError } from '@stowage/core/contracts'

export interface SigningOptions {
  /** At least 32 characters or bytes that nobody can guess. All processes that share the URLs share it. */
  readonly secret: string | Uint8Array
  /** Where the handler that answers signed requests is mounted, such as `https://files.example.com/objects`. */
  readonly baseUrl: string
}

const MIN_SECRET_BYTES = 32
export const MAX_TTL_SECONDS = 7 * 24 * 60 * 60

/** The parts of a signed request, in the order in which they are signed and stand in the URL. */
export interface SignedParts {
  readonly method: 'GET' | 'PUT'
  readonly key: string
  readonly expires: number
  readonly type?: string
  readonly disposition?: string
  readonly bytes?: number
  readonly sha256?: string
  readonly upload?: string
  readonly part?: number
}

const NAMES = ['expires', 'type', 'disposition', 'bytes', 'sha256', 'upload', 'part'] as const

export class UrlSigner {
  readonly #key: Uint8Array
  readonly #base: URL

  constructor({ secret, baseUrl }: SigningOptions) {
    const bytes = typeof secret === 'string' ? Buffer.from(secret) : secret
    if (bytes.byteLength < MIN_SECRET_BYTES) {
      throw new StowageError(
        'invalid_request',
        `The signing secret needs at least ${MIN_SECRET_BYTES} bytes, not ${bytes.byteLength}.`,
      )
    }
    this.#key = new Uint8Array(hkdfSync('sha256', bytes, '', 'stowage adapter-fs signed url v1', 32))
    this.#base = new URL(baseUrl)
    if (this.#base.search || this.#base.hash) {
      throw new StowageError(
        'invalid_request',
        `The base URL ${baseUrl} of signed requests has a query or fragment; leave it out.`,
      )
    }
    this.#base.pathname = this.#base.pathname.replace(/\/*$/, '/')
  }

  url(parts: SignedParts): string {
    const url = new URL(this.#base)
    url.pathname += parts.key.split('/').map(encodeURIComponent).join('/')
    for (const name of NAMES) {
      const value = parts[name]
      if (value !== undefined) url.searchParams.set(name, String(value))
    }
    url.searchParams.set('signature', this.#sign(parts))
    return url.href
  }

  /** What a URL of ours says, or null when it is not one, whatever it says. */
  read(method: string, target: string): SignedParts | null {
    const url = URL.canParse(target, this.#base.href) ? new URL(target, this.#base) : null
    if (!url?.pathname.startsWith(this.#base.pathname)) return null
    const parts = partsOf(method, decodeKey(url.pathname.slice(this.#base.pathname.length)), url.searchParams)
    const signature = Buffer.from(url.searchParams.get('signature') ?? '')
    const expected = parts && Buffer.from(this.#sign(parts))
    return expected && signature.byteLength === expected.byteLength && timingSafeEqual(signature, expected) ? parts : null
  }

  #sign(parts: SignedParts): string {
    const signed = JSON.stringify([parts.method, parts.key, ...NAMES.map(name => parts[name] ?? null)])
    return createHmac('sha256', this.#key).update(signed).digest('base64url')
  }
}

function decodeKey(path: string): string | null {
  try {
    return decodeURIComponent(path)
  } catch {
    return null // Not percent-encoded UTF-8: nothing that was ever signed.
  }
}

function partsOf(method: string, key: string | null, query: URLSearchParams): SignedParts | null {
  const names = [...query.keys()]
  if (key === null || new Set(names).size !== names.length) return null
  if (names.some(name => name !== 'signature' && !(NAMES as readonly string[]).includes(name))) return null
  const numbers = ['expires', 'bytes', 'part'].filter(name => query.has(name)).map(name => query.get(name) ?? '')
  if (!query.has('expires') || numbers.some(value => !/^(?:0|[1-9]\d{0,14})$/.test(value))) return null
  const text = (name: 'type' | 'disposition' | 'sha256' | 'upload') => (query.has(name) ? { [name]: query.get(name) ?? '' } : {})
  const number = (name: 'bytes' | 'part') => (query.has(name) ? { [name]: Number(query.get(name)) } : {})
  return {
    // RFC 9110 §9.3.2: HEAD is GET without its content.
    method: method === 'HEAD' ? 'GET' : (method as 'GET' | 'PUT'),
    key,
    expires: Number(query.get('expires')),
    ...text('type'),
    ...text('disposition'),
    ...number('bytes'),
    ...text('sha256'),
    ...text('upload'),
    ...number('part'),
  }
}
