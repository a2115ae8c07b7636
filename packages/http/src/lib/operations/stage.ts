import type { StagedFile } from '@stowage/core'
import { receiveStagedForm } from '../upload/multipart-upload.ts'
import { rawUpload } from '../upload/raw-upload.ts'
import type { StagedJson } from './asset-json.ts'
import type { Exchange, Handler } from './exchange.ts'
import { presented } from './present-asset.ts'
import { fileShapeOf } from './upload-shape.ts'

/** Keeps a file for an asset to come: nothing else is said of it yet. */
export const stage: Handler = async exchange => {
  const { prepared, present } = exchange
  const staged = await received(exchange)
  return presented((prepared.profile.present?.staged ?? toStagedJson)(staged, present), 201, {
    'cache-control': 'private, no-store',
  })
}

function received(exchange: Exchange): Promise<StagedFile> {
  const { request, prepared, assets } = exchange
  const plan = { ...prepared.form, urlField: null, fields: NO_FIELDS, details: () => ({}) }
  if (fileShapeOf(exchange, plan) === 'form') return receiveStagedForm(request, plan, assets)
  return assets.stage(rawUpload(request, plan, prepared.profile.authenticate?.queryParams ?? []))
}

const NO_FIELDS: ReadonlySet<string> = new Set()

function toStagedJson({ expiresAt, ...rest }: StagedFile): StagedJson {
  return { ...rest, expiresAt: expiresAt.toISOString() }
}
