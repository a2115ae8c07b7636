import type { ObjectAttributes, ObjectInfo, StorageAdapter } from '../../../contracts/storage.ts'
import type { WrittenBody } from './written-body.ts'

const HEADERS = ['contentType', 'cacheControl', 'contentDisposition', 'contentLanguage'] as const

/** Look-ups and reads that try again by themselves. */
export type Reads = Pick<StorageAdapter, 'head' | 'get'>

export interface Landed {
  readonly key: string
  readonly written: WrittenBody
  readonly attributes: ObjectAttributes
  readonly signal: AbortSignal | undefined
}

/** The object, where it is just what a write of unknown outcome was to make; null where it is absent or another. */
export async function landedObject(reads: Reads, landed: Landed): Promise<ObjectInfo | null> {
  const { key, written, attributes, signal } = landed
  const info = await reads.head(key, signal && { signal })
  if (!info || info.sizeBytes !== written.sizeBytes || !hasAttributes(info, attributes)) return null
  const { body } = await reads.get(key, { ifMatch: info.etag, ...(signal && { signal }) })
  return (await written.isSame(body)) ? info : null
}

function hasAttributes(info: ObjectInfo, asked: ObjectAttributes): boolean {
  const { userMetadata = {} } = asked
  return (
    HEADERS.every(name => asked[name] === undefined || info[name] === asked[name]) &&
    Object.entries(userMetadata).every(([name, value]) => info.userMetadata?.[name] === value)
  )
}
