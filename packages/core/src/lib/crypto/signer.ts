import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto'
import type { Clock } from '../contracts/runtime.ts'
import type { Signer } from '../stowage.ts'

const MAX_TOKEN_CHARS = 8192
const MAX_REMEMBERED = 100

/** Makes the signer of one purpose. */
export type SignerFactory = (purpose: string) => Signer

/**
 * Signers over `secrets`: the first signs, all verify, so that a secret can be replaced without breaking what it signed.
 * Each purpose has a key of its own (HKDF-SHA256), so a token never opens for another purpose.
 * @see RFC 5869
 */
export function createSigners(secrets: readonly string[], clock: Clock): SignerFactory {
  // Deriving a key costs more than signing with it, and a page of a list may hold hundreds of links.
  const known = new Map<string, Signer>()
  return purpose => {
    const signer = known.get(purpose) ?? createSigner(secrets, clock, purpose)
    if (known.size < MAX_REMEMBERED) known.set(purpose, signer)
    return signer
  }
}

function createSigner(secrets: readonly string[], clock: Clock, purpose: string): Signer {
  const keys = secrets.map(secret => Buffer.from(hkdfSync('sha256', secret, 'stowage', purpose, 32)))
  return {
    seal(value, { expiresAt } = {}) {
      const body = Buffer.from(JSON.stringify(expiresAt === undefined ? { v: value } : { v: value, e: expiresAt })).toString(
        'base64url',
      )
      return `${body}.${mac(keys[0], body).toString('base64url')}`
    },
    open(token) {
      const body = verifiedBody(keys, token)
      if (body === null) return null
      const { v, e } = JSON.parse(Buffer.from(body, 'base64url').toString()) as { v: unknown; e?: number }
      return e !== undefined && e <= clock.now() ? null : v
    },
  }
}

/** When a token ends that its signer has opened; null for one that does not. */
export function expiryOf(token: string): number | null {
  const { e } = JSON.parse(Buffer.from(token.slice(0, token.indexOf('.')), 'base64url').toString()) as { e?: number }
  return e ?? null
}

function verifiedBody(keys: readonly Buffer[], token: string): string | null {
  const dot = token.indexOf('.')
  if (dot < 1 || token.length > MAX_TOKEN_CHARS) return null
  const body = token.slice(0, dot)
  const given = Buffer.from(token.slice(dot + 1), 'base64url')
  // Base64 has several spellings of the same bytes: only the one that was issued is taken.
  if (given.length !== 32 || given.toString('base64url') !== token.slice(dot + 1)) return null
  return keys.some(key => timingSafeEqual(mac(key, body), given)) ? body : null
}

function mac(key: Buffer | undefined, body: string): Buffer {
  if (!key) throw new TypeError('No secret to sign with: pass `secrets`.')
  return createHmac('sha256', key).update(body).digest()
}
