import type { ObjectInfo } from '@stowage/core/contracts'
import { throwIfAborted } from './errors.ts'
import { openObject } from './open-object.ts'
import type { Place } from './place.ts'

export async function headObject(place: Place, key: string, signal?: AbortSignal): Promise<ObjectInfo | null> {
  throwIfAborted(signal)
  const opened = await openObject(place, key)
  await opened?.handle.close()
  return opened?.info ?? null
}
