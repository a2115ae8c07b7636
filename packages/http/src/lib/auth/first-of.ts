import type { Authenticate, HttpRequest } from '../request.ts'

/**
 * Tries several ways to authenticate; the first that knows its own kind of credentials decides. Wrong credentials of one kind
 * are refused, never passed over.
 */
export function firstOf(...ways: readonly Authenticate[]): Authenticate {
  const authenticate = async (request: HttpRequest) => {
    for (const way of ways) {
      const actor = await way(request)
      if (actor !== null && actor !== undefined) return actor
    }
    return null
  }
  const challenges = [...new Set(ways.flatMap(way => (way.challenge === undefined ? [] : [way.challenge])))]
  const all = (part: 'queryParams' | 'headers' | 'cookies') => [...new Set(ways.flatMap(way => way[part] ?? []))]
  const carriers = { queryParams: all('queryParams'), headers: all('headers'), cookies: all('cookies') }
  return Object.assign(authenticate, { ...carriers, ...(challenges.length > 0 && { challenge: challenges.join(', ') }) })
}
