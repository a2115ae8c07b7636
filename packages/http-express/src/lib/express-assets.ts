import type { HttpApi } from '@stowage/http'
import { nodeHandler } from '@stowage/http/node'
import type { RequestHandler } from 'express'

/**
 * Mounts an asset API (or a session API) in an Express application or router. Bodies stay native streams. Mount it before body parsers; paths that are not
 * the api's go on to your other handlers.
 * @example app.use(expressAssets(assetApi(stowage, { basePath: '/api/assets', authenticate })))
 */
export function expressAssets(api: HttpApi): RequestHandler {
  const handle = nodeHandler(api)
  return (req, res, next) => handle(req, res, next)
}
