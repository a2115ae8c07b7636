import type { StorageAdapter } from '../../contracts/storage.ts'

/** Whether a storage keeps what comes in each request as it comes: its parts may have any size. */
export function takesResumable({ multipart }: Pick<StorageAdapter, 'multipart'>): boolean {
  return multipart !== undefined && multipart.minPartBytes <= 1
}
