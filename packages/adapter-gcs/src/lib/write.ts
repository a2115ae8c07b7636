import { randomBytes } from 'node:crypto'
import { type PutOptions, StowageError } from '@stowage/core/contracts'
import { changed, refused, taken } from './errors.ts'
import { findResource } from './head.ts'
import { type Place, quoted } from './place.ts'
import type { ServiceAnswer, ServiceRequest } from './requests.ts'
import { generationIn, type Resource, WRITE } from './resource.ts'
import { jsonIn, refusalIn } from './service.ts'

/** One write of one object: its name lies in the object's metadata, and tells after a lost answer whose bytes are there. */
export interface Write {
  readonly key: string
  readonly id: string
  readonly doing: string
  readonly createOnly: boolean
  /** The generation that must be there, or 0 for none; absent: any. */
  readonly generation: string | undefined
  readonly signal: AbortSignal | undefined
}

export function beginWrite(key: string, doing: string, { createOnly = false, ifMatch, signal }: PutOptions): Write {
  const generation = createOnly ? '0' : ifMatch === undefined ? undefined : generationIn(ifMatch)
  if (generation === null) throw changed(key)
  return { key, doing: `${doing} ${quoted(key)}`, id: randomBytes(16).toString('base64url'), createOnly, generation, signal }
}

/** @see https://cloud.google.com/storage/docs/request-preconditions */
export const conditionOf = ({ generation }: Write): { readonly ifGenerationMatch: string | undefined } => ({
  ifGenerationMatch: generation,
})

/**
 * Sends a write until its outcome is known. An answer that was lost may have been a success: before each further try, and where a
 * later one is told that something is in its place, the object itself is asked whose it is.
 */
export async function settle(place: Place, write: Write, request: () => ServiceRequest): Promise<Resource> {
  let inDoubt = false
  for (let n = 1; ; n += 1) {
    try {
      return await attempt(place, write, request(), inDoubt)
    } catch (error) {
      inDoubt ||= maybeDone(error)
      await place.service.pauseAfter(error, n, write.signal)
      const found = inDoubt ? await ownObject(place, write) : null
      if (found) return found
    }
  }
}

async function attempt(place: Place, write: Write, request: ServiceRequest, inDoubt: boolean): Promise<Resource> {
  const answer = await place.service.once(request)
  if (answer.status < 300) return jsonIn<Resource>(answer, write.doing)
  if (answer.status !== 412) throw refused(refusalIn(answer), write.doing)
  const found = inDoubt ? await ownObject(place, write) : null
  if (found) return found
  throw conditionFailed(write)
}

/** Null where the object is another's, or not there. */
export async function ownObject(place: Place, { key, id, signal }: Write): Promise<Resource | null> {
  const found = await findResource(place, key, signal)
  return found?.metadata?.[WRITE] === id ? found : null
}

export function conditionFailed({ key, createOnly }: Write): StowageError {
  return createOnly ? taken(key) : changed(key)
}

export function refusedWrite(write: Write, answer: ServiceAnswer): StowageError {
  return answer.status === 412 ? conditionFailed(write) : refused(refusalIn(answer), write.doing)
}

function maybeDone(error: unknown): boolean {
  return error instanceof StowageError && (error.code === 'unavailable' || error.code === 'timeout')
}
