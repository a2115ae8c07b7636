import { isStowageError, StowageError } from '../../contracts/errors.ts'
import type { Change } from '../../contracts/metadata.ts'
import { randomKey } from '../../kinds/keys.ts'
import { newBlob, type WritingBlob } from '../blobs.ts'
import { blobDueAt, type PendingUpload } from '../completion/pending-upload.ts'
import { refused } from '../completion/refusal.ts'
import type { ServiceDeps } from '../service.ts'
import { assertNewest } from './newest.ts'
import type { Fragment } from './received.ts'
import type { Seat } from './seat.ts'

/** More than that are joined. */
const MAX_FRAGMENTS = 64

/**
 * The row of an object to come. It has the upload's name where others have their asset's: with the upload go all of its fragments. By itself it goes
 * after the upload, whose time begins anew when the fragment is written down.
 */
export function newFragment(deps: ServiceDeps, { id, kind }: PendingUpload): WritingBlob {
  const key = `staging/${randomKey(deps.random).replace('/', '')}`
  const dueAt = blobDueAt(deps, deps.clock.now() + deps.timing.directMs)
  return { ...newBlob(deps, { id, kind }, { key, contentType: null }), dueAt }
}

/** Of the commit that lets an upload live longer. */
export function keptFragments({ id }: PendingUpload, dueAt: number): readonly Change[] {
  return [{ op: 'updateBlobsOf', assetId: id, guard: { states: ['writing'] }, set: { dueAt } }]
}

/** Of the commit after which nobody needs any of them. */
export function condemnedFragments({ clock }: Pick<ServiceDeps, 'clock'>, { id, data }: PendingUpload): readonly Change[] {
  if (!data.received) return []
  return [{ op: 'updateBlobsOf', assetId: id, guard: { states: ['writing'] }, set: condemned(clock.now()) }]
}

/** The same for one whose bytes are part of something larger by then. */
export function spentFragment({ clock }: ServiceDeps, { blobId }: Fragment): Change {
  return { op: 'updateBlob', id: blobId, guard: { states: ['writing'] }, set: condemned(clock.now()) }
}

const condemned = (dueAt: number) => ({ state: 'condemned', leaseToken: null, dueAt, purgesLeft: 2 }) as const

/** Removes at once what the sweeper removes for sure. */
export async function removeFragments(deps: ServiceDeps, fragments: readonly Fragment[]): Promise<void> {
  if (fragments.length === 0) return
  try {
    const results = await deps.storage.delete(fragments.map(({ key }) => key))
    const gone = fragments.filter((_, i) => results[i]?.error === undefined)
    const guard = { states: ['writing', 'condemned'] } as const
    if (gone.length > 0) await deps.metadata.commit(gone.map(({ blobId: id }): Change => ({ op: 'deleteBlob', id, guard })))
  } catch (error) {
    deps.logger.debug('Pieces of an upload are left to the sweeper.', { error })
  }
}

/**
 * Which of them go into the next one: none while there are few; then those at the end that are small next to what follows them, so that no byte is
 * copied often.
 */
export function toJoin(fragments: readonly Fragment[]): readonly Fragment[] {
  if (fragments.length < MAX_FRAGMENTS) return []
  let after = 0
  let from = fragments.length - 1
  for (let i = fragments.length - 1; i >= 0; i -= 1) {
    const { bytes } = fragments[i] as Fragment
    if (bytes < after) from = i
    after += bytes
  }
  return fragments.slice(from)
}

/** What is put together of fragments and of bytes in memory. */
export interface Joined {
  readonly body: Uint8Array | AsyncIterable<Uint8Array>
  /** Says what went wrong with the fragments, whatever the storage that they were written to made of it. */
  failure(): unknown
}

export function joined(deps: ServiceDeps, seat: Seat, fragments: readonly Fragment[], rest: Uint8Array): Joined {
  if (fragments.length === 0) return { body: rest, failure: () => undefined }
  let failure: unknown
  const body = async function* (): AsyncGenerator<Uint8Array, void> {
    try {
      for (const fragment of fragments) yield* await opened(deps, seat, fragment)
      if (rest.byteLength > 0) yield rest
    } catch (error) {
      failure = error
      throw error
    }
  }
  return { body: body(), failure: () => failure }
}

/** @throws a refusal where it is lost; `conflict` where a newer writer has used it up */
async function opened(deps: ServiceDeps, seat: Seat, { key, bytes }: Fragment): Promise<AsyncIterable<Uint8Array>> {
  const found = await deps.storage.get(key).catch((error: unknown) => {
    if (isStowageError(error, 'not_found')) return null
    throw error
  })
  if (found?.info.sizeBytes === bytes) return found.body
  await assertNewest(deps, seat)
  throw refused(new StowageError('unprocessable', 'The storage has lost bytes of this upload. Begin another.'))
}
