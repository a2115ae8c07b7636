import { createHash } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import type { KindSchema } from '@stowage/core/contracts'
import { StowageError } from '@stowage/core/contracts'
import { columnOf, compile, type Fragment, literal, raw, type SqlDialect } from '@stowage/metadata-sql'
import type { ClientBase } from 'pg'
import { identifier } from './identifiers.ts'
import { inTransaction, trigramSchema } from './migrate.ts'

/** Names the lock under which indexes are made, in each database. */
const LOCK = '6008413870114'
const ASK_AGAIN_MS = 100

/** A database whose kinds are prepared. */
interface Place {
  readonly client: ClientBase
  readonly schema: string
  readonly dialect: SqlDialect
}

/**
 * Gives each kind its index of substrings, and each indexed field and declared sort its indexes; drops those no longer declared. Reads only
 * where nothing changes. Where there are assets, writes go on meanwhile.
 */
export async function prepareKinds(place: Place, kinds: readonly KindSchema[]): Promise<void> {
  for (const { fields } of kinds) for (const { name } of fields) checkFieldName(name)
  const { missing, unwanted } = await compareIndexes(place, kinds)
  if (missing.length + unwanted.length === 0) return
  await locked(place.client, async () => {
    const found = await compareIndexes(place, kinds)
    const { client, schema } = place
    if (await isEmpty(place)) {
      await inTransaction(client, async () => {
        for (const name of found.unwanted) await client.query(`drop index ${identifier(schema)}.${identifier(name)}`)
        for (const { sql } of found.missing) await client.query(sql('create index'))
      })
      return
    }
    for (const name of found.unwanted) await client.query(`drop index concurrently ${identifier(schema)}.${identifier(name)}`)
    for (const { sql } of found.missing) await client.query(sql('create index concurrently'))
  })
}

/** Waits by asking again: a statement that waited would hold up the indexes that others make while they hold the lock. */
async function locked(client: ClientBase, work: () => Promise<void>): Promise<void> {
  for (;;) {
    const { rows } = await client.query<{ got: boolean }>(`select pg_try_advisory_lock(${LOCK}) as got`)
    if (rows[0]?.got) break
    await setTimeout(ASK_AGAIN_MS)
  }
  try {
    await work()
  } finally {
    await client.query(`select pg_advisory_unlock(${LOCK})`)
  }
}

async function isEmpty({ client, schema }: Place): Promise<boolean> {
  const { rows } = await client.query(`select 1 from ${identifier(schema)}.assets limit 1`)
  return rows.length === 0
}

interface NamedIndex {
  readonly name: string
  readonly sql: (create: string) => string
}

async function compareIndexes(place: Place, kinds: readonly KindSchema[]) {
  const { client, schema } = place
  const numbers = await kindNumbers(place, kinds)
  const operators = `${identifier(await trigramSchema(client))}.gin_trgm_ops`
  const wanted = new Map(
    kinds.flatMap(kind => {
      const own = `assets_k${numbers.get(kind.name)}`
      const indexes = [searchIndex(kind, operators), ...fieldIndexes(place.dialect, kind), ...sortIndexes(place.dialect, kind)]
      return indexes.map(index => named(schema, own, index)).map(index => [index.name, index] as const)
    }),
  )
  const { rows } = await client.query<{ name: string; valid: boolean }>(
    `select c.relname as name, i.indisvalid as valid from pg_index i join pg_class c on c.oid = i.indexrelid
      join pg_namespace n on n.oid = c.relnamespace where n.nspname = $1 and c.relname like 'assets\\_k%'`,
    [schema],
  )
  const ours = (name: string): boolean => kinds.some(kind => name.startsWith(`assets_k${numbers.get(kind.name)}_`))
  // One that is not valid was left by a process that died over it.
  const kept = new Set(rows.filter(({ name, valid }) => valid && wanted.has(name)).map(({ name }) => name))
  const unwanted = rows.map(({ name }) => name).filter(name => ours(name) && !kept.has(name))
  return { missing: [...wanted.values()].filter(({ name }) => !kept.has(name)), unwanted }
}

async function kindNumbers({ client, schema }: Place, kinds: readonly KindSchema[]): Promise<ReadonlyMap<string, number>> {
  const table = `${identifier(schema)}.kinds`
  const read = async () => {
    const { rows } = await client.query<{ name: string; number: number }>(`select name, number from ${table}`)
    return new Map(rows.map(({ name, number }) => [name, number]))
  }
  const known = await read()
  const added = kinds.map(({ name }) => name).filter(name => !known.has(name))
  if (added.length === 0) return known
  for (const name of added) {
    await client.query(`insert into ${table} (name) values ($1) on conflict (name) do nothing`, [name])
  }
  return read()
}

/** What an index is over, and a few words that tell it apart in plans. */
interface Wanted {
  readonly label: string
  readonly over: string
  readonly where: string
}

// Part of a name says what it is, the rest what exactly, so that another definition has another name. Names have 63 bytes.
function named(schema: string, own: string, { label, over, where }: Wanted): NamedIndex {
  const definition = `on ${identifier(schema)}.assets ${over} where ${where}`
  const digest = createHash('sha256').update(definition).digest('hex').slice(0, 10)
  const name = `${own}_${label.replace(/[^A-Za-z0-9_]/g, '').slice(0, 30)}_${digest}`
  return { name, sql: create => `${create} ${identifier(name)} ${definition}` }
}

const readyOf = (kind: KindSchema): string => `kind = ${textOf(literal(kind.name))} and state = 'ready'`

const searchIndex = (kind: KindSchema, operators: string): Wanted => ({
  label: 'search',
  over: `using gin (search ${operators})`,
  where: readyOf(kind),
})

// Through the field alone, and through the space and the field. With the kind in front, it is also the best order by the field.
function fieldIndexes(dialect: SqlDialect, kind: KindSchema): Wanted[] {
  return kind.fields
    .filter(({ indexed }) => indexed)
    .flatMap(({ name, type }) => {
      const value = textOf(dialect.field(raw('fields'), name, type))
      return overReady(kind, `field_${name}`, `(${value}), created_at, id`)
    })
}

// What is sorted by, then the id: read in either direction from any position.
function sortIndexes(dialect: SqlDialect, kind: KindSchema): Wanted[] {
  const columns = (kind.sorts ?? []).filter(column => column !== 'createdAt')
  return columns.flatMap(column => {
    const value =
      typeof column === 'string' ? textOf(columnOf(dialect, kind, column)) : `(${textOf(columnOf(dialect, kind, column))})`
    const name = typeof column === 'string' ? `sort_${column}` : `sort_field_${column.field}`
    const indexes = overReady(kind, name, column === 'id' ? value : `${value}, id`)
    // Within one space, all are equal.
    return column === 'space' ? indexes.slice(0, 1) : indexes
  })
}

/** One over the whole kind, and one within each space. */
const overReady = (kind: KindSchema, name: string, columns: string): Wanted[] =>
  ['kind', 'space'].map(first => ({
    label: `${first === 'space' ? 'space' : 'all'}_${name}`,
    over: `(${first}, ${columns})`,
    where: readyOf(kind),
  }))

const textOf = (fragment: Fragment): string => compile(fragment, () => '?').sql

function checkFieldName(name: string): void {
  if (name !== '' && !/["\\\p{C}]/u.test(name)) return
  const message = `A field can't be called ${JSON.stringify(name)}: use letters, digits and underscores.`
  throw new StowageError('invalid_request', message)
}
