import { createHash } from 'node:crypto'
import { isStowageError } from '../../../contracts/errors.ts'
import type { MultipartStorage, ObjectInfo, StorageAdapter } from '../../../contracts/storage.ts'
import { mayPass, type Tries } from './tries.ts'

type Copy = NonNullable<StorageAdapter['copy']>

/** Copies again. Where a lost answer leaves the copy unsure, what lies there is compared with the source. */
export function triedCopy(storage: StorageAdapter, tries: Tries, copy: Copy): Copy {
  return async (from, to, options = {}) => {
    const { signal } = options
    let unsure = false
    const run = async (): Promise<ObjectInfo> => {
      try {
        return await copy.call(storage, from, to, options)
      } catch (error) {
        if (mayPass(error)) unsure = true
        else if (unsure && isStowageError(error, 'already_exists')) {
          const found = await sameObject(storage, [from, to], signal).catch(() => null)
          if (found) return found
        }
        throw error
      }
    }
    return tries.of({ op: 'copy', signal, run })
  }
}

async function sameObject(
  storage: StorageAdapter,
  [from, to]: readonly [string, string],
  signal: AbortSignal | undefined,
): Promise<ObjectInfo | null> {
  const options = signal && { signal }
  const [source, target] = await Promise.all([storage.head(from, options), storage.head(to, options)])
  if (!source || !target || source.sizeBytes !== target.sizeBytes) return null
  const digests = await Promise.all([source, target].map(info => digestOf(storage, info, signal)))
  return digests[0] === digests[1] ? target : null
}

async function digestOf(storage: StorageAdapter, { key, etag }: ObjectInfo, signal: AbortSignal | undefined): Promise<string> {
  const hash = createHash('sha256')
  const { body } = await storage.get(key, { ifMatch: etag, ...(signal && { signal }) })
  for await (const chunk of body) hash.update(chunk)
  return hash.digest('hex')
}

/**
 * Joins again. A try whose answer was lost may have joined: then the upload is gone, and an object of the parts' size lies there that was
 * not there before.
 */
export function triedComplete(storage: StorageAdapter, tries: Tries, multipart: MultipartStorage): MultipartStorage['complete'] {
  return async (upload, parts, options = {}) => {
    const { signal } = options
    const { key, uploadId } = upload
    const before = await tries.of({
      op: 'multipart.listParts',
      signal,
      run: () => startOf(storage, multipart, { upload, parts, signal }),
    })
    let unsure = false
    const joined = async (): Promise<ObjectInfo | null> => {
      const info = await storage.head(key, signal && { signal })
      if (!info || info.sizeBytes !== before.sizeBytes || info.etag === before.etag) return null
      const open = await multipart.listParts(key, uploadId, signal).catch(error => {
        if (isStowageError(error, 'not_found')) return null
        throw error
      })
      return open ? null : info
    }
    const run = async (): Promise<ObjectInfo> => {
      try {
        return await multipart.complete(upload, parts, options)
      } catch (error) {
        if (mayPass(error)) unsure = true
        const found = unsure && isEnd(error) ? await joined().catch(() => null) : null
        if (found) return found
        throw error
      }
    }
    return tries.of({ op: 'multipart.complete', signal, run })
  }
}

const isEnd = (error: unknown): boolean => mayPass(error) || isStowageError(error, 'not_found', 'already_exists')

interface Joining {
  readonly upload: { readonly key: string; readonly uploadId: string }
  readonly parts: readonly { readonly partNumber: number }[]
  readonly signal: AbortSignal | undefined
}

/** What is joined, and what lies there now. */
async function startOf(storage: StorageAdapter, multipart: MultipartStorage, { upload, parts, signal }: Joining) {
  const { key, uploadId } = upload
  const [stored, present] = await Promise.all([
    // Whatever is wrong with the upload is for `complete` to say.
    multipart.listParts(key, uploadId, signal).catch(error => {
      if (mayPass(error)) throw error
      return []
    }),
    storage.head(key, signal && { signal }),
  ])
  const sizes = new Map(stored.map(({ partNumber, sizeBytes }) => [partNumber, sizeBytes]))
  const sizeBytes = parts.reduce((sum, { partNumber }) => sum + (sizes.get(partNumber) ?? Number.NaN), 0)
  return { sizeBytes, etag: present?.etag }
}
