import type { Change } from '../../contracts/metadata.ts'
import type { ServiceDeps } from '../service.ts'

/** Something that a request holds while it is under way. */
export interface Held {
  /** What gives it back; nothing where it was never taken. */
  release(): readonly Change[]
  /** The same failure in words for whoever sent the request. */
  explained?(error: unknown): unknown
}

/** Does the work; where that fails, gives back what it held, at once. What can't be given back now is left to the sweeper. */
export async function orGivenBack<T>(
  deps: Pick<ServiceDeps, 'metadata' | 'logger'>,
  held: readonly (Held | null)[],
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const changes = held.flatMap(one => one?.release() ?? [])
    if (changes.length > 0) {
      await deps.metadata
        .commit(changes)
        .catch(cause => deps.logger.warn('What a failed request held is left to the sweeper.', { error: cause }))
    }
    throw held.reduce((failure, one) => one?.explained?.(failure) ?? failure, error)
  }
}
