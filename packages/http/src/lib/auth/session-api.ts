import { type JsonObject, type Logger, StowageError } from '@stowage/core/contracts'
import type { HttpApi } from '../api.ts'
import { readJsonObject } from '../body/json.ts'
import { answerFailure } from '../errors/answer-failure.ts'
import { answerFetch } from '../fetch.ts'
import type { Present } from '../profile/present.ts'
import type { HttpRequest } from '../request.ts'
import type { HttpResponse } from '../response.ts'
import type { CookieSessions } from './cookie-sessions.ts'

const ALLOW = 'POST, DELETE'
const MAX_BODY_BYTES = 16 * 1024

export interface SessionApiOptions {
  /** Such as `/api/session`. */
  readonly path: string
  /**
   * Checks the credentials in the JSON body of a POST.
   * @returns the subject of the session that begins, such as a user id; null or undefined for wrong credentials
   */
  readonly begin: (credentials: JsonObject) => string | null | undefined | Promise<string | null | undefined>
  /** Gets one event for each refused or failed request. */
  readonly logger: Logger
  /** Default: RFC 9457 problem details. */
  readonly present?: Pick<Present, 'error'>
}

/**
 * Begins a session by `POST path` with credentials as JSON (204 and a cookie), and ends it by `DELETE path` (204).
 * Neither is done for a page of another origin: 403.
 */
export function sessionApi(sessions: CookieSessions, options: SessionApiOptions): HttpApi {
  const handle = async (request: HttpRequest): Promise<HttpResponse> => {
    try {
      return {
        status: 204,
        headers: { 'set-cookie': await answer(sessions, options, request), 'cache-control': 'no-store' },
        body: null,
      }
    } catch (error) {
      return answerError(options, request, error)
    }
  }
  const fail = (request: HttpRequest, error: unknown) => answerError(options, request, error)
  return {
    owns: path => path === options.path,
    handle,
    fail,
    fetch: request => answerFetch({ handle, fail }, request),
  }
}

/** The `Set-Cookie` that answers. */
async function answer(sessions: CookieSessions, { path, begin }: SessionApiOptions, request: HttpRequest): Promise<string> {
  if (request.path !== path) throw new StowageError('not_found', 'There is nothing at this path.')
  if (request.method === 'DELETE') {
    if (request.header('cookie') !== null && !sessions.allows(request)) throw fromElsewhere('end')
    return sessions.end()
  }
  if (request.method !== 'POST') {
    throw new StowageError('method_not_allowed', `This path takes ${ALLOW}.`, { details: { allow: ALLOW } })
  }
  if (sessions.isCrossSite(request)) throw fromElsewhere('begin')
  const credentials = await readJsonObject(request, { maxBytes: MAX_BODY_BYTES, types: ['application/json'] })
  const subject = await begin(credentials)
  if (subject === null || subject === undefined)
    throw new StowageError('unauthenticated', 'These credentials are not known here.')
  return sessions.start(subject)
}

function fromElsewhere(doing: string): StowageError {
  return new StowageError('forbidden', `A page of another origin may not ${doing} a session.`)
}

function answerError({ path, logger, present }: SessionApiOptions, request: HttpRequest, thrown: unknown): HttpResponse {
  return answerFailure(logger, request, { thrown, route: path, operation: null, present: present?.error })
}
