import { randomUUID } from 'node:crypto'
import type { HttpRequest } from '../request.ts'

/** `X-Request-Id` where it is well-formed, else a random id. */
export function requestIdFrom(request: HttpRequest): string {
  const given = request.header('x-request-id')
  return given !== null && /^[A-Za-z0-9._-]{1,64}$/.test(given) ? given : randomUUID()
}
