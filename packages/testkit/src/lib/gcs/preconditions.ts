import type { IncomingHttpHeaders } from 'node:http'
import { conditionNotMet, GcsError } from './gcs-error.ts'
import type { Precondition, StoredObject } from './object-store.ts'

/** What the query demands of the object. Generation 0 stands for none. @see https://cloud.google.com/storage/docs/request-preconditions */
export function preconditionOf(query: URLSearchParams): Precondition {
  const [is, isNot] = [query.get('ifGenerationMatch'), query.get('ifGenerationNotMatch')]
  const [meta, metaNot] = [query.get('ifMetagenerationMatch'), query.get('ifMetagenerationNotMatch')]
  return present => {
    const { generation = '0', metageneration = 0 } = present ?? {}
    if (is !== null && is !== generation) throw conditionNotMet()
    if (isNot !== null && isNot === generation) throw conditionNotMet()
    if (meta !== null && meta !== String(metageneration)) throw conditionNotMet()
    if (metaNot !== null && metaNot === String(metageneration)) throw conditionNotMet()
  }
}

export function preconditionInHeaders(headers: IncomingHttpHeaders): Precondition {
  const query = new URLSearchParams()
  const [is, meta] = [headers['x-goog-if-generation-match'], headers['x-goog-if-metageneration-match']]
  if (typeof is === 'string') query.set('ifGenerationMatch', is)
  if (typeof meta === 'string') query.set('ifMetagenerationMatch', meta)
  return preconditionOf(query)
}

/** A version that was replaced is gone, in a bucket without versioning. @see https://cloud.google.com/storage/docs/object-versioning */
export function checkGeneration(object: StoredObject, query: URLSearchParams): void {
  const generation = query.get('generation')
  if (generation !== null && generation !== object.generation)
    throw new GcsError(404, 'NoSuchKey', `No such object: ${object.bucket}/${object.name}#${generation}`)
}
