import type { UploadInput } from '@stowage/core'
import { StowageError } from '@stowage/core/contracts'
import { parseMediaType } from '../body/media-type.ts'
import { houseDetails } from '../upload/house-details.ts'
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
  const store = (input: UploadInput) => assets.upload(input)
  const asset = isForm(exchange)
    ? await receiveForm(request, plan, store)
    : await store(rawUpload(request, plan, prepared.profile.authenticate?.queryParams ?? []))
  return answerCreated(exchange, asset, prepared.profile.present?.asset ?? toAssetJson)
}

function formPlan(exchange: Exchange): FormPlan {
  const { profile, kind, form } = exchange.prepared
  const details = profile.upload?.details
  return { ...form, details: fields => (details === undefined ? houseDetails(kind, fields) : details(fields, exchange)) }
}

/** True for a form, false for a raw body that is meant as a file. @throws StowageError `unsupported_media_type` */
function isForm({ request, prepared }: Exchange): boolean {
  const type = parseMediaType(request.header('content-type'))
  if (type?.essence === 'multipart/form-data') return true
  const takesRaw = prepared.profile.upload?.raw !== false
  const meant = type !== null && !NOT_RAW.has(type.essence) && !type.essence.startsWith('multipart/')
  if (takesRaw && meant && requestedFilename(request) !== null) return false
  const raw = takesRaw ? ', or the bytes of the file with its own Content-Type and its name in ?filename=' : ''
  throw new StowageError(
    'unsupported_media_type',
    `Send the file as multipart/form-data in the field "${prepared.form.fileField}"${raw}.`,
    {
      details: { accepted: takesRaw ? ['multipart/form-data', '*/*'] : ['multipart/form-data'] },
    },
  )
}
