import type { StorageAdapter, StowageOptions } from '@stowage/core'
import { UsageError } from './exit-codes.ts'
import { findPlaces, type PlaceOptions, type Surroundings } from './places.ts'
import { isPlace, storageAt } from './storage-at.ts'

export interface CopyPlaces {
  readonly options: StowageOptions
  readonly to: string
  /** Absent: all others. */
  readonly from?: readonly string[]
}

/**
 * Both ends are places, or names of storages that flags, a config module or the environment lead to. Without them it goes from the other storages to
 * the one for new objects.
 * @throws UsageError where that leaves open what is meant
 */
export async function findCopyPlaces(
  given: PlaceOptions & { readonly from?: string | undefined; readonly to?: string | undefined },
  around: Surroundings,
): Promise<CopyPlaces> {
  const { from, to } = given
  const source = from !== undefined && isPlace(from) ? from : undefined
  const needs = { storage: true, newDatabase: false }
  const { options } = await findPlaces({ ...given, storage: given.storage ?? source }, around, needs)
  const known = [...(options.storage ? [options.storage] : []), ...(options.otherStorages ?? [])]
  if (source !== undefined && given.storage !== undefined) known.push(await opened(source, around, known))
  const target = to !== undefined && isPlace(to) ? await opened(to, around, known, { mayBeNew: true }) : undefined
  if (target) known.push(target)
  const [storage, ...otherStorages] = known
  if (!storage || (to === undefined && otherStorages.length === 0)) {
    throw new UsageError('Copy where to? Give --to s3://BUCKET, or name several storages in a config file.')
  }
  const name = target?.name ?? to ?? storage.name
  const sourceName = source === undefined ? from : known.find(one => one !== target)?.name
  return {
    options: { ...options, storage, otherStorages },
    to: named(name, known),
    ...(sourceName !== undefined && { from: [named(sourceName, known)] }),
  }
}

async function opened(
  text: string,
  { folder }: Surroundings,
  known: readonly StorageAdapter[],
  options?: { readonly mayBeNew: boolean },
): Promise<StorageAdapter> {
  const storage = await storageAt(text, folder, options)
  if (known.every(({ name }) => name !== storage.name)) return storage
  throw new UsageError(
    `Two storages are named ${storage.name}, and rows know them by that: give the new one a name of its own, as in ${storage.name}2=${text}`,
  )
}

function named(name: string, known: readonly StorageAdapter[]): string {
  if (known.some(storage => storage.name === name)) return name
  throw new UsageError(
    `No storage is named ${name} here, only ${known.map(one => one.name).join(', ')}. A place has a colon, such as fs:${name}.`,
  )
}
