import type { Asset, BeginUploadInput, CompleteUploadInput, DirectUpload, SignedPart } from '@stowage/core'
import type { JsonObject, PresignedRequest } from '@stowage/core/contracts'
import { readJsonObject } from '../body/json.ts'
import { refuseUnknownFields, refuseUnknownMembers } from '../body/known-members.ts'
import { given } from '../profile/given.ts'
import { bodyOf } from '../profile/reply.ts'
import type { HttpResponse } from '../response.ts'
import { jsonFields } from '../upload/json-fields.ts'
import type { DirectUploadJson, SignedPartsJson } from './asset-json.ts'
import { toAssetJson } from './asset-json.ts'
import type { Exchange, Handler } from './exchange.ts'
import { answerCreated, presented } from './present-asset.ts'

/** Members that speak of the file. */
export const FILE_MEMBERS = ['sizeBytes', 'contentType', 'sha256', 'method'] as const
/** Members that speak of its asset. */
export const DETAIL_MEMBERS = ['filename', 'title', 'description', 'visibility', 'slug', 'fields', 'metadata', 'tags'] as const

const NO_STORE = { 'cache-control': 'private, no-store' }

export const beginUpload: Handler = async exchange => {
  const body = await readBody(exchange)
  const { details: own } = exchange.prepared.profile.upload ?? {}
  const details = own === undefined ? houseBody(exchange, body) : ownBody(exchange, body)
  const upload = await exchange.assets.beginUpload(details as unknown as BeginUploadInput)
  return answerUpload(exchange, upload, 201)
}

/** The service checks each value and names the wrong ones by pointer. */
function houseBody({ prepared }: Exchange, body: JsonObject): object {
  refuseUnknownMembers(body, [...FILE_MEMBERS, ...DETAIL_MEMBERS])
  refuseUnknownFields(prepared.kind, body.fields)
  return body
}

/** Where a profile makes details of its own fields, these are members. */
function ownBody(exchange: Exchange, body: JsonObject): object {
  const { form, profile } = exchange.prepared
  refuseUnknownMembers(body, [...FILE_MEMBERS, ...form.fields])
  const isFile = (name: string): boolean => (FILE_MEMBERS as readonly string[]).includes(name) && !form.fields.has(name)
  const file = Object.fromEntries(Object.entries(body).filter(([name]) => isFile(name)))
  return { ...given(profile.upload?.details?.(jsonFields(body), exchange) ?? {}), ...file }
}

export const readUpload: Handler = async exchange =>
  answerUpload(exchange, await exchange.assets.getUpload(exchange.params.uploadId as string), 200)

export const presignParts: Handler = async exchange => {
  const { params, assets, prepared, present } = exchange
  const body = await readBody(exchange)
  refuseUnknownMembers(body, ['partNumbers'])
  const parts = await assets.presignParts(params.uploadId as string, body.partNumbers as unknown as number[])
  const make = prepared.profile.present?.signedParts ?? toPartsJson
  return presented(make(parts, present), 200, NO_STORE)
}

/** 201 with the asset, or 202 while its bytes are being looked at: the upload then says when they were. */
export const completeUpload: Handler = async exchange => {
  const { request, params, assets, prepared } = exchange
  const body = await readBody(exchange, {})
  refuseUnknownMembers(body, ['parts'])
  const input = { ...(body as unknown as CompleteUploadInput), signal: request.signal }
  const upload = await assets.completeUpload(params.uploadId as string, input)
  if (upload.asset !== null) return answerCreated(exchange, upload.asset, prepared.profile.present?.asset ?? toAssetJson)
  return answerUpload(exchange, upload, 202, { 'retry-after': '1' })
}

export const abortUpload: Handler = async ({ params, assets }) => {
  await assets.abortUpload(params.uploadId as string)
  return { status: 204, headers: NO_STORE, body: null }
}

function readBody({ request, prepared }: Exchange, whenAbsent?: JsonObject): Promise<JsonObject> {
  const maxBytes = prepared.profile.maxJsonBytes ?? 256 * 1024
  return readJsonObject(request, { types: ['application/json'], maxBytes, ...(whenAbsent && { whenAbsent }) })
}

function answerUpload(
  exchange: Exchange,
  upload: DirectUpload,
  status: number,
  headers: Record<string, string> = {},
): HttpResponse {
  const { prepared, present } = exchange
  const location = status === 200 ? null : present.url('readUpload', { uploadId: upload.id })
  const house = (): DirectUploadJson => toUploadJson(upload, asset => shownAsset(exchange, asset))
  const own = prepared.profile.present?.directUpload
  return presented(own === undefined ? house() : own(upload, present), status, {
    ...NO_STORE,
    ...headers,
    ...(location !== null && { location }),
  })
}

function shownAsset({ prepared, present }: Exchange, asset: Asset): unknown {
  return bodyOf((prepared.profile.present?.asset ?? toAssetJson)(asset, present))
}

function toUploadJson({ expiresAt, request, asset, ...rest }: DirectUpload, shown: (asset: Asset) => unknown): DirectUploadJson {
  return {
    ...rest,
    expiresAt: expiresAt.toISOString(),
    request: request && toRequestJson(request),
    asset: asset && shown(asset),
  }
}

function toPartsJson(parts: readonly SignedPart[]): SignedPartsJson {
  return { parts: parts.map(({ partNumber, request }) => ({ partNumber, request: toRequestJson(request) })) }
}

function toRequestJson({ method, url, headers, fields }: PresignedRequest): NonNullable<DirectUploadJson['request']> {
  return { method, url, headers: { ...headers }, ...(fields && { fields: { ...fields } }) }
}
