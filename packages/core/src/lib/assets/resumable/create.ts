import { StowageError } from '../../contracts/errors.ts'
import { orGivenBack } from '../admission/or-given-back.ts'
import { openRoom } from '../admission/room.ts'
import { announceUpload } from '../completion/announce.ts'
import { checkDetails, invalid } from '../details/details.ts'
import { assertSlugFree } from '../details/slug-taken.ts'
import { checkFile, checkSize } from '../direct/begin.ts'
import type { CreateResumableInput } from '../interface/resumable-uploads.ts'
import type { ServiceDeps, ServiceScope } from '../service.ts'
import { takesResumable } from './offered.ts'
import { plannedPartBytes } from './part-size.ts'
import type { ResumableRecord } from './received.ts'

const MAX_NOTE_CHARS = 16 * 1024

/** Makes the place that bytes are then sent to, request by request. All that can be refused without them is refused here. */
export async function createResumable(
  deps: ServiceDeps,
  scope: ServiceScope,
  given: CreateResumableInput,
): Promise<ResumableRecord> {
  const { kind, space } = scope
  const { senderNote = '', sizeBytes = null } = given
  const input = { ...given, sizeBytes }
  const { capabilities, name } = deps.storage
  if (!takesResumable(deps.storage)) {
    throw new StowageError('unsupported', `Storage ${name} takes no files in parts: send it in one request.`)
  }
  checkFile(input)
  if (senderNote.length > MAX_NOTE_CHARS) throw invalid([{ pointer: '/senderNote', message: 'is too long' }])
  if (sizeBytes !== null) checkSize(kind, capabilities.maxObjectBytes, sizeBytes)
  const details = checkDetails(kind, input, 'whole')
  await assertSlugFree(deps.metadata, { kind: kind.name, space: space?.id ?? '', slug: details.slug ?? null })
  const room = kind.quota ? await openRoom(deps, scope, { space: space?.id ?? '', count: 1, freeBytes: 0 }) : null
  const partBytes = plannedPartBytes(deps, scope, sizeBytes)
  const received = { senderNote, runs: [], nextPart: 1, ...(partBytes !== null && { etags: '' }) }
  const plan = { method: 'multipart', partBytes, partCount: null } as const
  const wanted = { purpose: 'resumable', input, plan, received, details, room } as const
  return orGivenBack(deps, [room], () => announceUpload(deps, scope, wanted, async upload => upload as ResumableRecord))
}
