import type { Stowage } from '@stowage/core'
import { createSmallContents } from './content/small-contents.ts'
import { answerFetch } from './fetch.ts'
import { type ApiContext, failRequest, handleRequest } from './handle-request.ts'
import { observedRequest } from './observed-request.ts'
import { prepareProfile } from './profile/prepare-profile.ts'
import type { Present } from './profile/present.ts'
import type { Profile, ProfileOptions } from './profile/profile.ts'
import type { HttpRequest } from './request.ts'
import type { HttpResponse } from './response.ts'
import { createRouter } from './routing/router.ts'

/** Something that answers requests, ready to be bound to a server. */
export interface HttpApi {
  /** Whether it answers at this raw path, by whichever method. Cheap: for bindings that pass on the rest. */
  owns(path: string): boolean
  /** Answers a request, whatever it is; never rejects. */
  handle(request: HttpRequest): Promise<HttpResponse>
  /** What to answer where a response that `handle` gave could not be sent, for its body failed. Logs the error. */
  fail(request: HttpRequest, error: unknown): HttpResponse
  /** The same for runtimes that speak `Request` and `Response`. */
  fetch(request: Request): Promise<Response>
}

/** An asset API, ready to be bound to a server. */
export type AssetApi = HttpApi

export interface AssetApiOptions {
  /** For profiles that have none of their own. */
  readonly publicUrl?: string
  /** Id of a request, for its log events and error bodies. Default: `X-Request-Id` where it is well-formed, else random. */
  readonly requestId?: (request: HttpRequest) => string
  /** Memory for small contents (up to 64 KiB each) that are asked for often. Default 16 MiB; 0 reads each from storage every time. */
  readonly contentMemoryBytes?: number
}

/**
 * Makes the HTTP API of one or more kinds.
 * @param profiles profiles from `defineProfile`, or the options of one for the first kind
 * @throws TypeError for profiles that cannot work, or that answer at the same place
 * @example app.use(expressAssets(assetApi(stowage, { basePath: '/api/assets', authenticate })))
 */
export function assetApi(
  stowage: Stowage,
  profiles: Profile | readonly Profile[] | ProfileOptions,
  options: AssetApiOptions = {},
): AssetApi {
  const list = isList(profiles) ? profiles : [withKind(stowage, profiles)]
  const routes = list.flatMap(profile => prepareProfile(stowage, withPublicUrl(profile, options.publicUrl)).routes)
  const context: ApiContext = {
    stowage,
    router: createRouter(routes),
    presentError: commonPresentError(list),
    contents: createSmallContents(options.contentMemoryBytes ?? 16 * 1024 * 1024),
    ...(options.requestId && { requestId: options.requestId }),
  }
  const { telemetry } = stowage
  const handle = (request: HttpRequest) =>
    telemetry ? observedRequest(context, telemetry, request) : handleRequest(context, request)
  const fail = (request: HttpRequest, error: unknown) => failRequest(context, request, error)
  return {
    owns: path => context.router.match(path) !== null,
    handle,
    fail,
    fetch: request => answerFetch({ handle, fail }, request),
  }
}

function commonPresentError([first, ...others]: readonly Profile[]): Present['error'] | undefined {
  const present = first?.present?.error
  return others.every(other => other.present?.error === present) ? present : undefined
}

function isList(profiles: Profile | readonly Profile[] | ProfileOptions): profiles is readonly Profile[] {
  return Array.isArray(profiles)
}

function withKind(stowage: Stowage, profile: Profile | ProfileOptions): Profile {
  if ('kind' in profile) return profile
  const [kind] = stowage.kinds
  if (kind === undefined) throw new TypeError('createStowage was given no kinds.')
  return { ...profile, kind }
}

function withPublicUrl(profile: Profile, publicUrl: string | undefined): Profile {
  return publicUrl === undefined || profile.publicUrl !== undefined ? profile : { ...profile, publicUrl }
}
