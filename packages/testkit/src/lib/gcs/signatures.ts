import { createHash, createVerify } from 'node:crypto'
import type { Accounts } from './accounts.ts'
import type { Exchange } from './exchange.ts'
import { GcsError } from './gcs-error.ts'

const LONGEST_SECONDS = 7 * 24 * 60 * 60
const SKEW_MS = 15 * 60 * 1000

/**
 * Proves the V4 signature of a URL, where it has one.
 * @returns false for a URL without
 * @see https://cloud.google.com/storage/docs/access-control/signed-urls
 * @see https://cloud.google.com/storage/docs/authentication/canonical-requests
 */
export function verifySignedUrl(exchange: Exchange, accounts: Accounts, now: number): boolean {
  const { query } = exchange
  const signature = query.get('X-Goog-Signature')
  if (signature === null) return false
  const [email = '', ...scope] = (query.get('X-Goog-Credential') ?? '').split('/')
  const date = query.get('X-Goog-Date') ?? ''
  if (query.get('X-Goog-Algorithm') !== 'GOOG4-RSA-SHA256' || !date.startsWith(scope[0] ?? '?')) throw mismatch()
  const text = ['GOOG4-RSA-SHA256', date, scope.join('/'), sha256(canonicalRequest(exchange))].join('\n')
  verifyRsa(accounts, email, text, signature)
  checkTime(date, Number(query.get('X-Goog-Expires')), now)
  accounts.demandPermission(email)
  return true
}

/** @see https://cloud.google.com/storage/docs/authentication/signatures */
export function verifyRsa(accounts: Accounts, email: string, text: string, signatureHex: string): void {
  const key = accounts.publicKey(email)
  const wellFormed = /^[0-9a-f]+$/.test(signatureHex)
  if (!key || !wellFormed || !createVerify('RSA-SHA256').update(text).verify(key, signatureHex, 'hex')) throw mismatch()
}

function canonicalRequest({ method, signedPath, query, headers }: Exchange): string {
  const signed = (query.get('X-Goog-SignedHeaders') ?? '').split(';')
  const unsigned = Object.keys(headers).find(name => name.startsWith('x-goog-') && !signed.includes(name))
  if (!signed.includes('host') || unsigned !== undefined) throw mismatch()
  const pairs = [...query]
    .filter(([name]) => name !== 'X-Goog-Signature')
    .map(([name, value]) => `${encoded(name)}=${encoded(value)}`)
  const lines = signed.map(
    name =>
      `${name}:${String(headers[name] ?? '')
        .trim()
        .replace(/\s+/g, ' ')}`,
  )
  const payload = signed.includes('x-goog-content-sha256') ? String(headers['x-goog-content-sha256']) : 'UNSIGNED-PAYLOAD'
  return [method, signedPath, pairs.sort().join('&'), ...lines, '', signed.join(';'), payload].join('\n')
}

function checkTime(date: string, seconds: number, now: number): void {
  const [, y, mo, d, h, mi, s] = (/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(date) ?? []).map(Number)
  const from = Date.UTC(y ?? Number.NaN, (mo ?? 0) - 1, d, h, mi, s)
  if (Number.isNaN(from) || !Number.isInteger(seconds) || seconds < 1 || seconds > LONGEST_SECONDS)
    throw new GcsError(400, 'AuthorizationQueryParametersError', 'X-Goog-Expires must be from 1 to 604800 seconds.')
  if (from > now + SKEW_MS) throw new GcsError(403, 'AccessDenied', 'The signed URL is not yet valid.')
  if (now > from + seconds * 1000) throw new GcsError(400, 'ExpiredToken', 'The provided token has expired.')
}

/** Everything but unreserved letters. */
function encoded(value: string): string {
  return encodeURIComponent(value).replace(/[!'()*]/g, letter => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`)
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
const mismatch = () =>
  new GcsError(403, 'SignatureDoesNotMatch', 'Access denied. The request signature we calculated does not match.')
