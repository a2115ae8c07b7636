import { type Logger, StowageError } from '@stowage/core/contracts'
import type { HttpApi } from '../api.ts'
import { answerFailure } from '../errors/answer-failure.ts'
import { answerFetch } from '../fetch.ts'
import type { HttpRequest } from '../request.ts'
import type { HttpResponse } from '../response.ts'
import { type CorsOptions, checkCors, corsHeaders, preflightHeaders } from '../routing/cors.ts'
import { answerGet } from './answer-get.ts'
import { answerPart, answerPut } from './answer-put.ts'
import type { SignedAccess, SignedStorage } from './signed-storage.ts'

export interface SignedObjectsOptions {
  /** Path of the base URL that the storage signs with, such as `/objects`; less that of a router, where it is mounted in one. */
  readonly path: string
  /** Gets one event for each refused or failed request, without queries and signatures. `console` is one. */
  readonly logger: Logger
  /** How long a browser may keep what it got, cut to the life of the URL. Default 0: not at all. */
  readonly maxAgeSeconds?: number
  /** Largest body of one PUT, also where its signature names no length. Default 5 GiB. */
  readonly maxBytes?: number
  /** Which other origins' pages may use the URLs from scripts. Default: none. */
  readonly cors?: CorsOptions
}

const ALLOW = 'GET, HEAD, PUT, OPTIONS'
const GIB = 1024 ** 3
const PATH = /^(?:\/[A-Za-z0-9._~!$&'()*+,;=:@%-]+)*\/?$/

interface Context {
  readonly storage: SignedStorage
  readonly open: NonNullable<SignedStorage['openSignedRequest']>
  readonly options: SignedObjectsOptions
  /** Ends with a slash. */
  readonly prefix: string
}

/**
 * Answers the URLs that a storage signed: GET and HEAD with an object's bytes, PUT of a whole object or of a part of an upload.
 * The signature is all the permission there is.
 *
 * A URL that is forged, altered, expired or used for something else is 403, as problem details.
 * @throws TypeError where the storage signs no URLs, or the path is none
 * @example app.use(expressAssets(signedObjects(storage, { path: '/objects', logger: console })))
 */
export function signedObjects(storage: SignedStorage, options: SignedObjectsOptions): HttpApi {
  const context = prepare(storage, options)
  const fail = (request: HttpRequest, thrown: unknown): HttpResponse => {
    const { path, logger } = options
    const problem = answerFailure(logger, request, { thrown, route: path, operation: null })
    return finish(context, request, problem)
  }
  const handle = async (request: HttpRequest): Promise<HttpResponse> => {
    try {
      return finish(context, request, await answer(context, request))
    } catch (error) {
      return fail(request, error)
    }
  }
  return {
    owns: path => path.startsWith(context.prefix),
    handle,
    fail,
    fetch: request => answerFetch({ handle, fail }, request),
  }
}

function prepare(storage: SignedStorage, options: SignedObjectsOptions): Context {
  const { path, cors } = options
  const open = storage.openSignedRequest?.bind(storage)
  if (open === undefined) throw new TypeError(`The storage ${storage.name} signs no URLs: give it \`signing\`.`)
  if (!path.startsWith('/') || !PATH.test(path)) throw new TypeError(`${JSON.stringify(path)} is not a path such as /objects.`)
  checkCors(cors)
  return { storage, open, options, prefix: path.replace(/\/*$/, '/') }
}

async function answer(context: Context, request: HttpRequest): Promise<HttpResponse> {
  const { storage, options, prefix } = context
  if (!request.path.startsWith(prefix)) throw new StowageError('not_found', 'There is nothing at this path.')
  if (request.method === 'OPTIONS') {
    return { status: 204, headers: { allow: ALLOW, ...preflightHeaders(options.cors, request, ALLOW) }, body: null }
  }
  if (!['GET', 'HEAD', 'PUT'].includes(request.method)) {
    throw new StowageError('method_not_allowed', `This path takes ${ALLOW}.`, { details: { allow: ALLOW } })
  }
  const access = await readSignature(context, request)
  if (access.does === 'get') return answerGet(storage, access, { request, maxAgeSeconds: options.maxAgeSeconds ?? 0 })
  const limits = { request, maxBytes: options.maxBytes ?? 5 * GIB }
  return access.does === 'put' ? answerPut(storage, access, limits) : answerPart(storage, access, limits)
}

async function readSignature({ open }: Context, request: HttpRequest): Promise<SignedAccess> {
  const { method, mountPath, path, query } = request
  // Made absolute, so that a path which begins with two slashes is not taken for a host.
  return open({ method, url: `http://localhost${mountPath}${path}?${query}`, header: name => request.header(name) })
}

function finish({ options }: Context, request: HttpRequest, { status, headers, body }: HttpResponse): HttpResponse {
  return {
    status,
    headers: {
      'x-content-type-options': 'nosniff',
      'cross-origin-resource-policy': 'same-origin',
      ...headers,
      ...corsHeaders(options.cors, request),
    },
    body: request.method === 'HEAD' ? null : body,
  }
}
