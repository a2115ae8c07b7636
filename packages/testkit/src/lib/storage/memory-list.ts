import { type ListOptions, type ObjectInfo, type ObjectPage, StowageError } from '@stowage/core/contracts'
import { compareUtf8 } from './utf8-order.ts'

const MAX_PAGE = 1000

interface Entry {
  /** Of the object, or the prefix that it was rolled up to. */
  readonly key: string
  readonly info: ObjectInfo | null
}

/** One page of a list over everything there is. @throws `invalid_cursor` */
export function pageOf(infos: Iterable<ObjectInfo>, options: ListOptions): ObjectPage {
  const { cursor, limit = MAX_PAGE, delimiter } = options
  const after = cursor === undefined ? null : openCursor(cursor, options)
  const entries = [...entriesOf(infos, options)].sort((a, b) => compareUtf8(a.key, b.key))
  const rest = after === null ? entries : entries.filter(({ key }) => compareUtf8(key, after) > 0)
  const shown = rest.slice(0, limit)
  const last = shown.at(-1)
  return {
    objects: shown.flatMap(({ info }) => info ?? []),
    ...(delimiter && { prefixes: shown.flatMap(({ key, info }) => (info ? [] : [key])) }),
    cursor: rest.length > limit && last ? sealCursor(options, last.key) : null,
  }
}

function* entriesOf(infos: Iterable<ObjectInfo>, { prefix = '', delimiter }: ListOptions): Generator<Entry, void> {
  const rolled = new Set<string>()
  for (const info of infos) {
    if (!info.key.startsWith(prefix)) continue
    const slash = delimiter === undefined ? -1 : info.key.indexOf(delimiter, prefix.length)
    const key = slash < 0 ? info.key : info.key.slice(0, slash + 1)
    if (slash < 0) yield { key, info }
    else if (!rolled.has(key)) yield { key, info: null }
    rolled.add(key)
  }
}

function sealCursor({ prefix = '', delimiter = null }: CursorOf, after: string): string {
  return Buffer.from(JSON.stringify(['memory', prefix, delimiter, after])).toString('base64url')
}

type CursorOf = { readonly prefix?: string; readonly delimiter?: '/' | null }

function openCursor(cursor: string, of: CursorOf): string {
  try {
    const after: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString())?.[3]
    if (typeof after === 'string' && sealCursor(of, after) === cursor) return after
  } catch (error) {
    throw new StowageError('invalid_cursor', 'The cursor is not one of this storage.', { cause: error })
  }
  throw new StowageError('invalid_cursor', 'The cursor is not from this list.')
}
