import type { HttpApi } from '@stowage/http'
import { nodeHandler } from '@stowage/http/node'
import type { RequestHandler } from 'express'

export interface ExpressAssetsOptions {
  /** Passes on paths that are not the api's. False: they are 404 problems of the api, for servers with nothing else on them. Default true. */
  readonly fallthrough?: boolean
}

/**
 * Mounts an asset API (or a session API) in an Express application or router. Bodies stay native streams. Mount it before body parsers; paths that are not
 * the api's go on to your other handlers.
 * @example app.use(expressAssets(assetApi(stowage, { basePath: '/api/assets', authenticate })))
 */
export function expressAssets(api: HttpApi, { fallthrough = true }: ExpressAssetsOptions = {}): RequestHandler {
  const handle = nodeHandler(api)
  return (req, res, next) => handle(req, res, fallthrough ? next : undefined)
}
