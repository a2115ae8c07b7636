import type { AssetName, AssetPatch, Kind } from '@stowage/core'
import type { JsonObject } from '@stowage/core/contracts'
import { StowageError } from '@stowage/core/contracts'
import { readJsonObject } from '../body/json.ts'
import { refuseUnknownFields, refuseUnknownMembers } from '../body/known-members.ts'
import { judgeConditions } from '../content/conditions.ts'
import { publicFields } from '../profile/declared-field.ts'
import { given } from '../profile/given.ts'
import type { Exchange, Handler } from './exchange.ts'
import { answerAsset } from './present-asset.ts'
import { writeGuard } from './write-guard.ts'

const PATCH_TYPES = ['application/merge-patch+json', 'application/json']
/** Members of the house patch. */
export const PATCH_MEMBERS = [
  'title',
  'description',
  'filename',
  'visibility',
  'slug',
  'externalUrl',
  'fields',
  'metadata',
  'tags',
] as const

/** The asset that the path names. */
export function assetName({ params }: Exchange): AssetName {
  if (params.id !== undefined) return { id: params.id }
  return params.slug !== undefined ? { slug: params.slug } : { filename: params.filename as string }
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
  const asset = await assets.update(
    params.id as string,
    patch === undefined ? housePatch(prepared.kind, body, members ?? PATCH_MEMBERS) : given<AssetPatch>(patch(body, exchange)),
    guard,
  )
  return answerAsset(exchange, asset, 200)
}

/** @throws StowageError `invalid_request` for members and fields that are not known here */
function housePatch(kind: Kind, body: JsonObject, members: readonly string[]): AssetPatch {
  refuseUnknownMembers(body, members)
  refuseUnknownFields(kind, body.fields)
  // Null empties what can be seen; what is private stays.
  const fields = body.fields === null ? { fields: Object.fromEntries(publicFields(kind).map(name => [name, null])) } : {}
  return { ...(body as AssetPatch), ...fields }
}

export const remove: Handler = async exchange => {
  await exchange.assets.delete(exchange.params.id as string, await writeGuard(exchange))
  return { status: 204, headers: {}, body: null }
}
