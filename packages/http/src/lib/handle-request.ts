import type { Stowage } from '@stowage/core'
import { StowageError } from '@stowage/core/contracts'
import { callHook } from './auth/call-hook.ts'
import { demandScope } from './auth/demand-scope.ts'
import { identify } from './auth/identify.ts'
import { acceptsJson } from './body/media-type.ts'
import { refuseEncodedBody } from './body/refuse-encoded.ts'
import type { SmallContents } from './content/small-contents.ts'
import { answerError, placeOf } from './errors/answer-error.ts'
import { createPartFailures } from './errors/part-failures.ts'
import { refuseMissingSpace } from './missing-space.ts'
import type { Exchange, PreparedProfile } from './operations/exchange.ts'
import { handlers } from './operations/handlers.ts'
import { NOT_JSON } from './operations/not-json.ts'
import { createPresentContext } from './operations/present-context.ts'
import { operations, resumableOperations } from './profile/operation.ts'
import type { RouteTarget } from './profile/prepare-profile.ts'
import type { Present, RequestContext } from './profile/present.ts'
import type { HttpRequest } from './request.ts'
import type { HttpResponse } from './response.ts'
import { corsHeaders, preflightHeaders } from './routing/cors.ts'
import { decodeParam } from './routing/decode-param.ts'
import { type Resource, type Route, type Router, rawParams } from './routing/router.ts'
import { joinVary } from './routing/vary.ts'

import { tusHeaders, tusOptions } from './tus/protocol.ts'

export interface ApiContext {
  readonly stowage: Stowage
  readonly router: Router<RouteTarget>
  readonly contents: SmallContents
  /** How errors look at paths that are no profile's: as everywhere, where all profiles agree. Default: problem details. */
  readonly presentError: Present['error'] | undefined
  readonly requestId?: (request: HttpRequest) => string
}

/** What is known of a request so far, for the case that it fails. */
export interface Progress {
  route: Route<RouteTarget> | null
  prepared: PreparedProfile | null
}

/** The only try and catch around a request. */
export async function handleRequest(api: ApiContext, request: HttpRequest): Promise<HttpResponse> {
  const progress: Progress = { route: null, prepared: null }
  let response: HttpResponse
  try {
    response = await answer(api, request, progress)
  } catch (error) {
    response = answerError(api, request, progress, error)
  }
  return finish(request, response, progress)
}

/** The answer to a request that failed outside of {@link handleRequest}. */
export function failRequest(api: ApiContext, request: HttpRequest, error: unknown): HttpResponse {
  const resource = api.router.match(request.path)?.resource
  const route = resource?.routes.get(meantMethod(request, resource)) ?? null
  const progress: Progress = { route, prepared: route?.target.prepared ?? null }
  return finish(request, answerError(api, request, progress, error), progress)
}

async function answer(api: ApiContext, request: HttpRequest, progress: Progress): Promise<HttpResponse> {
  const match = api.router.match(request.path)
  if (match === null) throw new StowageError('not_found', 'There is nothing at this path.')
  const { resource } = match
  progress.prepared = anyRoute(resource).target.prepared
  const route = resource.routes.get(meantMethod(request, resource))
  if (route === undefined) return answerOther(request, resource, progress.prepared)
  progress.route = route
  progress.prepared = route.target.prepared
  checkHeaders(request, route)
  const lent = route.template.params.length !== match.raw.length
  return await runOperation(api, request, route, decodeParams(route, lent ? rawParams(route.template, request.path) : match.raw))
}

function anyRoute(resource: Resource<RouteTarget>): Route<RouteTarget> {
  return resource.routes.values().next().value as Route<RouteTarget>
}

function answerOther(request: HttpRequest, resource: Resource<RouteTarget>, { profile, kind }: PreparedProfile): HttpResponse {
  if (request.method === 'OPTIONS') {
    return {
      status: 204,
      headers: {
        allow: resource.allow,
        ...(isResumable(resource) && tusOptions(kind.limits.maxBytes)),
        ...preflightHeaders(profile.cors, request, resource.allow),
      },
      body: null,
    }
  }
  throw new StowageError('method_not_allowed', `This path takes ${resource.allow}.`, { details: { allow: resource.allow } })
}

