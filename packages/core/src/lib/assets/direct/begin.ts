import { StowageError } from '../../contracts/errors.ts'
import type { Kind } from '../../kinds/kind.ts'
import { orGivenBack } from '../admission/or-given-back.ts'
import { openRoom } from '../admission/room.ts'
import { announceUpload } from '../completion/announce.ts'
import type { PendingUploadView } from '../completion/pending-upload.ts'
import { checkDetails, type Issue, invalid } from '../details/details.ts'
import { assertSlugFree } from '../details/slug-taken.ts'
import type { BeginUploadInput } from '../interface/direct-uploads.ts'
import type { ServiceDeps, ServiceScope } from '../service.ts'
import { planOf } from './methods.ts'
import { signWhole } from './sign.ts'

const SHA256 = /^[0-9a-f]{64}$/
const MEDIA_TYPE = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+\/[!#$%&'*+.^_`|~0-9A-Za-z-]+[\x20-\x7e]*$/
const MAX_TYPE_CHARS = 255

/**
 * Prepares the storage to be sent a file by somebody else: rows first, then what the storage must know, then the signature. All that can be refused
 * without the bytes is refused here.
 */
export async function beginUpload(deps: ServiceDeps, scope: ServiceScope, input: BeginUploadInput): Promise<PendingUploadView> {
  const { kind, space } = scope
  checkFile(input)
  const plan = planOf(deps.storage, input.sizeBytes, input.method)
  checkSize(kind, deps.storage.capabilities.maxObjectBytes, input.sizeBytes)
  const details = checkDetails(kind, input, 'whole')
  await assertSlugFree(deps.metadata, { kind: kind.name, space: space?.id ?? '', slug: details.slug ?? null })
  const room = kind.quota ? await openRoom(deps, scope, { space: space?.id ?? '', count: 1, freeBytes: 0 }) : null
  const wanted = { input, plan, details, room, purpose: 'direct' } as const
  return orGivenBack(deps, [room], () =>
    announceUpload(deps, scope, wanted, async (upload, key) => ({
      upload,
      request: await signWhole(deps, upload, key),
      parts: [],
      asset: null,
    })),
  )
}

/** Sizes that may still be unknown are null. */
export function checkFile({
  sizeBytes,
  sha256,
  contentType,
}: Pick<BeginUploadInput, 'sha256' | 'contentType'> & { readonly sizeBytes: number | null }): void {
  const issues: Issue[] = []
  if (sizeBytes !== null && (!Number.isSafeInteger(sizeBytes) || sizeBytes < 0)) {
    issues.push({ pointer: '/sizeBytes', message: 'must be the size of the file in bytes' })
  }
  if (sha256 !== undefined && !(typeof sha256 === 'string' && SHA256.test(sha256))) {
    issues.push({ pointer: '/sha256', message: 'must be 64 lower-case hexadecimal digits' })
  }
  const isType = typeof contentType === 'string' && contentType.length <= MAX_TYPE_CHARS && MEDIA_TYPE.test(contentType)
  if (contentType !== undefined && !isType) issues.push({ pointer: '/contentType', message: 'must be a media type' })
  if (issues.length > 0) throw invalid(issues)
}

export function checkSize({ limits }: Kind, maxObjectBytes: number, sizeBytes: number): void {
  const maxBytes = Math.min(limits.maxBytes, maxObjectBytes)
  if (sizeBytes > maxBytes) {
    const message = `The file is larger than the ${maxBytes} bytes allowed.`
    throw new StowageError('content_too_large', message, { details: { maxBytes } })
  }
  if (sizeBytes < limits.minBytes) throw invalid([{ pointer: '/sizeBytes', message: `must be at least ${limits.minBytes}` }])
}
