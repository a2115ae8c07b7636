import { StowageError } from '../contracts/errors.ts'
import type { MetadataStore } from '../contracts/metadata.ts'
import type { StorageAdapter } from '../contracts/storage.ts'
import type { Random } from '../crypto/random.ts'
import { fieldSchema } from '../kinds/field-schema.ts'
import type { Kind } from '../kinds/kind.ts'
import { allStorages, type Storages } from '../storage/storage-of.ts'

const MIN_SECRET_CHARS = 32

/** Opens storages and database, checks that they belong together, and finds the secrets. @throws StowageError `unavailable`, `invalid_request` */
export async function openPlaces(
  storages: Storages,
  metadata: MetadataStore,
  { kinds, secrets, random }: { kinds: readonly Kind[]; secrets: readonly string[] | null; random: Random },
): Promise<readonly string[]> {
  if (secrets && (secrets.length === 0 || secrets.some(secret => secret.length < MIN_SECRET_CHARS))) {
    throw new StowageError('invalid_request', `createStowage: each of \`secrets\` needs at least ${MIN_SECRET_CHARS} characters.`)
  }
  await openAll(storages, metadata, kinds)
  return secrets ?? [await metadata.settingOnce('secret', Buffer.from(random(32)).toString('base64url'))]
}

/** Opens all or none. @throws StowageError `unavailable` */
export async function openAll(storages: Storages, metadata: MetadataStore, kinds: readonly Kind[]): Promise<void> {
  const all = allStorages(storages)
  try {
    const opening = all.map(async storage => storage.open?.())
    const opened = await Promise.allSettled([...opening, metadata.open(kinds.map(fieldSchema))])
    const failed = opened.find(result => result.status === 'rejected')
    if (failed) throw failed.reason
    for (const storage of all) await assertSamePlace(storage, metadata)
  } catch (error) {
    await Promise.allSettled([...all.map(async storage => storage.close?.()), metadata.close()])
    throw error
  }
}

/** Rows and objects belong together: a database never meets the objects of another, nor an empty folder where a disk is not mounted. */
async function assertSamePlace(storage: StorageAdapter, metadata: MetadataStore): Promise<void> {
  const identity = await storage.identity?.()
  if (identity === undefined) return
  const known = await metadata.settingOnce(`storage-identity:${storage.name}`, identity)
  if (known === identity) return
  throw new StowageError(
    'unavailable',
    `The database belongs to storage ${storage.name} ${known}, but the storage here is ${identity}. Is its disk mounted, and is the path right? ` +
      'If the objects were moved, move what identifies their storage (on disk: its marker file) with them.',
    { retryable: false },
  )
}