/** Whether it speaks tus. */
function isResumable({ routes }: Resource<RouteTarget>): boolean {
  return [...routes.values()].some(({ target }) => resumableOperations.has(target.operation))
}

/** tus 1.0: clients that can't send every method name the one they mean. */
function meantMethod(request: HttpRequest, resource: Resource<RouteTarget>): string {
  const { method } = request
  const meant = method === 'POST' ? request.header('x-http-method-override')?.toUpperCase() : undefined
  if (meant === undefined || resource.routes.has(method) || !isResumable(resource)) return method
  return meant === 'PATCH' || meant === 'DELETE' || meant === 'HEAD' ? meant : method
}

function checkHeaders(request: HttpRequest, route: Route<RouteTarget>): void {
  refuseEncodedBody(request)
  if (answersJson(route) && !acceptsJson(request.header('accept'))) {
    throw new StowageError('not_acceptable', 'The answer is JSON, which the Accept header excludes.')
  }
}

function answersJson({ target: { operation } }: Route<RouteTarget>): boolean {
  return !NOT_JSON.has(operation)
}

function decodeParams(route: Route<RouteTarget>, raw: readonly string[]): Record<string, string> {
  const params: Record<string, string> = Object.create(null)
  for (const [index, name] of route.template.params.entries()) {
    const value = decodeParam(raw[index] as string)
    if (value === null) throw new StowageError('not_found', 'There is nothing at this path.')
    params[name] = value
  }
  return params
}

/** Who, where, whether too often, whether allowed; only then may anything read the body. */
async function runOperation(
  api: ApiContext,
  request: HttpRequest,
  route: Route<RouteTarget>,
  params: Record<string, string>,
): Promise<HttpResponse> {
  const { operation, prepared } = route.target
  const { profile, kind } = prepared
  const { stowage } = api
  const call = { clock: stowage.clock, timeoutMs: profile.hookTimeoutMs ?? 5000 }
  const { asks, early, names } = operations[operation]
  // What asks nothing of the policy needs no identity and no space: the token of a signed link names its asset by itself.
  const anonymous = asks === null
  const actor = anonymous ? null : await identify(profile, request, call)
  const context: RequestContext = { request, operation, params, actor }
  const { limit, space: loadSpace } = profile
  if (limit !== undefined) refuseTooMany(await callHook(call, 'limit', () => limit(context)))
  demandScope(profile, context)
  const space = loadSpace === undefined || anonymous ? null : await callHook(call, 'space', () => loadSpace(context))
  const assets = stowage.as(actor).in({ kind, ...(space && { space }) })
  if (loadSpace !== undefined && asks !== null && (space === null || space === undefined)) await refuseMissingSpace(assets, asks)
  if (asks !== null && early) await assets.authorize(asks, names.includes('id') ? params.id : undefined)
  const exchange: Exchange = {
    ...context,
    space: space ?? null,
    prepared,
    assets,
    contents: api.contents,
    now: () => stowage.clock.now(),
    partFailures: () => createPartFailures(stowage.logger, request, placeOf(api, request, { route, prepared })),
    openLink: (token, options) => stowage.openLink(token, options),
    present: createPresentContext(prepared, { ...context, space: space ?? null }, assets),
  }
  return await handlers[operation](exchange)
}

function refuseTooMany(refusal: { readonly retryAfterSeconds: number } | null | undefined): void {
  if (refusal === null || refusal === undefined) return
  throw new StowageError('rate_limited', 'Too many requests; wait and try again.', {
    details: { retryAfterSeconds: refusal.retryAfterSeconds },
  })
}

function finish(request: HttpRequest, response: HttpResponse, { route, prepared }: Progress): HttpResponse {
  const cors = corsHeaders(prepared?.profile.cors, request)
  const accept = route !== null && answersJson(route) ? 'Accept' : undefined
  const vary = joinVary(response.headers.vary, accept, cors.vary)
  const headers = {
    'x-content-type-options': 'nosniff',
    'cross-origin-resource-policy': 'same-origin',
    ...response.headers,
    ...tusHeaders(route?.target.operation, response),
    ...cors,
    ...(vary !== null && { vary }),
  }
  // Bodies of HEAD are left out here for JSON; for content they were never opened.
  return { status: response.status, headers, body: request.method === 'HEAD' ? null : response.body }
}
