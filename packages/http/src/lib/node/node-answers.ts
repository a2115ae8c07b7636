import type { IncomingMessage, ServerResponse } from 'node:http'
import type { HttpApi } from '../api.ts'
import type { RequestPlace } from '../request.ts'
import { createBufferPool } from './buffer-pool.ts'
import { deliver } from './deliver.ts'
import { refusesRestOfBody } from './refuse-body.ts'
import { fromNode } from './request.ts'
import { discardBody } from './send-response.ts'

/** An answer that is ready, and of which nothing has been sent. Exactly one of `send` and `discard` is to be called; the other then does nothing. */
export interface NodeAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** The body, where the answer may as well be sent by other means: it is text, and the request has been read. Else null. */
  readonly text: string | null
  /** Sends it straight to the socket, with what else was set on the response; an error, where its body fails before the first byte. */
  send(): Promise<void>
  /** Gives the body back unsent. */
  discard(): Promise<void>
}

/** Answers native requests in two steps. Never rejects. */
export type NodeAnswers = (req: IncomingMessage, res: ServerResponse, place: RequestPlace) => Promise<NodeAnswer>

/**
 * Serves an api like `nodeHandler`, for frameworks whose middleware has a say between the answer and its sending.
 * @example const answer = await answers(req, res, { path, mountPath: '', native: context })
 */
export function nodeAnswers(api: HttpApi): NodeAnswers {
  const pool = createBufferPool()
  return async (req, res, place) => {
    // Before the first byte: a connection may break at any time, and nobody else may be listening.
    req.on('error', ignore)
    res.on('error', ignore)
    const request = fromNode(req, res, place)
    const response = await api.handle(request)
    const { status, headers, body } = response
    let used = false
    const once = async (use: () => Promise<void>): Promise<void> => {
      if (used) return
      used = true
      await use()
    }
    return {
      status,
      headers,
      text: typeof body === 'string' && !refusesRestOfBody(req) ? body : null,
      send: () => once(() => deliver(api, request, response, { req, res, pool })),
      discard: () => once(() => discardBody(body)),
    }
  }
}

/** Readers and writers of the stream see the same failure and deal with it. */
const ignore = () => undefined
