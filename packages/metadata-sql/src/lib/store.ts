import type { AssetQuery, KindSchema, MetadataStore, MigrationStatus, Usage } from '@stowage/core/contracts'
import { StowageError } from '@stowage/core/contracts'
import { changeCompiler } from './changes.ts'
import type { SqlDialect } from './dialect.ts'
import { downloadsOf } from './downloads.ts'
import { type Row, type SqlDriver, SqlWriteFailure } from './driver.ts'
import { bind, compile, compiler, type Fragment, raw, type SqlValue, sql } from './fragment.ts'
import { anyDue, claim, failSpent } from './job-claims.ts'
import { assetLookup } from './lookup.ts'
import { type Planner, planner } from './query-plan.ts'
import { scans } from './scans.ts'
import { assets, blobs, decode, idempotency, jobs, selectList, type Table, uploads } from './schema.ts'
import { sequences } from './sequences.ts'
import { isReady, readyChanges } from './text-changes.ts'
import { underWay } from './under-way.ts'
import { WritePlan } from './write-plan.ts'

/** A {@link MetadataStore} that can say how it answers a list. */
export interface SqlMetadataStore extends MetadataStore {
  /** The database's own plan for a list, one step a line: for tests, and for finding out why a list is slow. */
  explain(query: AssetQuery): Promise<readonly string[]>
}

export interface SqlMetadataOptions {
  readonly driver: SqlDriver
  readonly dialect: SqlDialect
  /** Called at `open`, once the schema is up to date: makes the indexes that declared fields need. */
  readonly prepareKinds: (kinds: readonly KindSchema[]) => Promise<void>
  /** Reads where the schema stands, before `open` too. */
  readonly migrationStatus?: () => Promise<MigrationStatus>
  /** Reads the plan of a statement. */
  readonly explain: (statement: Fragment) => Promise<readonly string[]>
}

const DEFAULT_COUNT_MAX = 10_000

/**
 * The metadata store over any SQL database: compiles every call to statements, which the driver runs.
 * @throws StowageError as {@link MetadataStore} says
 */
export function createSqlMetadata(options: SqlMetadataOptions): SqlMetadataStore {
  const { driver, dialect } = options
  const kinds = new Map<string, KindSchema>()
  const plans = planner(dialect, kinds)
  const compileText = (fragment: Fragment) => compile(fragment, dialect.placeholder)
  const scan = async (fragment: Fragment, signal?: AbortSignal): Promise<readonly Row[]> =>
    driver.scan(compileText(fragment), signal)

  return {
    name: driver.name,
    async open(declared) {
      await driver.open()
      await options.prepareKinds(declared)
      for (const kind of declared) kinds.set(kind.name, kind)
    },
    ...writes(driver, dialect, kinds),
    ...rowReads(driver, dialect.placeholder),
    ...downloads(driver, dialect),
    ...lists(plans, scan),
    ...scans(scan),
    ...(options.migrationStatus && { migrationStatus: options.migrationStatus }),
    async explain(query) {
      return options.explain(await plans.page(query, statement => scan(statement)))
    },
  }
}

type Read = (fragment: Fragment, signal?: AbortSignal) => Promise<readonly Row[]>

// What is read most: the text of each is compiled once, and a call binds its values in their order.
function rowReads(driver: SqlDriver, placeholder: SqlDialect['placeholder']) {
  const reader = (fragment: Fragment) => {
    const { sql: text, parameters } = compile(fragment, placeholder)
    // Cut, since `ids.map(store.getBlob)` gives more than the statement takes.
    return async (...values: readonly SqlValue[]): Promise<readonly Row[]> =>
      driver.read(bind(text, values.slice(0, parameters.length)))
  }
  const rows = <T>(source: Table<T>, rest: Fragment) => {
    const read = reader(sql`select ${raw(selectList(source))} from ${raw(source.name)} where ${rest}`)
    return async (...values: readonly SqlValue[]): Promise<T[]> => (await read(...values)).map(row => decode(source, row))
  }
  const one = <T>(source: Table<T>, where: Fragment) => {
    const found = rows(source, where)
    return async (...values: readonly SqlValue[]): Promise<T | null> => (await found(...values))[0] ?? null
  }
  const lookup = assetLookup(placeholder)
  const usage = reader(sql`select bytes, count from usage where kind = ${null} and space = ${null}`)
  const reserved = reader(sql`select coalesce(sum(bytes), 0), coalesce(sum(count), 0) from reservations
    where kind = ${null} and space = ${null} and expires_at > ${null}`)
  return {
    async getAsset(ref) {
      const [row] = await driver.read(lookup(ref))
      return row ? decode(assets, row) : null
    },
    getBlob: one(blobs, sql`id = ${null}`),
    getBlobByKey: one(blobs, sql`storage = ${null} and "key" = ${null}`),
    getDerivative: one(blobs, sql`source_id = ${null} and role = ${null} and state <> 'condemned'`),
    listBlobs: rows(blobs, sql`asset_id = ${null} order by created_at, id`),
    listDueBlobs: rows(blobs, sql`due_at <= ${null} order by due_at, id limit ${null}`),
    getJob: one(jobs, sql`id = ${null}`),
    getUpload: one(uploads, sql`id = ${null}`),
    listExpiredUploads: rows(uploads, sql`expires_at <= ${null} order by expires_at, id limit ${null}`),
    getIdempotency: one(idempotency, sql`scope = ${null} and "key" = ${null}`),
    getUsage: async (kind, space) => usageIn(await usage(kind, space)),
    getReserved: async (kind, space, now) => usageIn(await reserved(kind, space, now)),
  } satisfies Partial<MetadataStore>
}

