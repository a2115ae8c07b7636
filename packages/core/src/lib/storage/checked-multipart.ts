import type { MultipartStorage, StorageAdapter } from '../contracts/storage.ts'
import { assertAttributes, assertKey, unsupported } from './check-arguments.ts'
import type { Guarded } from './checked-storage.ts'

/** The same for uploads in parts. */
export function checkedMultipart(driver: StorageAdapter, multipart: MultipartStorage, guard: Guarded): MultipartStorage {
  const { capabilities } = driver
  const known = <T>(what: string, key: string, call: () => Promise<T>): Promise<T> =>
    guard(`${what} ${key}`, () => {
      assertKey(key, capabilities)
      return call()
    })
  const { presignPart } = multipart
  return {
    minPartBytes: multipart.minPartBytes,
    maxPartBytes: multipart.maxPartBytes,
    maxParts: multipart.maxParts,
    create: (key, options = {}) =>
      known('begin', key, () => {
        assertAttributes(options, driver)
        return multipart.create(key, options)
      }),
    putPart: (upload, body, options) => known('write a part of', upload.key, () => multipart.putPart(upload, body, options)),
    listParts: (key, uploadId, signal) => known('list the parts of', key, () => multipart.listParts(key, uploadId, signal)),
    complete: (upload, parts, options = {}) =>
      known('complete', upload.key, () => {
        if (options.createOnly && !capabilities.createOnly)
          throw unsupported(driver.name, 'complete only where there is nothing yet')
        return multipart.complete(upload, parts, options)
      }),
    abort: (key, uploadId, signal) => known('abort', key, () => multipart.abort(key, uploadId, signal)),
    ...(presignPart && {
      presignPart: (upload, options) => known('sign a part of', upload.key, () => presignPart.call(multipart, upload, options)),
    }),
  }
}
