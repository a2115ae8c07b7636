import { StowageError } from '@stowage/core/contracts'
import type { HttpRequest } from '../request.ts'

/** @throws StowageError `unsupported_media_type` for a body with a content coding */
export function refuseEncodedBody(request: HttpRequest): void {
  const encoding = request.header('content-encoding')
  if (encoding === null || encoding.trim().toLowerCase() === 'identity') return
  throw new StowageError('unsupported_media_type', 'Bodies with a Content-Encoding are not taken; send the bytes as they are.', {
    details: { acceptEncoding: 'identity' },
  })
}
