import type { Asset, ResumableUpload } from '@stowage/core'
import { StowageError } from '@stowage/core/contracts'
import { parseMediaType } from '../body/media-type.ts'
import { bodyOf } from '../profile/reply.ts'
import type { HttpResponse } from '../response.ts'
import { checksumOf, lengthOf, refuseConcat, requireTus, wholeNumber } from '../tus/headers.ts'
import { BYTES_TYPE } from '../tus/protocol.ts'
import { uploadMetadata } from '../tus/upload-metadata.ts'
import { type ResumableJson, toAssetJson } from './asset-json.ts'
import type { Exchange, Handler } from './exchange.ts'
import { locationOf, presented } from './present-asset.ts'

const NO_STORE = { 'cache-control': 'no-store' }

/** 201 with where the bytes go; those that come along are taken at once. */
export const createResumable: Handler = async exchange => {
  const { request, assets } = exchange
  requireTus(request)
  refuseConcat(request)
  const sizeBytes = lengthOf(request)
  const hasBytes = request.body !== null
  if (hasBytes) requireBytes(exchange)
  const senderNote = request.header('upload-metadata') ?? ''
  const created = await assets.createResumable({ ...uploadMetadata(exchange, senderNote), sizeBytes, senderNote })
  // Whoever announces an empty file sends nothing more.
  const upload = hasBytes || sizeBytes === 0 ? await append(exchange, created.id, 0) : created
  const location = exchange.present.url('resumableOffset', { uploadId: upload.id })
  return answer(exchange, upload, 201, { ...(location !== null && { location }) })
}

/** How far it is, for whoever is about to send more. */
export const resumableOffset: Handler = async exchange => {
  requireTus(exchange.request)
  const upload = await exchange.assets.resumableOffset(idOf(exchange))
  if (upload.state === 'failed') return { status: 410, headers: NO_STORE, body: null }
  const { sizeBytes, senderNote } = upload
  return answer(exchange, upload, 200, {
    ...(sizeBytes === null ? { 'upload-defer-length': '1' } : { 'upload-length': String(sizeBytes) }),
    ...(senderNote !== '' && { 'upload-metadata': senderNote }),
  })
}

/** 204 with how far it is by then: of the last bytes, with the asset that they made. */
export const appendResumable: Handler = async exchange => {
  const { request } = exchange
  requireTus(request)
  requireBytes(exchange)
  const offsetBytes = wholeNumber(request, 'upload-offset')
  if (offsetBytes === null) throw new StowageError('invalid_request', 'Say in Upload-Offset where these bytes begin.')
  return answer(exchange, await append(exchange, idOf(exchange), offsetBytes), 204, {})
}

export const abortResumable: Handler = async exchange => {
  requireTus(exchange.request)
  await exchange.assets.abortResumable(idOf(exchange))
  return { status: 204, headers: NO_STORE, body: null }
}

/** The same as JSON, with the asset and what went wrong: it disturbs nobody who is sending. */
export const readResumable: Handler = async exchange => {
  const { prepared, present, assets } = exchange
  const upload = await assets.getResumable(idOf(exchange))
  const own = prepared.profile.present?.resumableUpload
  const shown = own === undefined ? toResumableJson(exchange, upload) : own(upload, present)
  return presented(shown, 200, { 'cache-control': 'private, no-store' })
}

function append({ request, assets }: Exchange, uploadId: string, offsetBytes: number): Promise<ResumableUpload> {
  const lengthBytes = request.body === null ? 0 : wholeNumber(request, 'content-length')
  const declareBytes = wholeNumber(request, 'upload-length')
  const checksum = checksumOf(request)
  return assets.appendResumable(uploadId, {
    offsetBytes,
    body: request.body ?? noBytes(),
    signal: request.signal,
    ...(lengthBytes !== null && { lengthBytes }),
    ...(declareBytes !== null && { declareBytes }),
    ...(checksum !== null && { checksum }),
  })
}

async function* noBytes(): AsyncGenerator<Uint8Array> {
  yield* []
}

function requireBytes({ request }: Exchange): void {
  if (parseMediaType(request.header('content-type'))?.essence === BYTES_TYPE) return
  throw new StowageError('unsupported_media_type', `Send the bytes as ${BYTES_TYPE}.`, { details: { accepted: [BYTES_TYPE] } })
}

const idOf = ({ params }: Exchange): string => params.uploadId as string

function answer(exchange: Exchange, upload: ResumableUpload, status: number, headers: Record<string, string>): HttpResponse {
  const { state, offsetBytes, expiresAt, asset } = upload
  const location = asset && locationOf(exchange.present, asset)
  return {
    status,
    headers: {
      ...NO_STORE,
      'upload-offset': String(offsetBytes),
      'stowage-upload-state': state,
      ...(state === 'open' && { 'upload-expires': expiresAt.toUTCString() }),
      ...(asset && { 'stowage-asset': encodeURIComponent(asset.id) }),
      ...(location !== null && { 'content-location': location }),
      ...headers,
    },
    body: null,
  }
}

function toResumableJson(exchange: Exchange, upload: ResumableUpload): ResumableJson {
  const { prepared, present } = exchange
  const { id, state, offsetBytes, sizeBytes, expiresAt, asset, error } = upload
  const shown = (one: Asset): unknown => bodyOf((prepared.profile.present?.asset ?? toAssetJson)(one, present))
  return { id, state, offsetBytes, sizeBytes, expiresAt: expiresAt.toISOString(), asset: asset && shown(asset), error }
}
