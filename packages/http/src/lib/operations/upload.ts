import type { Asset } from '@stowage/core'
import { parseMediaType } from '../body/media-type.ts'
import { given } from '../profile/given.ts'
import { houseDetails, houseJsonDetails, houseMembers } from '../upload/house-details.ts'
import { jsonFields } from '../upload/json-fields.ts'
import { sourceNames } from '../upload/json-sources.ts'
import { type JsonPlan, receiveJson } from '../upload/json-upload.ts'
import { type FormPlan, receiveForm } from '../upload/multipart-upload.ts'
import { rawUpload } from '../upload/raw-upload.ts'
import { toAssetJson } from './asset-json.ts'
import type { Exchange, Handler } from './exchange.ts'
import { answerCreated } from './present-asset.ts'
import { keyedAssets } from './request-key.ts'
import { fileShapeOf } from './upload-shape.ts'

export const upload: Handler = async exchange => {
  const { request, prepared } = exchange
  const assets = keyedAssets(exchange)
  const plan = formPlan(exchange)
  const created: Record<BodyShape, () => Promise<Asset>> = {
    form: () => receiveForm(request, plan, assets),
    raw: () => assets.upload(rawUpload(request, plan, prepared.profile.authenticate?.queryParams ?? [])),
    json: () => receiveJson(request, jsonPlan(exchange, plan), assets),
  }
  return answerCreated(exchange, await created[shapeOf(exchange)](), prepared.profile.present?.asset ?? toAssetJson)
}

/** How an asset is sent: its file in a form or as the body itself, or JSON that says where it lies. */
type BodyShape = 'form' | 'raw' | 'json'

/** @throws StowageError `unsupported_media_type` */
function shapeOf(exchange: Exchange): BodyShape {
  const { request, prepared } = exchange
  const members = sourceNames(prepared.sources)
  const takesJson = members.length > 0 || prepared.profile.upload?.json !== undefined
  if (takesJson && parseMediaType(request.header('content-type'))?.essence === 'application/json') return 'json'
  return fileShapeOf(exchange, prepared.form, takesJson ? { members } : null)
}

function formPlan(exchange: Exchange): FormPlan {
  const { profile, kind, form } = exchange.prepared
  const details = profile.upload?.details
  return { ...form, details: fields => (details === undefined ? houseDetails(kind, fields) : given(details(fields, exchange))) }
}

function jsonPlan(exchange: Exchange, { fields }: FormPlan): JsonPlan {
  const { profile, kind, sources } = exchange.prepared
  const { details, fields: own, json } = profile.upload ?? {}
  return {
    sources,
    members: own ? [...fields] : houseMembers(kind),
    maxJsonBytes: profile.maxJsonBytes ?? 256 * 1024,
    details: body => (details === undefined ? houseJsonDetails(kind, body) : given(details(jsonFields(body), exchange))),
    own: json ? body => json(body, exchange) : null,
  }
}
