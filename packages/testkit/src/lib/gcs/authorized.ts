import type { Accounts } from './accounts.ts'
import type { Exchange } from './exchange.ts'
import { verifySignedUrl } from './signatures.ts'

/** Lets a request pass that has a signature in its URL, or a bearer token. */
export function demandAuthorized(exchange: Exchange, accounts: Accounts, now: number): void {
  if (!verifySignedUrl(exchange, accounts, now)) accounts.demandBearer(exchange.headers)
}
