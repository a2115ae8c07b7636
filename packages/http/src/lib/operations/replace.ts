import { StowageError } from '@stowage/core/contracts'
import { parseMediaType } from '../body/media-type.ts'
import { rawContent } from '../upload/raw-upload.ts'
import { requestedFilename } from '../upload/requested-filename.ts'
import type { Handler } from './exchange.ts'
import { answerAsset } from './present-asset.ts'
import { writeGuard } from './write-guard.ts'

export const replace: Handler = async exchange => {
  const { request, params, assets, prepared } = exchange
  if (parseMediaType(request.header('content-type'))?.essence.startsWith('multipart/')) {
    throw new StowageError('unsupported_media_type', 'Send the new bytes themselves as the body, not a form.')
  }
  const filename = requestedFilename(request)
  const asset = await assets.replaceContent(params.id as string, {
    ...rawContent(request, prepared.kind.limits.maxBytes),
    ...(await writeGuard(exchange)),
    ...(filename !== null && { filename }),
  })
  return answerAsset(exchange, asset, 200)
}