const usageIn = ([row]: readonly Row[]): Usage => ({ bytes: Number(row?.[0] ?? 0), count: Number(row?.[1] ?? 0) })

/** Counters of more assets than these are not read on this thread. */
const MAX_READ_AT_ONCE = 100

function downloads(driver: SqlDriver, dialect: SqlDialect) {
  return {
    async getDownloads(kind, assetIds) {
      const statement = compile(downloadsOf(dialect, kind, assetIds), dialect.placeholder)
      const rows = await (assetIds.length > MAX_READ_AT_ONCE ? driver.scan(statement) : driver.read(statement))
      const counters = new Map(rows.map(([id, number]) => [String(id), Number(number)]))
      return assetIds.map(id => counters.get(id) ?? 0)
    },
  } satisfies Partial<MetadataStore>
}

function lists(plans: Planner, scan: Read) {
  return {
    async list(query) {
      const statement = await plans.page(query, probe => scan(probe, query.signal))
      return (await scan(statement, query.signal)).map(row => decode(assets, row))
    },
    async count(query, max = DEFAULT_COUNT_MAX) {
      const statement = await plans.count(query, max, probe => scan(probe, query.signal))
      const found = Number((await scan(statement, query.signal))[0]?.[0] ?? 0)
      return { count: Math.min(found, max), exact: found <= max }
    },
  } satisfies Partial<MetadataStore>
}

function writes(driver: SqlDriver, dialect: SqlDialect, kinds: ReadonlyMap<string, KindSchema>) {
  const compileChange = changeCompiler(dialect, kinds)
  const texts = underWay()
  const compileWrite = compiler(dialect.placeholder)
  const read = (fragment: Fragment) => driver.read(compile(fragment, dialect.placeholder))
  const writeRows = async (...fragments: readonly Fragment[]): Promise<readonly Row[]> => {
    const plan = new WritePlan(compileWrite)
    for (const fragment of fragments) plan.add(fragment, 'rows')
    return (await driver.write(plan.statements)).at(-1) ?? []
  }
  const numbers = sequences(async (name, count) => {
    const upsert = sql`insert into sequences (name, value) values (${name}, ${count}) on conflict (name) do update`
    const [row] = await writeRows(sql`${upsert} set value = sequences.value + excluded.value returning value`)
    return Number(row?.[0])
  })
  return {
    async commit(changes) {
      const plan = new WritePlan(compileWrite)
      // What holds no text is written in the turn in which it was asked for.
      const ready = isReady(changes) ? changes : await texts.add(readyChanges(changes))
      ready.forEach((change, index) => {
        plan.begin(index, change.op)
        if (change.op === 'insertAsset' && !kinds.has(change.asset.kind)) throw undeclared(change.asset.kind)
        compileChange(plan, change)
      })
      if (plan.statements.length === 0) return
      await driver.write(plan.statements).catch((error: unknown) => {
        throw error instanceof SqlWriteFailure ? refusal(plan, error) : error
      })
    },
    async claimJobs(claimed) {
      if (claimed.types.length === 0 || claimed.limit < 1 || (await read(anyDue(claimed))).length === 0) return []
      const rows = await writeRows(failSpent(claimed), claim(claimed, dialect.skipLocked))
      return rows.map(row => decode(jobs, row)).sort((a, b) => a.runAt - b.runAt || (a.id < b.id ? -1 : 1))
    },
    nextInSequence: name => numbers.next(name),
    async settingOnce(name, value) {
      const stored = sql`select value from settings where name = ${name}`
      const [found] = await read(stored)
      if (found) return String(found[0])
      const [row] = await writeRows(
        sql`insert into settings (name, value) values (${name}, ${value}) on conflict (name) do nothing`,
        stored,
      )
      return String(row?.[0])
    },
    async close() {
      numbers.flush()
      if (texts.some()) await texts.settled()
      return driver.close()
    },
  } satisfies Partial<MetadataStore>
}

function refusal(plan: WritePlan, failure: SqlWriteFailure): StowageError {
  const { index, op, code } = plan.ownerOf(failure.statementIndex)
  const cause = failure
  if (failure.reason === 'guard') {
    const message = code === 'quota_exceeded' ? 'The quota is used up.' : `${op} found no row in the state it asks for.`
    return new StowageError(code, message, { details: { index, op }, cause })
  }
  const constraint = constraintOf(failure.columns)
  return new StowageError('already_exists', `${op}: the ${constraint} is taken.`, { details: { index, op, constraint }, cause })
}

function constraintOf(columns: readonly string[]): 'id' | 'slug' | 'uniqueName' | 'key' | 'derivative' {
  if (columns.includes('slug')) return 'slug'
  if (columns.includes('unique_name')) return 'uniqueName'
  if (columns.includes('source_id')) return 'derivative'
  return columns.includes('key') ? 'key' : 'id'
}

const undeclared = (kind: string): StowageError =>
  new StowageError('invalid_request', `There is no kind "${kind}": declare it when the store is opened.`, { details: { kind } })
