import { GcsError } from './gcs-error.ts'
import type { StoredObject } from './object-store.ts'

interface Entry {
  readonly name: string
  /** Null for a prefix that names were rolled up to. */
  readonly object: StoredObject | null
}

export interface Listed {
  readonly objects: readonly StoredObject[]
  readonly prefixes: readonly string[]
  readonly nextPageToken: string | null
}

const byBytes = (a: Entry, b: Entry) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name))

/** Names in UTF-8 order; objects and prefixes share the page. @see https://cloud.google.com/storage/docs/json_api/v1/objects/list */
export function pageOf(bucket: ReadonlyMap<string, StoredObject>, query: URLSearchParams): Listed {
  const max = Math.min(Number(query.get('maxResults') ?? 1000), 1000)
  if (!Number.isInteger(max) || max < 1) throw new GcsError(400, 'invalidParameter', 'Invalid value for maxResults.')
  const token = query.get('pageToken')
  const after = token === null ? null : nameIn(token)
  const entries = entriesOf(bucket, query).filter(({ name }) => after === null || compare(name, after) > 0)
  const shown = entries.sort(byBytes).slice(0, max)
  const last = shown.at(-1)
  return {
    objects: shown.flatMap(({ object }) => object ?? []),
    prefixes: shown.flatMap(({ name, object }) => (object ? [] : [name])),
    nextPageToken: entries.length > max && last ? Buffer.from(last.name).toString('base64') : null,
  }
}

function entriesOf(bucket: ReadonlyMap<string, StoredObject>, query: URLSearchParams): Entry[] {
  const prefix = query.get('prefix') ?? ''
  const delimiter = query.get('delimiter')
  const [from, to] = [query.get('startOffset') ?? '', query.get('endOffset')]
  const entries = new Map<string, Entry>()
  for (const [name, object] of bucket) {
    if (!name.startsWith(prefix) || compare(name, from) < 0 || (to !== null && compare(name, to) >= 0)) continue
    const found = delimiter === null ? -1 : name.indexOf(delimiter, prefix.length)
    const rolled = found < 0 || delimiter === null ? name : name.slice(0, found + delimiter.length)
    entries.set(rolled, { name: rolled, object: found < 0 ? object : null })
  }
  return [...entries.values()]
}

const compare = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b))

function nameIn(token: string): string {
  const name = Buffer.from(token, 'base64').toString()
  if (Buffer.from(name).toString('base64') === token) return name
  throw new GcsError(400, 'invalid', 'Invalid page token.')
}
