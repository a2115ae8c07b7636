import type { Clock, StorageAdapter } from '@stowage/core/contracts'
import { keySegments } from './keys.ts'
import { presignGet, presignPut } from './presign.ts'
import type { Run } from './run.ts'
import { type IncomingRequest, readSignedRequest, type SignedRequest } from './signed-request.ts'
import type { UrlSigner } from './signing.ts'

export interface SignedUrls extends Required<Pick<StorageAdapter, 'presignGet' | 'presignPut'>> {
  /**
   * Proves that a request was signed by this storage's secret, for this method, key and these headers, and has not expired.
   * @returns what the request may do; its sender does it with `get`, `put` or `multipart.putPart`
   * @throws StowageError `forbidden`
   */
  openSignedRequest(request: IncomingRequest): SignedRequest
}

export function signedUrls(run: Run, signer: UrlSigner, clock: Clock): SignedUrls {
  return {
    presignGet: (key, options) =>
      run('sign a URL', async place => {
        keySegments(key, place.root.rules)
        return presignGet(signer, clock, key, options)
      }),
    presignPut: (key, options) =>
      run('sign a URL', async place => {
        keySegments(key, place.root.rules)
        return presignPut(signer, clock, key, options)
      }),
    openSignedRequest: request => readSignedRequest(signer, clock, request),
  }
}
