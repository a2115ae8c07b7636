import type { Operation } from '../profile/operation.ts'
import { resumableOperations } from '../profile/operation.ts'
import type { HttpResponse } from '../response.ts'

/** The version of the tus protocol that is spoken. @see https://tus.io/protocols/resumable-upload */
export const TUS_VERSION = '1.0.0'
/** The type of the bytes of a request. */
export const BYTES_TYPE = 'application/offset+octet-stream'

const EXTENSIONS = 'creation,creation-with-upload,creation-defer-length,checksum,termination,expiration'
const ALGORITHMS = 'sha256,sha1,md5,crc32'

/** What OPTIONS says of a place for resumable uploads. */
export function tusOptions(maxBytes: number): Record<string, string> {
  return {
    'tus-resumable': TUS_VERSION,
    'tus-version': TUS_VERSION,
    'tus-extension': EXTENSIONS,
    'tus-max-size': String(maxBytes),
    'tus-checksum-algorithm': ALGORITHMS,
  }
}

/** What every answer of such a place says, errors too. */
export function tusHeaders(operation: Operation | undefined, { status }: HttpResponse): Record<string, string> {
  if (operation === undefined || !resumableOperations.has(operation)) return {}
  return { 'tus-resumable': TUS_VERSION, ...(status === 412 && { 'tus-version': TUS_VERSION }) }
}
