import { createHash } from 'node:crypto'
import { isStowageError } from '../../../contracts/errors.ts'
import type { MultipartStorage, ObjectInfo, PartInfo, StorageAdapter } from '../../../contracts/storage.ts'
import type { Reads } from './same-object.ts'
import { mayPass } from './tries.ts'
import type { Retrying } from './write.ts'

type Copy = NonNullable<StorageAdapter['copy']>

/** Copies again. Where a lost answer leaves the copy unsure, what lies there is compared with the source. */
export function triedCopy({ storage, reads, tries }: Retrying, copy: Copy): Copy {
  return async (from, to, options = {}) => {
    const { signal } = options
    let unsure = false
    const run = async (): Promise<ObjectInfo> => {
      try {
        return await copy.call(storage, from, to, options)
      } catch (error) {
        if (mayPass(error)) unsure = true
        else if (unsure && isStowageError(error, 'already_exists')) {
          const found = await sameObject(reads, [from, to], signal).catch(() => null)
          if (found) return found
        }
        throw error
      }
    }
    return tries.of({ op: 'copy', signal, run })
  }
}

async function sameObject(
  reads: Reads,
  [from, to]: readonly [string, string],
  signal: AbortSignal | undefined,
): Promise<ObjectInfo | null> {
  const options = signal && { signal }
  const [source, target] = await Promise.all([reads.head(from, options), reads.head(to, options)])
  if (!source || !target || source.sizeBytes !== target.sizeBytes) return null
  const digests = await Promise.all([source, target].map(info => digestOf(reads, info, signal)))
  return digests[0] === digests[1] ? target : null
}

async function digestOf(reads: Reads, { key, etag }: ObjectInfo, signal: AbortSignal | undefined): Promise<string> {
  const hash = createHash('sha256')
  const { body } = await reads.get(key, { ifMatch: etag, ...(signal && { signal }) })
  for await (const chunk of body) hash.update(chunk)
  return hash.digest('hex')
}

/**
 * Joins again. A try whose answer was lost may have joined: then the upload is gone, and an object of the parts' size lies there that was
 * not there before.
 */
export function triedComplete({ reads, tries }: Retrying, multipart: MultipartStorage): MultipartStorage['complete'] {
  return async (upload, parts, options = {}) => {
    const { signal } = options
    const { key, uploadId } = upload
    const listParts = () => tries.of({ op: 'multipart.listParts', signal, run: () => multipart.listParts(key, uploadId, signal) })
    const [stored, before] = await Promise.all([
      // Whatever is wrong with the upload is for `complete` to say.
      listParts().catch(error => (mayPass(error) || signal?.aborted ? Promise.reject(error) : [])),
      reads.head(key, signal && { signal }),
    ])
    const sizeBytes = sizeOf(parts, stored)
    const joined = async (): Promise<ObjectInfo | null> => {
      const info = await reads.head(key, signal && { signal })
      if (!info || info.sizeBytes !== sizeBytes || info.etag === before?.etag) return null
      return (await isGone(listParts())) ? info : null
    }
    let unsure = false
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

/** NaN where one of them is not stored: nothing is as large. */
function sizeOf(parts: readonly { readonly partNumber: number }[], stored: readonly PartInfo[]): number {
  const sizes = new Map(stored.map(part => [part.partNumber, part.sizeBytes]))
  return parts.reduce((sum, { partNumber }) => sum + (sizes.get(partNumber) ?? Number.NaN), 0)
}

async function isGone(listing: Promise<unknown>): Promise<boolean> {
  try {
    await listing
    return false
  } catch (error) {
    if (isStowageError(error, 'not_found')) return true
    throw error
  }
}
