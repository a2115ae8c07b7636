import type { Actor } from '@stowage/core'
import { StowageError } from '@stowage/core/contracts'
import type { Authenticate, HttpRequest } from '../request.ts'

/** Finds whom a token stands for; null or undefined for a token nobody has. */
export type TokenLookup = (token: string) => Actor | null | undefined | Promise<Actor | null | undefined>

// RFC 6750 §2.1: b64token. A comma never passes, so two joined header lines don't either.
const BEARER = /^Bearer +([A-Za-z0-9\-._~+/]+=*)$/i

/**
 * The token of `Authorization: Bearer`, or null when the header is absent or speaks of another scheme.
 * @throws StowageError `unauthenticated` for an empty or malformed token, or two headers
 */
export function bearerToken(request: HttpRequest): string | null {
  const lines = request.headerLines('authorization')
  if (lines.length > 1) throw new StowageError('unauthenticated', 'The request has two Authorization headers; send one.')
  const header = lines[0]?.trim()
  if (header === undefined || !/^bearer(\s|$)/i.test(header)) return null
  const token = BEARER.exec(header)?.[1]
  if (token === undefined) throw new StowageError('unauthenticated', 'The bearer token is empty or malformed.')
  return token
}

/**
 * Authenticates by `Authorization: Bearer TOKEN`.
 * @param lookup a function, or a map from token to actor for demos and tests; real tokens belong in `hashedApiKeys`
 * @throws StowageError (when called) `unauthenticated` for a token that is malformed or unknown
 */
export function bearer(
  lookup: TokenLookup | ReadonlyMap<string, Actor>,
  options: { readonly realm?: string } = {},
): Authenticate {
  const find: TokenLookup = typeof lookup === 'function' ? lookup : token => lookup.get(token)
  const authenticate = async (request: HttpRequest) => {
    const token = bearerToken(request)
    if (token === null) return null
    const actor = await find(token)
    if (actor === null || actor === undefined) throw new StowageError('unauthenticated', 'The bearer token is not known here.')
    return actor
  }
  return Object.assign(authenticate, {
    challenge: options.realm === undefined ? 'Bearer' : `Bearer realm="${options.realm.replace(/["\\]/g, '')}"`,
  })
}
