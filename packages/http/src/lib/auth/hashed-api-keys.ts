import { createHash, timingSafeEqual } from 'node:crypto'
import type { Actor } from '@stowage/core'
import { StowageError } from '@stowage/core/contracts'
import type { Authenticate, HttpRequest } from '../request.ts'
import { bearerToken } from './bearer.ts'

/** One key: never itself, only its digest. */
export interface HashedApiKey {
  /** SHA-256 of the key, lower-case hexadecimal. */
  readonly sha256: string
  readonly actor: Actor
}

export interface HashedApiKeysOptions {
  /** All keys, or a look-up by digest (in your database, by an index on it). */
  readonly keys:
    | readonly HashedApiKey[]
    | ((sha256: string) => HashedApiKey | null | undefined | Promise<HashedApiKey | null | undefined>)
  /** A header that may carry the key besides `Authorization: Bearer`. Default `x-api-key`; false for none. */
  readonly header?: string | false
  /** A query parameter that may carry it. Default none: URLs end up in logs. */
  readonly query?: string
}

/** SHA-256 of a key, lower-case hexadecimal: what is stored in its place. */
export function hashApiKey(key: string): string {
  return createHash('sha256').update(key).digest('hex')
}

/**
 * Authenticates by API keys that are stored as digests only. A look-up is made for every request, so a revoked key ends at once.
 * A key that arrives twice, in whichever places, is refused.
 * @throws StowageError (when called) `unauthenticated`
 */
export function hashedApiKeys(options: HashedApiKeysOptions): Authenticate {
  const { keys, header = 'x-api-key', query } = options
  const find = typeof keys === 'function' ? keys : (sha256: string) => findAmong(keys, sha256)
  const authenticate = async (request: HttpRequest) => {
    const key = presentedKey(request, header, query)
    if (key === null) return null
    const sha256 = hashApiKey(key)
    const found = await find(sha256)
    // A database may compare loosely (case, collation): what it found must be this very digest.
    if (found === null || found === undefined || !sameDigest(found.sha256, sha256)) {
      throw new StowageError('unauthenticated', 'The API key is not known here.')
    }
    return found.actor
  }
  return Object.assign(authenticate, {
    challenge: 'Bearer',
    queryParams: query === undefined ? [] : [query],
    headers: header === false ? [] : [header],
  })
}

function presentedKey(request: HttpRequest, header: string | false, query: string | undefined): string | null {
  const token = bearerToken(request)
  const given = [
    ...(token === null ? [] : [token]),
    ...(header === false ? [] : request.headerLines(header.toLowerCase())),
    ...(query === undefined ? [] : request.query.getAll(query)),
  ]
  if (given.length > 1) throw new StowageError('unauthenticated', 'The request carries more than one API key; send one.')
  const [key] = given
  if (key === undefined) return null
  if (key.trim() === '' || key.length > 1000) throw new StowageError('unauthenticated', 'The API key is empty or malformed.')
  return key.trim()
}

// Each key is compared, in constant time, so that the time says nothing about which one nearly matched.
function findAmong(keys: readonly HashedApiKey[], sha256: string): HashedApiKey | null {
  let found: HashedApiKey | null = null
  for (const key of keys) if (sameDigest(key.sha256, sha256)) found = key
  return found
}

function sameDigest(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a, 'hex'), Buffer.from(b, 'hex')]
  return left.length === right.length && timingSafeEqual(left, right)
}
