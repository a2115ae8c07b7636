import type { Asset } from '@stowage/core'
import { StowageError } from '@stowage/core/contracts'
import { parseMediaType } from '../body/media-type.ts'
import { given } from '../profile/given.ts'
import { houseDetails, houseJsonDetails, houseMembers } from '../upload/house-details.ts'
import { jsonFields } from '../upload/json-fields.ts'
import { type ImportPlan, readJsonImport } from '../upload/json-import.ts'
import { type FormPlan, receiveForm } from '../upload/multipart-upload.ts'
import { rawUpload } from '../upload/raw-upload.ts'
import { requestedFilename } from '../upload/requested-filename.ts'
import { toAssetJson } from './asset-json.ts'
import type { Exchange, Handler } from './exchange.ts'
import { answerCreated } from './present-asset.ts'

/** Types that speak to the API itself: as a raw body they are more likely a mistake than a file. */
const NOT_RAW: ReadonlySet<string> = new Set(['application/json', 'application/x-www-form-urlencoded'])

export const upload: Handler = async exchange => {
  const { request, prepared, assets } = exchange
  const plan = formPlan(exchange)
  const created: Record<BodyShape, () => Promise<Asset>> = {
    form: () => receiveForm(request, plan, assets),
    raw: () => assets.upload(rawUpload(request, plan, prepared.profile.authenticate?.queryParams ?? [])),
    json: async () => assets.import(await readJsonImport(request, importPlan(exchange, plan))),
  }
  return answerCreated(exchange, await created[shapeOf(exchange)](), prepared.profile.present?.asset ?? toAssetJson)
}

/** How a file is sent: in a form, as the body itself, or as JSON that says where it lies. */
type BodyShape = 'form' | 'raw' | 'json'

function formPlan(exchange: Exchange): FormPlan {
  const { profile, kind, form } = exchange.prepared
  const details = profile.upload?.details
  return { ...form, details: fields => (details === undefined ? houseDetails(kind, fields) : given(details(fields, exchange))) }
}

function importPlan(exchange: Exchange, { urlField, fields }: FormPlan): ImportPlan {
  const { profile, kind } = exchange.prepared
  const { details, fields: own } = profile.upload ?? {}
  return {
    urlField: urlField ?? '',
    members: own ? [...fields] : houseMembers(kind),
    maxJsonBytes: profile.maxJsonBytes ?? 256 * 1024,
    details: body => (details === undefined ? houseJsonDetails(kind, body) : given(details(jsonFields(body), exchange))),
  }
}

/** @throws StowageError `unsupported_media_type` */
function shapeOf({ request, prepared }: Exchange): BodyShape {
  const type = parseMediaType(request.header('content-type'))
  if (type?.essence === 'multipart/form-data') return 'form'
  const { fileField, urlField } = prepared.form
  if (type?.essence === 'application/json' && urlField !== null) return 'json'
  const takesRaw = prepared.profile.upload?.raw !== false
  const meant = type !== null && !NOT_RAW.has(type.essence) && !type.essence.startsWith('multipart/')
  if (takesRaw && meant && requestedFilename(request) !== null) return 'raw'
  const raw = takesRaw ? ', or the bytes of the file with its own Content-Type and its name in ?filename=' : ''
  const orUrl = urlField === null ? '' : `, or its URL as JSON in "${urlField}"`
  const accepted = ['multipart/form-data', ...(urlField === null ? [] : ['application/json']), ...(takesRaw ? ['*/*'] : [])]
  throw new StowageError(
    'unsupported_media_type',
    `Send the file as multipart/form-data in the field "${fileField}"${raw}${orUrl}.`,
    { details: { accepted } },
  )
}
