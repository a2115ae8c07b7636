import { createHash } from 'node:crypto'
import type { ObjectInfo, StorageAdapter } from '@stowage/core'
import type { Expected } from '../upload/objects.ts'

/** Proves that the bucket has what a run must have left there, whole, and removes it: the server keeps everything in memory. */
export async function takeStored(storage: StorageAdapter, { files, sizeBytes, sha256 }: Expected): Promise<void> {
  const found = await objectsIn(storage)
  if (found.length !== files) throw new Error(`The bucket has ${found.length} objects, not ${files}.`)
  const other = found.find(object => object.sizeBytes !== sizeBytes)
  if (other) throw new Error(`${other.key} has ${other.sizeBytes} bytes, not ${sizeBytes}.`)
  const [first] = found
  if (sha256 !== undefined && first && (await digest(storage, first.key)) !== sha256)
    throw new Error(`${first.key} has other bytes than were sent.`)
  const results = await storage.delete(found.map(({ key }) => key))
  for (const { error } of results) if (error) throw error
}

async function objectsIn(storage: StorageAdapter): Promise<ObjectInfo[]> {
  const found: ObjectInfo[] = []
  let cursor: string | null = null
  do {
    const page = await storage.list(cursor === null ? {} : { cursor })
    found.push(...page.objects)
    cursor = page.cursor
  } while (cursor !== null)
  return found
}

async function digest(storage: StorageAdapter, key: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of (await storage.get(key)).body) hash.update(chunk)
  return hash.digest('hex')
}
