import { createHash } from 'node:crypto'
import type { Statement } from '@stowage/metadata-sql'
import { identifier } from './identifiers.ts'

/** A statement as PostgreSQL is asked. */
export interface Asked {
  readonly text: string
  /** Under which a connection keeps it parsed. */
  readonly name?: string
}

const TABLES = [
  ...['assets', 'asset_tags', 'asset_texts', 'asset_downloads', 'blobs', 'jobs', 'uploads', 'idempotency'],
  ...['usage', 'reservations', 'sequences', 'settings', 'kinds', 'stowage_migrations'],
]
// Strings and quoted names are passed by as a whole.
const TOKENS = new RegExp(`'(?:[^']|'')*'|"(?:[^"]|"")*"|\\$(\\d+)|\\b(from|join|into|update)(\\s+)(${TABLES.join('|')})\\b`, 'g')
// Shapes of statements are few; whoever makes them up can fill neither this memory nor the server's.
const MAX_TEXTS = 1000
const MAX_NAMES = 300

/**
 * Turns compiled statements into PostgreSQL's: tables named with their schema, so that nothing depends on what a connection of the
 * user's is set to, and numbers with their type, which the database would take from where they stand.
 * @param prepared whether statements that come again are kept parsed
 */
export function statements(schema: string, prepared: boolean) {
  const texts = new Map<string, Asked>()
  const names = new Set<string>()

  function ask({ sql, parameters }: Statement, again: boolean): Asked {
    const types = parameters.map(value => (typeof value !== 'number' ? '' : Number.isSafeInteger(value) ? 'int8' : 'float8'))
    const key = `${again && prepared ? 'again' : 'once'} ${types.join(' ')}\n${sql}`
    const known = texts.get(key)
    if (known) return known
    const text = sql.replace(TOKENS, (found: string, position?: string, word?: string, space?: string, table?: string) => {
      if (table !== undefined) return `${word}${space}${identifier(schema)}.${table}`
      const type = position === undefined ? '' : (types[Number(position) - 1] ?? '')
      return type === '' ? found : `${found}::${type}`
    })
    const asked = again && prepared ? named(text) : { text }
    if (texts.size >= MAX_TEXTS) texts.clear()
    texts.set(key, asked)
    return asked
  }

  function named(text: string): Asked {
    const name = createHash('sha256').update(text).digest('base64url').slice(0, 22)
    if (names.size >= MAX_NAMES && !names.has(name)) return { text }
    names.add(name)
    return { text, name }
  }
  return ask
}
