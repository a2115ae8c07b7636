import { createVerify, generateKeyPairSync } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { GcsError } from './gcs-error.ts'

/** The two members of a service account's key file that the client library needs. */
export interface ServiceAccount {
  readonly client_email: string
  readonly private_key: string
}

interface Known {
  readonly publicKey: string
  readonly permitted: boolean
}

/** Who may call, and the keys that prove it. */
export class Accounts {
  readonly #known = new Map<string, Known>()
  /** Tokens that were proved, which each request brings again. */
  readonly #proved = new Map<string, { readonly email: string; readonly exp: number }>()

  /** @param permitted false: known, but allowed nothing */
  add(name: string, permitted: boolean): ServiceAccount {
    const { account, publicKey } = strangerNamed(name)
    this.#known.set(account.client_email, { publicKey, permitted })
    return account
  }

  publicKey(email: string): string | null {
    return this.#known.get(email)?.publicKey ?? null
  }

  /**
   * Demands a token that the caller signed itself, which is what the library sends outside the default universe.
   * @see https://developers.google.com/identity/protocols/oauth2/service-account#jwt-auth
   */
  demandBearer(headers: IncomingHttpHeaders): void {
    const { authorization } = headers
    if (authorization === undefined)
      throw new GcsError(401, 'AuthenticationRequired', 'Anonymous caller does not have storage.objects access.')
    const email = this.#issuerOf(authorization)
    if (email === null) throw new GcsError(401, 'authError', 'Invalid Credentials')
    this.demandPermission(email)
  }

  demandPermission(email: string): void {
    if (!this.#known.get(email)?.permitted)
      throw new GcsError(403, 'AccessDenied', `${email} does not have storage.objects access to the Google Cloud Storage object.`)
  }

  /** Null for a token that proves nothing. Tokens are dated by the system's clock, since the library has no other. */
  #issuerOf(authorization: string): string | null {
    const proved = this.#proved.get(authorization)
    if (proved && Date.now() / 1000 < proved.exp) return proved.email
    const [, header = '', claims = '', signature = ''] = /^Bearer ([\w-]+)\.([\w-]+)\.([\w-]+)$/.exec(authorization) ?? []
    const { alg } = decoded(header)
    const { iss, iat, exp, scope, aud } = decoded(claims)
    const known = this.#known.get(String(iss))
    if (!known || alg !== 'RS256' || typeof iat !== 'number' || typeof exp !== 'number') return null
    const now = Date.now() / 1000
    const inTime = iat <= now + 300 && now < exp && exp - iat <= 3600
    if (!inTime || (typeof scope !== 'string' && typeof aud !== 'string')) return null
    const verified = createVerify('RSA-SHA256').update(`${header}.${claims}`).verify(known.publicKey, signature, 'base64url')
    if (!verified) return null
    if (this.#proved.size > 100) this.#proved.clear()
    this.#proved.set(authorization, { email: String(iss), exp })
    return String(iss)
  }
}

/** An account with a key of its own that nobody knows. */
export function strangerNamed(name: string): { readonly account: ServiceAccount; readonly publicKey: string } {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  })
  return { account: { client_email: `${name}@test.iam.gserviceaccount.com`, private_key: privateKey }, publicKey }
}

function decoded(part: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString())
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {} // no JSON: nothing is claimed
  }
}
