import { StowageError } from '../../contracts/errors.ts'
import type { WritingBlob } from '../blobs.ts'
import { completeArrived } from '../completion/complete.ts'
import { type PendingUploadView, whereBegun } from '../completion/pending-upload.ts'
import { failureOf, isRefusal } from '../completion/refusal.ts'
import { isUnderWay, seen, viewOf } from '../completion/view.ts'
import { invalid } from '../details/details.ts'
import { checkSize } from '../direct/begin.ts'
import type { AppendInput } from '../interface/resumable-uploads.ts'
import type { ServiceDeps, ServiceScope } from '../service.ts'
import { openChecksum } from './checksum.ts'
import { assertOffset, findResumable, isWhole } from './find.ts'
import { receive } from './receive.ts'
import type { ResumableRecord } from './received.ts'
import { takeSeat } from './seat.ts'
import { settled } from './state.ts'

/** What a request has led to; without a source, others had ended it. */
interface Arrived {
  readonly upload: ResumableRecord
  readonly source: WritingBlob | null
  readonly refusal?: StowageError
}

/** Takes more bytes of a file, as far as they come, and makes its asset of the last. A newer request takes over from an older one. */
export async function appendResumable(
  service: ServiceDeps,
  scope: ServiceScope,
  id: string,
  input: AppendInput & { readonly allowed: () => Promise<void> },
): Promise<PendingUploadView> {
  const checksum = input.checksum ? openChecksum(input.checksum) : null
  const found = await findResumable(service, scope, id)
  if (found.data.phase !== 'open') return repeated(service, scope, found, input)
  assertOffset(found, input.offsetBytes)
  const deps = whereBegun(service, found)
  const writer = await deps.resumable.writers.enter(id)
  const { upload, source, refusal } = await (async (): Promise<Arrived> => {
    const upload = await findResumable(deps, scope, id)
    if (upload.data.phase !== 'open') return { upload, source: null }
    assertOffset(upload, input.offsetBytes)
    const declaredBytes = declared(deps, scope, upload, input)
    const seat = await takeSeat(deps, scope, upload, declaredBytes)
    const incoming = { input, checksum, stopped: writer.stopped }
    return receive(deps, scope, seat, incoming).catch(async (error: unknown) => {
      if (!isRefusal(error)) throw error
      return { upload: await findResumable(deps, scope, id), source: seat.source, refusal: error }
    })
  })().finally(() => writer.leave())
  if (source === null) return repeated(deps, scope, upload, input)
  if (refusal) return completeArrived(deps, scope, { upload, source }, { refusal })
  if (!isWhole(upload)) return viewOf(upload)
  await input.allowed()
  const known = deps.resumable.known.take(id, upload.offsetBytes)?.facts()
  return completeArrived(deps, scope, { upload, source }, known && { known })
}

/** The last bytes once more: whoever sent them did not get the answer. */
async function repeated(
  deps: ServiceDeps,
  scope: ServiceScope,
  upload: ResumableRecord,
  { offsetBytes }: AppendInput,
): Promise<PendingUploadView> {
  if (upload.data.phase === 'failed') throw failureOf(upload)
  assertOffset(upload, offsetBytes)
  if (upload.data.phase === 'done' || isUnderWay(deps, upload)) return seen(deps, upload)
  return settled(deps, scope, upload)
}

/** The length of the file, as far as it is known by now. @throws StowageError for one that can't be, or is another than before */
function declared(deps: ServiceDeps, { kind }: ServiceScope, upload: ResumableRecord, input: AppendInput): number | null {
  const { offsetBytes, lengthBytes, declareBytes } = input
  const known = upload.declaredBytes
  if (declareBytes !== undefined && known !== null && declareBytes !== known) {
    throw new StowageError('invalid_request', `The upload was begun for ${known} bytes: its length does not change.`)
  }
  const declaredBytes = known ?? declareBytes ?? null
  const { maxObjectBytes } = deps.storage.capabilities
  if (known === null && declaredBytes !== null) {
    const isLength = Number.isSafeInteger(declaredBytes) && declaredBytes >= offsetBytes
    if (!isLength) throw invalid([{ pointer: '/sizeBytes', message: `must be a number from ${offsetBytes}` }])
    checkSize(kind, maxObjectBytes, declaredBytes)
  }
  const maxBytes = declaredBytes ?? Math.min(kind.limits.maxBytes, maxObjectBytes)
  if (lengthBytes !== undefined && offsetBytes + lengthBytes > maxBytes) {
    throw new StowageError('content_too_large', `The file would be larger than ${maxBytes} bytes.`, { details: { maxBytes } })
  }
  return declaredBytes
}
