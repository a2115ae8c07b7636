import { isStowageError, StowageError, type StowageErrorCode } from '@stowage/core/contracts'

interface Translation {
  readonly code: StowageErrorCode
  readonly says: string
  readonly retryable?: boolean
}

const TRANSLATIONS: Readonly<Record<string, Translation>> = {
  ENOSPC: { code: 'insufficient_storage', says: 'the disk is full' },
  EDQUOT: { code: 'insufficient_storage', says: 'the disk quota is used up' },
  EFBIG: { code: 'content_too_large', says: 'the file system cannot hold a file of this size' },
  EMFILE: { code: 'unavailable', says: 'the process has too many open files; raise its limit (ulimit -n)' },
  ENFILE: { code: 'unavailable', says: 'the machine has too many open files' },
  ENOMEM: { code: 'unavailable', says: 'the machine is out of memory' },
  EIO: { code: 'unavailable', says: 'the disk reports an input/output error' },
  EBUSY: { code: 'unavailable', says: 'the file system is busy' },
  EAGAIN: { code: 'unavailable', says: 'the file system is busy' },
  ESTALE: { code: 'unavailable', says: 'the network file system lost the file' },
  ETIMEDOUT: { code: 'unavailable', says: 'the network file system does not answer' },
  ENXIO: { code: 'unavailable', says: 'the device is gone' },
  ENODEV: { code: 'unavailable', says: 'the device is gone' },
  EACCES: { code: 'unavailable', says: 'this process lacks the permission; check owner and mode', retryable: false },
  EPERM: { code: 'unavailable', says: 'the operation is not permitted; check owner and mode', retryable: false },
  EROFS: { code: 'unavailable', says: 'the file system is read-only', retryable: false },
  ELOOP: { code: 'unavailable', says: 'a symbolic link lies in its place, and none is followed', retryable: false },
  ENAMETOOLONG: { code: 'invalid_key', says: 'the name is too long for this file system' },
  EILSEQ: { code: 'invalid_key', says: 'the file system cannot hold this name' },
}

/** The errno name of a file system error, `''` for anything else. */
export function errnoOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
}

/** Translates what the file system threw while `doing`; StowageErrors pass as they are. */
export function fsError(error: unknown, doing: string): StowageError {
  if (isStowageError(error)) return error
  const found = TRANSLATIONS[errnoOf(error)]
  if (!found)
    return new StowageError('internal', `Could not ${doing}: ${error instanceof Error ? error.message : error}.`, {
      cause: error,
    })
  const options = found.retryable === undefined ? { cause: error } : { cause: error, retryable: found.retryable }
  return new StowageError(found.code, `Could not ${doing}: ${found.says}.`, options)
}

/** What an aborted call fails with: the signal's own reason where that is a StowageError, else `aborted`. */
export function abortError(signal: AbortSignal): StowageError {
  const { reason } = signal
  return isStowageError(reason) ? reason : new StowageError('aborted', 'The call was aborted.', { cause: reason })
}

export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw abortError(signal)
}

export const notFound = (key: string) =>
  new StowageError('not_found', `There is no object ${JSON.stringify(key)}.`, { details: { key } })
