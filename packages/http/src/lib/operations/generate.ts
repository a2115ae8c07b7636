import type { GenerateInput } from '@stowage/core'
import { readJsonObject } from '../body/json.ts'
import { refuseUnknownFields, refuseUnknownMembers } from '../body/known-members.ts'
import { toAssetJson } from './asset-json.ts'
import type { Handler } from './exchange.ts'
import { answerCreated } from './present-asset.ts'
import { requestKey } from './request-key.ts'

/** Members of the body. */
export const GENERATE_MEMBERS = [
  'prompt',
  'aspectRatio',
  'filename',
  'title',
  'description',
  'visibility',
  'slug',
  'fields',
  'metadata',
  'tags',
]

export const generate: Handler = async exchange => {
  const { request, assets, prepared } = exchange
  const { profile } = prepared
  const key = requestKey(exchange)
  const body = await readJsonObject(request, { types: ['application/json'], maxBytes: profile.maxJsonBytes ?? 256 * 1024 })
  refuseUnknownMembers(body, GENERATE_MEMBERS)
  refuseUnknownFields(prepared.kind, body.fields)
  // The service checks each value and names the wrong ones by pointer.
  const asset = await assets.generate({ ...(body as unknown as GenerateInput), ...key, signal: request.signal })
  return answerCreated(exchange, asset, profile.present?.generated ?? profile.present?.asset ?? toAssetJson)
}
