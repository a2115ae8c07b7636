import type { AssetName, AssetPatch } from '@stowage/core'
import { StowageError } from '@stowage/core/contracts'
import { readJsonObject } from '../body/json.ts'
import { refuseUnknownMembers } from '../body/known-members.ts'
import { judgeConditions } from '../content/conditions.ts'
import type { Exchange, Handler } from './exchange.ts'
import { answerAsset } from './present-asset.ts'
import { writeGuard } from './write-guard.ts'

const PATCH_TYPES = ['application/merge-patch+json', 'application/json']
const PATCH_MEMBERS = ['title', 'description', 'filename', 'visibility', 'fields', 'metadata', 'tags'] as const

/** The asset that the path names. */
export function assetName({ params }: Exchange): AssetName {
  return params.id !== undefined ? { id: params.id } : { filename: params.filename as string }
}

export const get: Handler = async exchange => {
  const { request, assets } = exchange
  const asset = await assets.get(assetName(exchange))
  const verdict = judgeConditions(name => request.header(name), { etag: asset.etag, lastModified: asset.updatedAt })
  if (verdict === 'precondition_failed')
    throw new StowageError('precondition_failed', 'The asset is not the one named in If-Match.')
  if (verdict === 'not_modified')
    return { status: 304, headers: { etag: asset.etag, 'cache-control': 'private, no-cache' }, body: null }
  return answerAsset(exchange, asset, 200)
}

export const update: Handler = async exchange => {
  const { request, params, assets, prepared } = exchange
  const guard = await writeGuard(exchange)
  const body = await readJsonObject(request, { types: PATCH_TYPES, maxBytes: prepared.profile.maxJsonBytes ?? 256 * 1024 })
  const { members, patch } = prepared.profile.update ?? {}
  if (patch === undefined) refuseUnknownMembers(body, members ?? PATCH_MEMBERS)
  const asset = await assets.update(
    params.id as string,
    patch === undefined ? (body as AssetPatch) : patch(body, exchange),
    guard,
  )
  return answerAsset(exchange, asset, 200)
}

export const remove: Handler = async exchange => {
  await exchange.assets.delete(exchange.params.id as string, await writeGuard(exchange))
  return { status: 204, headers: {}, body: null }
}
