import type { Actor, Signer } from '@stowage/core'
import { StowageError } from '@stowage/core/contracts'
import type { Authenticate, HttpRequest } from '../request.ts'
import { type CsrfRequest, isSafeMethod, sameOrigin } from './same-origin.ts'

export interface CookieSessionsOptions {
  /** Such as `stowage.signer('session')`. */
  readonly signer: Signer
  /** Origin that browsers reach the server under. `Secure` is left out only where it is `http://localhost` or a loopback address. */
  readonly publicUrl: string
  /** Whom a session's subject stands for now; null or undefined once that is nobody. Asked for every request. */
  readonly lookup: (subject: string) => Actor | null | undefined | Promise<Actor | null | undefined>
  /** Cookie name. Default `stowage_session`, with `__Host-` in front where the cookie is `Secure`. */
  readonly name?: string
  /** Default 12 hours. */
  readonly ttlSeconds?: number
  /** Milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number
}

export interface CookieSessions extends Authenticate {
  /** `Set-Cookie` value that begins a session for a subject, such as a user id. */
  start(subject: string): string
  /** `Set-Cookie` value that ends it. */
  end(): string
  /** Whom the session of a `Cookie` header stands for; for pages that show who is signed in. */
  actorOf(cookieHeader: string | null | undefined): Promise<Actor | null>
  /** Whether a request that would end a session, or write under one, comes from a page of this origin. */
  allows(request: CsrfRequest): boolean
  /** Whether a browser says that a request comes from a page of another origin: refuse to begin a session for it. */
  isCrossSite(request: CsrfRequest): boolean
}

/**
 * Sessions in a signed, expiring, `HttpOnly`, `SameSite=Lax` cookie, with no state on the server.
 * A request that changes something must say that it comes from the same origin (`Sec-Fetch-Site`, or `Origin`).
 * @throws StowageError (when called) `forbidden` for such a request that does not
 */
export function cookieSessions(options: CookieSessionsOptions): CookieSessions {
  const { signer, publicUrl, lookup, ttlSeconds = 12 * 3600, now = Date.now } = options
  const secure = needsSecure(publicUrl)
  const name = options.name ?? `${secure ? '__Host-' : ''}stowage_session`
  const attributes = `; Path=/; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`
  const allows = (request: CsrfRequest) => sameOrigin(request, publicUrl) === true
  const actorOf = async (header: string | null | undefined): Promise<Actor | null> => {
    const token = cookieValue(header ?? null, name)
    const subject = token === null ? null : signer.open(token)
    return typeof subject === 'string' ? ((await lookup(subject)) ?? null) : null
  }

  const authenticate = async (request: HttpRequest): Promise<Actor | null> => {
    const actor = await actorOf(request.header('cookie'))
    if (actor !== null && !isSafeMethod(request.method) && !allows(request)) {
      throw new StowageError('forbidden', 'A request that writes with a session cookie must come from a page of the same origin.')
    }
    return actor
  }
  return Object.assign(authenticate, {
    cookies: [name],
    start: (subject: string) =>
      `${name}=${signer.seal(subject, { expiresAt: now() + ttlSeconds * 1000 })}; Max-Age=${ttlSeconds}${attributes}`,
    end: () => `${name}=; Max-Age=0${attributes}`,
    actorOf,
    allows,
    isCrossSite: (request: CsrfRequest) => sameOrigin(request, publicUrl) === false,
  })
}

function needsSecure(publicUrl: string): boolean {
  const { protocol, hostname } = new URL(publicUrl)
  const loopback =
    hostname === 'localhost' || hostname.endsWith('.localhost') || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname)
  return protocol !== 'http:' || !loopback
}

/** The one cookie of that name; two of them are none, since either may have been planted. */
function cookieValue(header: string | null, name: string): string | null {
  const values = (header ?? '')
    .split(';')
    .map(pair => pair.trim())
    .filter(pair => pair.startsWith(`${name}=`))
    .map(pair => pair.slice(name.length + 1))
  return values.length === 1 ? (values[0] as string) : null
}
