import type { Asset } from '@stowage/core'
import { bodyOf, isReply } from '../profile/reply.ts'
import { type HttpResponse, jsonResponse } from '../response.ts'
import { toAssetJson } from './asset-json.ts'
import type { Exchange } from './exchange.ts'

/** Answers with what the profile's `present` made, or the house form. */
export function presented(value: unknown, status: number, headers: Record<string, string>): HttpResponse {
  if (!isReply(value)) return jsonResponse(status, value, headers)
  return jsonResponse(value.status ?? status, value.body, { ...headers, ...lowerCaseNames(value.headers) })
}

function lowerCaseNames(headers: Readonly<Record<string, string>> = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
}

/** The asset as one item of a list. */
export function presentItem({ prepared, present }: Exchange, asset: Asset): unknown {
  return bodyOf((prepared.profile.present?.asset ?? toAssetJson)(asset, present))
}

export function answerAsset(
  exchange: Exchange,
  asset: Asset,
  status: number,
  headers: Record<string, string> = {},
): HttpResponse {
  const present = exchange.prepared.profile.present?.asset ?? toAssetJson
  return presented(present(asset, exchange.present), status, {
    etag: asset.etag,
    'cache-control': 'private, no-cache',
    ...headers,
  })
}

/** Where an asset is; null where the profile shows none. */
export function locationOf(context: Exchange['present'], asset: Asset): string | null {
  const named = context.url('get', {
    id: asset.id,
    ...(asset.filename !== null && { filename: asset.filename }),
    ...(asset.slug !== null && { slug: asset.slug }),
  })
  return named ?? context.contentUrl(asset)
}

/** 201, with where the new asset is. */
export function answerCreated(
  exchange: Exchange,
  asset: Asset,
  present: (asset: Asset, context: Exchange['present']) => unknown,
): HttpResponse {
  const context = exchange.present
  const location = locationOf(context, asset)
  return presented(present(asset, context), 201, {
    etag: asset.etag,
    'cache-control': 'private, no-cache',
    ...(location !== null && { location }),
  })
}
