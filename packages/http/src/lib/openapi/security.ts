import type { Authenticate } from '../request.ts'
import type { SecurityScheme } from './open-api-document.ts'

/** The ways to send credentials, by a name for each: those that a 401 names, and those that `authenticate` tells of besides. */
export function securitySchemes(authenticate: Authenticate | undefined): Readonly<Record<string, SecurityScheme>> {
  if (authenticate === undefined) return {}
  const { challenge, headers = [], queryParams = [], cookies = [] } = authenticate
  const keys = [
    ...headers.map(name => ({ in: 'header' as const, name })),
    ...queryParams.map(name => ({ in: 'query' as const, name })),
    ...cookies.map(name => ({ in: 'cookie' as const, name })),
  ]
  const challenged = challenge ?? (keys.length === 0 ? 'Bearer' : '')
  const named: [string, SecurityScheme][] = [
    ...challengeSchemes(challenged).map(scheme => [scheme, { type: 'http', scheme }] as [string, SecurityScheme]),
    ...keys.map(
      key => [`${key.in}-${key.name.replace(/[^A-Za-z0-9._-]/g, '-')}`, { type: 'apiKey', ...key }] as [string, SecurityScheme],
    ),
  ]
  return Object.fromEntries(named)
}

/** Names of the schemes in a challenge. RFC 9110 §11.6.1: each begins an item, and is no parameter. */
function challengeSchemes(challenge: string): readonly string[] {
  const bare = challenge.replace(/"(?:[^"\\]|\\.)*"/g, '""')
  const names = [...bare.matchAll(/(?:^|,)\s*([A-Za-z][A-Za-z0-9._~+-]*)(?=\s+[^=\s]|\s*,|\s*$)/g)]
  return [...new Set(names.map(([, name = '']) => name.toLowerCase()))]
}
