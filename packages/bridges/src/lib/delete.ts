import type { DeleteResult } from '@stowage/core/contracts'
import { atOnce } from './at-once.ts'
import { countChunks, removeChunks } from './chunks.ts'
import { claim, claimsOf, endClaim } from './claims.ts'
import { throwIfAborted } from './errors.ts'
import type { Place } from './place.ts'
import { chunkCount, readSlots, removeRecords } from './records.ts'

const AT_ONCE = 8

export async function deleteObjects(
  place: Place,
  keys: readonly string[],
  signal: AbortSignal | undefined,
): Promise<readonly DeleteResult[]> {
  const results = await atOnce(AT_ONCE, keys, async (key): Promise<DeleteResult> => {
    if (signal?.aborted) return { key }
    try {
      await place.queue.run(key, () => deleteObject(place, key, signal))
      return { key }
    } catch (error) {
      return { key, error: error as Error }
    }
  })
  throwIfAborted(signal)
  return results
}

/**
 * Removes the object, and what writes of the key that never ended have left: one that is still at work fails. Its claim is written
 * before the object disappears, so that a crash leaves nothing that can't be found.
 */
async function deleteObject(place: Place, key: string, signal: AbortSignal | undefined): Promise<void> {
  const { shelf } = place
  const [slots, claims] = await Promise.all([readSlots(shelf, key, signal), claimsOf(shelf, key, signal)])
  const ids = new Set(claims.flatMap(({ note }) => note?.id ?? []))
  const current = slots.current?.record
  const numbers = claims.map(({ number }) => number)
  if (current && !ids.has(current.id)) numbers.push(await claim(shelf, key, { id: current.id, at: place.now() }))
  await removeRecords(shelf, key, slots)
  if (current) await removeChunks(shelf, { key, id: current.id }, chunkCount(current))
  ids.delete(current?.id ?? '')
  for (const id of ids) await removeChunks(shelf, { key, id }, await countChunks(shelf, { key, id }))
  // A writer that was taken for dead may have made its note meanwhile, of chunks that are gone now.
  if (ids.size > 0) await removeRecords(shelf, key, await readSlots(shelf, key))
  for (const number of numbers.reverse()) await endClaim(shelf, key, number)
}
