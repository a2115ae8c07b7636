import {
  condemnAttempt,
  discardAttempt,
  newBlob,
  type StoredFacts,
  storeBlob,
  type WritingBlob,
  writeObject,
} from '../assets/blobs.ts'
import type { ServiceDeps } from '../assets/service.ts'
import { openIncoming } from '../bytes/incoming.ts'
import type { BlobRecord } from '../contracts/asset.ts'
import { isStowageError, StowageError } from '../contracts/errors.ts'
import type { TransformedPicture, Transformer } from '../contracts/transformer.ts'
import { randomKey } from '../kinds/keys.ts'
import { notFound } from '../policy/guard.ts'
import type { Wanted } from './ensure.ts'
import { holdLease, LEASE_MS } from './lease.ts'
import { storedFile } from './stored-file.ts'

const MAX_PICTURE_BYTES = 32 * 1024 * 1024

/**
 * Makes a derivative: its row first, then its object, then the commit that shows it. Whatever fails takes back what was done before.
 * @returns null when somebody else has the row
 */
export async function makeDerivative(deps: ServiceDeps, wanted: Wanted): Promise<BlobRecord | null> {
  const { ending } = deps.derivatives
  ending.throwIfAborted()
  const transformer = transformerFor(deps, wanted.asset.contentType)
  const blob = await announce(deps, wanted)
  if (!blob) return null
  const lease = holdLease(deps, blob, ending)
  try {
    const picture = await draw(deps, transformer, { wanted, blob, signal: lease.signal })
    return await publish(deps, blob, await write(deps, { wanted, blob, picture, signal: lease.signal }))
  } catch (error) {
    throw await explain(deps, wanted, lease.signal.aborted ? lease.signal.reason : error)
  } finally {
    lease.release()
  }
}

/** @throws StowageError `unsupported` without one, `unprocessable` for a type it does not take */
function transformerFor({ transformer }: Pick<ServiceDeps, 'transformer'>, contentType: string | null): Transformer {
  if (!transformer) throw new StowageError('unsupported', 'Nothing here makes pictures. Pass `transformer` to createStowage.')
  if (contentType !== null && transformer.accepts(contentType)) return transformer
  throw new StowageError('unprocessable', `No picture can be made of a file of type ${contentType}.`)
}

/** Commits the row before anything is drawn, as long as the source is what it was. */
async function announce(deps: ServiceDeps, { asset, sourceId, recipe, role }: Wanted): Promise<WritingBlob | null> {
  const blob: WritingBlob = {
    ...newBlob(deps, asset, { key: randomKey(deps.random), contentType: `image/${recipe.format}` }),
    role,
    sourceId,
    dueAt: deps.clock.now() + LEASE_MS,
  }
  try {
    await deps.metadata.commit([
      { op: 'assertAsset', id: asset.id, kind: asset.kind, guard: { states: ['ready'], blobId: sourceId } },
      { op: 'insertBlob', blob },
    ])
    return blob
  } catch (error) {
    if (isStowageError(error, 'already_exists')) return null
    throw isStowageError(error, 'conflict') ? notFound() : error
  }
}

interface Step {
  readonly wanted: Wanted
  readonly blob: WritingBlob
  readonly signal: AbortSignal
}

async function draw(deps: ServiceDeps, transformer: Transformer, { wanted, blob, signal }: Step): Promise<TransformedPicture> {
  try {
    const file = await storedFile(deps, wanted.asset, signal)
    const picture = await unlessAborted(transformer.transform(file, wanted.recipe), signal)
    if (picture.contentType === blob.contentType && picture.body.byteLength <= MAX_PICTURE_BYTES) return picture
    const got = `${picture.body.byteLength} bytes of ${picture.contentType}`
    throw new StowageError('internal', `Transformer ${transformer.name} made ${got} by the recipe ${wanted.role}.`)
  } catch (error) {
    // No byte was written yet, whatever this failed with.
    await discardAttempt(deps, blob, undefined)
    throw error
  }
}

/** Settles with the work, or with the signal's reason; work that goes on without end is left to itself. */
function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason)
    if (signal.aborted) stop()
    signal.addEventListener('abort', stop, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
  })
}

async function write(deps: ServiceDeps, { blob, picture, signal }: Step & { picture: TransformedPicture }): Promise<StoredFacts> {
  try {
    const incoming = await openIncoming(picture.body, { maxBytes: MAX_PICTURE_BYTES, minBytes: 1 })
    return await writeObject(deps, blob, incoming, signal)
  } catch (error) {
    await discardAttempt(deps, blob, error)
    throw error
  }
}

/** The lease's guard fails when the source was deleted or replaced meanwhile: both condemn what is being made of it. */
async function publish(deps: ServiceDeps, blob: WritingBlob, facts: StoredFacts): Promise<BlobRecord> {
  try {
    await deps.metadata.commit([storeBlob(blob, facts)])
    return { ...blob, ...facts, state: 'stored', leaseToken: null, dueAt: null, purgesLeft: 1 }
  } catch (error) {
    return await settleFailedPublish(deps, blob, error)
  }
}

/** The commit may have taken place although it failed: the object is only given up once its row can't become stored any more. */
async function settleFailedPublish(deps: ServiceDeps, blob: WritingBlob, failure: unknown): Promise<BlobRecord> {
  if (!isStowageError(failure, 'conflict')) {
    try {
      await condemnAttempt(deps, blob)
    } catch (error) {
      const found = await deps.metadata.getBlob(blob.id).catch(() => null)
      if (found?.state === 'stored') return found
      deps.logger.warn('A failed derivative is left to the sweeper.', { key: blob.key, error })
      throw failure
    }
  }
  await discardAttempt(deps, blob, failure)
  throw failure
}

/** What a failure means to whoever asked: the bytes it was to be made of may be gone. */
async function explain(deps: ServiceDeps, { asset, sourceId, role }: Wanted, error: unknown): Promise<unknown> {
  const present = await deps.metadata.getAsset({ kind: asset.kind, id: asset.id }).catch(() => undefined)
  if (present !== undefined && present?.blobId !== sourceId) return notFound()
  if (!isStowageError(error, 'conflict')) return error
  return new StowageError('unavailable', `The picture ${role} of asset ${asset.id} took too long. Try again.`, { cause: error })
}
