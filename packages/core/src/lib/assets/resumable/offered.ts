import type { StorageAdapter } from '../../contracts/storage.ts'

/** Whether a storage can keep what comes in each request: it takes files in parts. */
export function takesResumable({ multipart }: Pick<StorageAdapter, 'multipart'>): boolean {
  return multipart !== undefined
}
