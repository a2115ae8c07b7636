import { StowageError } from '../contracts/errors.ts'
import type { StorageAdapter } from '../contracts/storage.ts'
import { checkedStorage } from './checked-storage.ts'

/**
 * The same storage under another name, for when two of one sort are in use at once. Rows know their storage by its name, so it has to stay.
 * @param name 1 to 32 lower-case letters, digits and hyphens
 * @throws StowageError `invalid_request` for another name
 */
export function withName(inner: StorageAdapter, name: string): StorageAdapter {
  if (/^[a-z0-9][a-z0-9-]{0,31}$/.test(name)) return { ...checkedStorage(inner), name }
  throw new StowageError(
    'invalid_request',
    `"${name}" is no name for a storage: use up to 32 lower-case letters, digits and hyphens.`,
  )
}
