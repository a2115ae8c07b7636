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
  const queryParams = ways.flatMap(way => way.queryParams ?? [])
  return Object.assign(authenticate, { queryParams, ...(challenges.length > 0 && { challenge: challenges.join(', ') }) })
}
