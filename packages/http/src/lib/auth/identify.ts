import type { Actor } from '@stowage/core'
import { StowageError } from '@stowage/core/contracts'
import type { Profile } from '../profile/profile.ts'
import type { HttpRequest } from '../request.ts'
import { originAllowed } from '../routing/cors.ts'
import { callHook, type HookCall } from './call-hook.ts'
import { isSafeMethod, sameOrigin } from './same-origin.ts'

/**
 * Who sends the request. Credentials that nobody understood are wrong credentials, never an anonymous request.
 * @throws StowageError `unauthenticated`, `forbidden`, `unavailable`, `internal`
 */
export async function identify(profile: Profile, request: HttpRequest, call: HookCall): Promise<Actor | null> {
  const { authenticate } = profile
  if (authenticate === undefined) return null
  if (request.headerLines('authorization').length > 1) {
    throw new StowageError('unauthenticated', 'The request has two Authorization headers; send one.')
  }
  const actor = await callHook(call, 'authenticate', () => authenticate(request))
  if (actor === null || actor === undefined) {
    if (request.header('authorization') === null) return null
    throw new StowageError('unauthenticated', 'These credentials are not of a kind that is known here.')
  }
  if (typeof actor !== 'object' || typeof actor.id !== 'string' || actor.id === '') {
    throw new StowageError('internal', 'The authenticate hook returned something that is neither an actor with an id nor null.')
  }
  refuseCrossSite(profile, request)
  return actor
}

// For sessions of the application's own: a browser adds its cookies to a form of any site, and a multipart form needs no preflight.
function refuseCrossSite(profile: Profile, request: HttpRequest): void {
  if (isSafeMethod(request.method) || request.header('cookie') === null || request.header('authorization') !== null) return
  const origin = request.header('origin')
  if (origin !== null && profile.cors?.credentials === true && originAllowed(profile.cors, origin)) return
  if (sameOrigin(request, profile.publicUrl) === false) {
    throw new StowageError('forbidden', 'A request that writes with cookies must come from a page of the same origin.')
  }
}
