import type { UploadRecord } from '../../contracts/metadata.ts'
import { hex } from '../../crypto/random.ts'
import { type Admission, createAdmission, FREE } from '../admission/admission.ts'
import { keepAnnounced, openBody } from '../admission/body.ts'
import { orGivenBack } from '../admission/or-given-back.ts'
import { openRoom } from '../admission/room.ts'
import { condemnAttempt, discardAttempt, leaseKeeper, type StoredFacts, type WritingBlob, writeObject } from '../blobs.ts'
import { checkDetails } from '../details/details.ts'
import type { StagedFile, StageInput } from '../interface/making.ts'
import type { ServiceDeps, ServiceScope } from '../service.ts'
import { type Recognised, recognise } from './recognise.ts'
import { stagedFile, stagedUpload } from './staged.ts'

/**
 * Takes a file in like an upload, but for its asset: a row keeps it for whoever staged it. Its key is random even where the kind makes readable ones,
 * since those speak of an asset.
 */
export async function stageFile(deps: ServiceDeps, scope: ServiceScope, input: StageInput): Promise<StagedFile> {
  const room = scope.kind.quota ? await openRoom(deps, scope, { space: scope.space?.id ?? '', count: 1, freeBytes: 0 }) : null
  if (room === null) return takeIn(deps, scope, input, FREE)
  return orGivenBack(deps, [room], async () => {
    await keepAnnounced(scope.kind, room, input)
    return takeIn(deps, scope, input, createAdmission(null, room))
  })
}

async function takeIn(deps: ServiceDeps, scope: ServiceScope, input: StageInput, admission: Admission): Promise<StagedFile> {
  const { kind } = scope
  const { filename = 'file' } = checkDetails(kind, input.filename === undefined ? {} : { filename: input.filename }, 'part')
  let keepLease: (() => void) | undefined
  const incoming = await openBody(kind, input, admission.room, bytes => {
    keepLease?.()
    input.onProgress?.(bytes)
  })
  try {
    const seen = await recognise(deps, kind, incoming, input.contentType)
    return await announced(deps, scope, async blob => {
      keepLease = leaseKeeper(deps, blob, admission)
      const { contentType } = seen
      const facts = await written(deps, blob, () => writeObject(deps, { key: blob.key, contentType }, incoming, input.signal))
      return stagedFile(await keep(deps, scope, { blob, facts, seen, filename, admission }))
    })
  } finally {
    await incoming.close()
  }
}

async function announced<T>(deps: ServiceDeps, { kind }: ServiceScope, use: (blob: WritingBlob) => Promise<T>): Promise<T> {
  try {
    return await use(await deps.announcements.take(kind.name))
  } finally {
    deps.announcements.done()
  }
}

async function written<T>(deps: ServiceDeps, blob: WritingBlob, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    await discardAttempt(deps, blob, error)
    throw error
  }
}

interface Written {
  readonly blob: WritingBlob
  readonly facts: StoredFacts
  readonly seen: Recognised
  readonly filename: string
  readonly admission: Admission
}

/** The object stays an announced one, whose lease lasts as long as the file is kept. */
async function keep(deps: ServiceDeps, scope: ServiceScope, file: Written): Promise<UploadRecord> {
  const { blob, facts, seen, admission } = file
  const { room } = admission
  // The room goes by the name of the upload that it is kept for.
  const upload = stagedUpload(deps, scope, { ...file, id: room?.id ?? hex(deps.random(16)) })
  try {
    await deps.metadata.commit([
      { op: 'insertUpload', upload },
      {
        op: 'updateBlob',
        id: blob.id,
        guard: { states: ['writing'], leaseToken: blob.leaseToken },
        set: {
          ...facts,
          contentType: seen.contentType,
          // A renewal that is still under way would shorten the lease.
          leaseToken: hex(deps.random(16)),
          dueAt: upload.expiresAt,
          purgesLeft: 1,
        },
      },
      ...(room ? [room.keepUntil(upload.expiresAt, facts.sizeBytes)] : []),
    ])
    return upload
  } catch (failure) {
    await settleFailedKeep(deps, file, { upload, failure })
    return upload
  }
}

/** The commit may have taken place although it failed. @throws the failure where it has not */
async function settleFailedKeep(
  deps: ServiceDeps,
  { blob }: Written,
  { upload, failure }: { readonly upload: UploadRecord; readonly failure: unknown },
): Promise<void> {
  try {
    await condemnAttempt(deps, blob)
  } catch (error) {
    if (await deps.metadata.getUpload(upload.id).catch(() => null)) return
    deps.logger.warn('A failed upload is left to the sweeper.', { key: blob.key, error })
    throw failure
  }
  await discardAttempt(deps, blob, failure)
  throw failure
}
