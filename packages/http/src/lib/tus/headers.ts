import type { ChunkChecksum } from '@stowage/core'
import { StowageError } from '@stowage/core/contracts'
import type { HttpRequest } from '../request.ts'
import { TUS_VERSION } from './protocol.ts'

/** Bytes of each digest. */
const DIGESTS: ReadonlyMap<string, number> = new Map([
  ['sha256', 32],
  ['sha1', 20],
  ['md5', 16],
  ['crc32', 4],
])

/** @throws StowageError `precondition_failed` for a request of another version */
export function requireTus(request: HttpRequest): void {
  if (request.header('tus-resumable') === TUS_VERSION) return
  throw new StowageError('precondition_failed', `Send Tus-Resumable: ${TUS_VERSION}, the version that is spoken here.`)
}

/** Clients that send parts of one file at once would otherwise have an asset of each. @throws StowageError `invalid_request` */
export function refuseConcat(request: HttpRequest): void {
  if (request.header('upload-concat') === null) return
  throw new StowageError(
    'invalid_request',
    'Files are not joined from several uploads here: send each as one (no parallelUploads).',
  )
}

/** The value of a header that is a number of bytes; null where it is absent. @throws StowageError `invalid_request` */
export function wholeNumber(request: HttpRequest, name: string): number | null {
  const value = request.header(name)
  if (value === null) return null
  if (/^\d{1,15}$/.test(value)) return Number(value)
  throw new StowageError('invalid_request', `The header ${name} must be a whole number of bytes.`)
}

/** The size of a new upload; null where it is to be known later. @throws StowageError `invalid_request` */
export function lengthOf(request: HttpRequest): number | null {
  const sizeBytes = wholeNumber(request, 'upload-length')
  const deferred = request.header('upload-defer-length')
  if (deferred !== null && deferred !== '1') throw new StowageError('invalid_request', 'Upload-Defer-Length must be 1.')
  if ((sizeBytes === null) === (deferred === null)) {
    throw new StowageError(
      'invalid_request',
      'Send the size of the file as Upload-Length, or Upload-Defer-Length: 1, and not both.',
    )
  }
  return sizeBytes
}

/** What the bytes of this request must add up to. @throws StowageError `invalid_request` */
export function checksumOf(request: HttpRequest): ChunkChecksum | null {
  const header = request.header('upload-checksum')
  if (header === null) return null
  const [algorithm = '', encoded = '', ...rest] = header.split(' ')
  const sizeBytes = DIGESTS.get(algorithm)
  const digest = Buffer.from(encoded, 'base64')
  if (sizeBytes === undefined) {
    throw new StowageError('invalid_request', `Upload-Checksum takes ${[...DIGESTS.keys()].join(', ')}.`)
  }
  if (rest.length > 0 || digest.byteLength !== sizeBytes || digest.toString('base64') !== encoded) {
    throw new StowageError('invalid_request', 'Upload-Checksum must be an algorithm, a space, and the digest in Base64.')
  }
  return { algorithm: algorithm as ChunkChecksum['algorithm'], value: digest.toString('hex') }
}
