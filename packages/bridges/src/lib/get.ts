import { type GetOptions, type ObjectContent, resolveRange, StowageError } from '@stowage/core/contracts'
import { readChunks } from './chunks.ts'
import { notFound } from './errors.ts'
import type { Place } from './place.ts'
import { infoOf, readRecord } from './records.ts'

export async function getObject({ shelf }: Place, key: string, options: GetOptions): Promise<ObjectContent> {
  const { ifMatch, signal } = options
  const record = await readRecord(shelf, key, signal)
  if (!record) throw notFound(key)
  const info = infoOf(key, record)
  if (ifMatch !== undefined && ifMatch !== info.etag)
    throw new StowageError('precondition_failed', `The object ${JSON.stringify(key)} has changed.`)
  const range = resolveRange(options.range, record.sizeBytes)
  const { start, end } = range ?? { start: 0, end: record.sizeBytes - 1 }
  return { info, range, body: readChunks(shelf, key, record, { start, end, signal }) }
}
