import type { ObjectInfo } from '@stowage/core/contracts'
import { notFound, throwIfAborted } from './errors.ts'
import { changed } from './get.ts'
import { keySegments } from './keys.ts'
import { openObject } from './open-object.ts'
import type { Place } from './place.ts'
import { writeObject } from './publish.ts'
import { FileBody } from './read-file.ts'
import { writeBody } from './write-body.ts'

export interface CopyOptions {
  readonly createOnly?: boolean
  readonly ifMatch?: string
  readonly signal?: AbortSignal
}

/** Bytes of their own, never a second name for the same file: an edit behind our back must not change two objects. */
export async function copyObject(place: Place, from: string, to: string, options: CopyOptions): Promise<ObjectInfo> {
  const segments = keySegments(to, place.root.rules)
  const { createOnly = false, ifMatch, signal } = options
  throwIfAborted(signal)
  const source = await openObject(place, from)
  if (!source) throw notFound(from)
  const { info, handle } = source
  try {
    if (ifMatch !== undefined && ifMatch !== info.etag) throw changed(from)
    if (from === to) return info
    return await writeObject(place, { key: to, segments, createOnly, signal }, async ({ handle: file }) => {
      const body = new FileBody(handle, { start: 0, end: info.sizeBytes - 1 }, from, signal)
      await writeBody(async () => file, body, { sizeBytes: info.sizeBytes, ...(signal && { signal }) })
    })
  } finally {
    await handle.close()
  }
}
