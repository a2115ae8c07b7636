import { answerFetch, type HttpApi, type RequestPlace } from '@stowage/http'
import type { NodeAnswers } from '@stowage/http/node'
import { type Context, Hono } from 'hono'
import { mergeHeaders } from './merge-headers.ts'
import { type NodeStreams, nodeStreamsOf } from './node-streams.ts'
import { placeOf } from './place.ts'
import { MARK, sendAtHead } from './send-at-head.ts'

export interface HonoAssetsOptions {
  /** Passes on paths that are not the api's. False: they are 404 problems of the api, for applications with nothing else on them. Default true. */
  readonly fallthrough?: boolean
}

/**
 * Makes routes of an asset API (or a session API) for a Hono application. On `@hono/node-server` bodies are native streams, and local files go to
 * the socket without web streams; elsewhere it is `Request` and `Response`. The context is the `native` of requests. Mount it before what reads
 * bodies; paths that are not the api's go on to your other routes.
 * @example app.route('/', honoAssets(assetApi(stowage, { basePath: '/api/assets', authenticate })))
 */
export function honoAssets(api: HttpApi, { fallthrough = true }: HonoAssetsOptions = {}): Hono {
  const answerNode = nodeAnswerer(api)
  return new Hono().all('*', async (c, next) => {
    const streams = nodeStreamsOf(c)
    const place = placeOf(c, streams)
    if (fallthrough && !api.owns(place.path)) return next()
    if (streams !== null) return await answerNode(c, streams, place)
    const { body, status, headers } = await answerFetch(api, c.req.raw, place)
    return settle(c, new Response(body, { status, headers: mergeHeaders(c.res.headers, headers) }))
  })
}

function nodeAnswerer(api: HttpApi) {
  // Not imported at the top: other runtimes need not have Node's modules.
  let loading: Promise<NodeAnswers> | null = null
  const load = async () => (await import('@stowage/http/node')).nodeAnswers(api)
  return async (c: Context, { incoming, outgoing }: NodeStreams, place: RequestPlace): Promise<Response> => {
    loading ??= load()
    const answers = await loading
    const answer = await answers(incoming, outgoing, place)
    const { status, text } = answer
    const headers = mergeHeaders(c.res.headers, Object.entries(answer.headers))
    if (text !== null) {
      // The server counts; Hono would keep this length for whatever an error puts in the place of the text.
      headers.delete('content-length')
      return settle(c, new Response(text, { status, headers }))
    }
    headers.set(MARK, sendAtHead(outgoing, answer))
    return settle(c, new Response(null, { status, headers }))
  }
}

/** Hono would put the headers that were set before over those of the answer, with which they have been merged. */
function settle(c: Context, response: Response): Response {
  c.res = undefined
  c.res = response
  return c.res
}
