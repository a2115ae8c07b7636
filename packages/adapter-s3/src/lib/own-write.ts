import type { HeadObjectCommandOutput } from '@aws-sdk/client-s3'
import { isStowageError, type StowageError } from '@stowage/core/contracts'
import { writeOf } from './attributes.ts'
import { changed, quoted, s3Error, taken } from './errors.ts'
import { findObject } from './head.ts'
import type { Place } from './place.ts'

interface Attempt {
  readonly key: string
  /** In the object's metadata where this attempt made it. */
  readonly write: string
  readonly createOnly?: boolean | undefined
  readonly ifMatch?: string | undefined
  readonly signal?: AbortSignal | undefined
}

/**
 * What became of a write that failed: its answer may have been lost after it was done, and a try of the SDK's own may have met what the try
 * before it wrote.
 * @returns the object, where this very write made it
 * @throws StowageError that says why it was not written
 */
export async function ownWrite(place: Place, attempt: Attempt, cause: unknown): Promise<HeadObjectCommandOutput> {
  const { key, write, signal } = attempt
  const error = s3Error(cause, `store ${quoted(key)}`, signal)
  if (!isUncertain(error)) throw error
  // The first error says more than one of this question.
  const found = await findObject(place, key, signal).catch(() => null)
  if (found && writeOf(found) === write) return found
  throw meaning(error, attempt, found !== null)
}

const isUncertain = (error: StowageError) =>
  error.retryable || isStowageError(error, 'precondition_failed', 'not_found', 'internal', 'bad_gateway')

function meaning(error: StowageError, { key, createOnly, ifMatch }: Attempt, exists: boolean): StowageError {
  const refused = isStowageError(error, 'precondition_failed', 'conflict')
  if (createOnly && exists && refused) return taken(key, error.cause)
  // Amazon answers 404 to a condition on an object that is not there.
  if (ifMatch !== undefined && (refused || isStowageError(error, 'not_found'))) return changed(key, error.cause)
  return error
}
