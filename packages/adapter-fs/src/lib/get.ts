import { type GetOptions, type ObjectContent, StowageError } from '@stowage/core/contracts'
import { notFound, throwIfAborted } from './errors.ts'
import { openObject } from './open-object.ts'
import type { Place } from './place.ts'
import { resolveRange } from './range.ts'
import { FileBody, oneChunk, readSpan, SMALL_BYTES } from './read-file.ts'

export async function getObject(place: Place, key: string, options: GetOptions): Promise<ObjectContent> {
  throwIfAborted(options.signal)
  const opened = await openObject(place, key)
  if (!opened) throw notFound(key)
  const { info, handle } = opened
  let kept = false
  try {
    if (options.ifMatch !== undefined && options.ifMatch !== info.etag) throw changed(key)
    const range = resolveRange(options.range, info.sizeBytes)
    const span = range ?? { start: 0, end: info.sizeBytes - 1 }
    throwIfAborted(options.signal)
    if (span.end - span.start < SMALL_BYTES) return { info, range, body: oneChunk(await readSpan(handle, span, key)) }
    kept = true
    return { info, range, body: new FileBody(handle, span, key, options.signal) }
  } finally {
    if (!kept) await handle.close()
  }
}

export function changed(key: string): StowageError {
  return new StowageError('precondition_failed', `The object ${JSON.stringify(key)} has changed.`, { details: { key } })
}
