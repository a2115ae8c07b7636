import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AssetApi } from '../api.ts'
import { createBufferPool } from './buffer-pool.ts'
import { deliver } from './deliver.ts'
import { fromNode, type NodeRequest, splitTarget } from './request.ts'

/** A listener for `node:http`, and for anything that calls `(req, res, next)`. */
export type NodeHandler = (req: IncomingMessage, res: ServerResponse, next?: (error?: unknown) => void) => void

/**
 * Serves an api on Node's own requests and responses, without web streams between. Paths that are not the api's go to `next`, or
 * are 404 where there is none.
 * @example createServer(nodeHandler(assetApi(stowage, profile)))
 */
export function nodeHandler(api: AssetApi): NodeHandler {
  const pool = createBufferPool()
  return (req: NodeRequest, res, next) => {
    if (next !== undefined && !isOwn(api, req)) {
      next()
      return
    }
    void serve(api, req, res, pool)
  }
}

function isOwn(api: AssetApi, req: NodeRequest): boolean {
  return api.owns(splitTarget(req.url ?? '/').path)
}

async function serve(
  api: AssetApi,
  req: NodeRequest,
  res: ServerResponse,
  pool: ReturnType<typeof createBufferPool>,
): Promise<void> {
  // Before the first byte: a connection may break at any time, and nobody else may be listening.
  req.on('error', ignore)
  res.on('error', ignore)
  const request = fromNode(req, res)
  await deliver(api, request, await api.handle(request), { req, res, pool })
}

/** Readers and writers of the stream see the same failure and deal with it. */
const ignore = () => undefined
