import { StowageError } from '@stowage/core/contracts'
import { parseMediaType } from '../body/media-type.ts'
import type { FormPlan } from '../upload/multipart-upload.ts'
import { requestedFilename } from '../upload/requested-filename.ts'
import type { Exchange } from './exchange.ts'

/** Types that speak to the API itself: as a raw body they are more likely a mistake than a file. */
const NOT_RAW: ReadonlySet<string> = new Set(['application/json', 'application/x-www-form-urlencoded'])

/**
 * How a file is sent: in a form, or as the body itself.
 * @param jsonMembers what a JSON body would have instead, for whoever sends none of them
 * @throws StowageError `unsupported_media_type`
 */
export function fileShapeOf(
  { request, prepared }: Pick<Exchange, 'request' | 'prepared'>,
  { fileField }: Pick<FormPlan, 'fileField'>,
  json: { readonly members: readonly string[] } | null = null,
): 'form' | 'raw' {
  const type = parseMediaType(request.header('content-type'))
  if (type?.essence === 'multipart/form-data') return 'form'
  const takesRaw = prepared.profile.upload?.raw !== false
  const meant = type !== null && !NOT_RAW.has(type.essence) && !type.essence.startsWith('multipart/')
  if (takesRaw && meant && requestedFilename(request) !== null) return 'raw'
  const raw = takesRaw ? ', or the bytes of the file with its own Content-Type and its name in ?filename=' : ''
  const members = json?.members.map(name => `"${name}"`).join(' or ')
  const orJson = json === null ? '' : `, or JSON${members ? ` with ${members}` : ''}`
  const accepted = ['multipart/form-data', ...(json === null ? [] : ['application/json']), ...(takesRaw ? ['*/*'] : [])]
  throw new StowageError(
    'unsupported_media_type',
    `Send the file as multipart/form-data in the field "${fileField}"${raw}${orJson}.`,
    { details: { accepted } },
  )
}
