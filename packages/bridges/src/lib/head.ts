import type { ObjectInfo } from '@stowage/core/contracts'
import type { Place } from './place.ts'
import { infoOf, readRecord } from './records.ts'

export async function headObject({ shelf }: Place, key: string, signal?: AbortSignal): Promise<ObjectInfo | null> {
  const record = await readRecord(shelf, key, signal)
  return record && infoOf(key, record)
}
