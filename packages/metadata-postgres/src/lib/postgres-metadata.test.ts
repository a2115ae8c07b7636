import { randomBytes } from 'node:crypto'
import type { AssetQuery, Filter } from '@stowage/core/contracts'
import { type MetadataHarness, metadataConformance } from '@stowage/testkit'
import pg from 'pg'
import { afterAll, describe, expect, it, test, vi } from 'vitest'
import { hasServer, runSql, sharedUrl } from '../../test/server.ts'
import { postgresMetadata } from './postgres-metadata.ts'

vi.setConfig({ testTimeout: 3_600_000 })

// What is read of so many, with the settings that PostgreSQL comes with, to choose a way and to go it.
const PLAN_ROWS = Number(process.env.STOWAGE_PLAN_ROWS ?? 8000)
const MOST_READ = 4000
// Few rows are faster sorted than read in order. Where the plans themselves are looked at, sorting is said to be dear.
const FEW_ROWS = 1000
const DEAR_URL = `${sharedUrl}?options=${encodeURIComponent('-c enable_sort=off -c enable_seqscan=off')}`

const TABLES = [
  'assets',
  'asset_tags',
  'asset_texts',
  'asset_downloads',
  'blobs',
  'jobs',
  'uploads',
  'idempotency',
  'usage',
].concat('reservations', 'sequences', 'settings')
const SHARED_SCHEMA = `test_${randomBytes(6).toString('hex')}`

interface Given {
  /** A schema of its own, which is gone afterwards. Default: one that all rows share, each of which finds it empty. */
  readonly schema?: string
  /** SQL that is run behind the store's back once it is open. */
  readonly harm?: string
  /** What makes M46 content: few rows read, or a plan in the order of the list. Default `read`. */
  readonly plans?: 'read' | 'inOrder'
}

function harness(name: string, { schema = SHARED_SCHEMA, harm, plans = 'read' }: Given = {}): MetadataHarness {
  return {
    name,
    async create(kinds) {
      const open = (url = sharedUrl) => postgresMetadata({ url, schema, connections: 8 })
      const pool = new pg.Pool({ connectionString: plans === 'read' ? sharedUrl : DEAR_URL, max: 1 })
      const [store, second, planner] = [open(), open(), postgresMetadata({ pool, schema })]
      await store.open(kinds)
      await second.open(kinds)
      if (harm) await runSql(sharedUrl, harm)
      let analyzed = false
      return {
        store,
        second,
        planRows: plans === 'read' ? PLAN_ROWS : FEW_ROWS,
        async explain(query) {
          if (!analyzed) {
            await runSql(sharedUrl, TABLES.map(table => `analyze ${schema}.${table}`).join('; '))
            await planner.open(kinds)
          }
          analyzed = true
          const steps = await planner.explain(query)
          if (plans === 'inOrder') return { steps, indexed: isInOrder(query, steps) && reaches(query.filter, steps) }
          const before = await rowsRead(pool, schema)
          await planner.list(query)
          const read = (await rowsRead(pool, schema)) - before
          return { steps: [...steps, `${read} rows read`], indexed: read <= MOST_READ }
        },
        async close() {
          await Promise.all([store, second, planner].map(opened => opened.close()))
          await pool.end()
          const empty = TABLES.map(table => `delete from ${schema}.${table}`).join('; ')
          await runSql(sharedUrl, schema === SHARED_SCHEMA ? empty : `drop schema ${schema} cascade`)
        },
      }
    },
  }
}

/** No table is gone through, and nothing is sorted but what a search has found, or branches of a page. */
function isInOrder(query: AssetQuery, steps: readonly string[]): boolean {
  if (steps.some(step => /Seq Scan on asset/.test(step))) return false
  const searched = JSON.stringify(query.filter).includes('"terms"')
  const merged = steps.some(step => /CTE p0/.test(step))
  const sorts = steps.filter(step => /(^|->)\s*(Incremental )?Sort$/.test(step.trimEnd())).length
  return searched || sorts <= (merged ? 1 : 0)
}

/** Of tables and indexes, since they were made, by the pool's one connection. */
async function rowsRead(pool: pg.Pool, schema: string): Promise<number> {
  await pool.query('select pg_stat_force_next_flush()')
  const { rows } = await pool.query<{ read: string }>(
    `select (select coalesce(sum(seq_tup_read), 0) from pg_stat_all_tables where schemaname = $1)
      + (select coalesce(sum(idx_tup_read), 0) from pg_stat_all_indexes where schemaname = $1) as read`,
    [schema],
  )
  return Number(rows[0]?.read)
}

/** Rows of one value are found by an index on it, not picked out of all. */
function reaches(filter: Filter, steps: readonly string[]): boolean {
  if (filter.op !== 'eq') return true
  const { column } = filter
  const name = typeof column === 'string' ? column.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`) : column.field
  return steps.some(step => step.includes('Index Cond:') && step.includes(name))
}

describe.skipIf(!hasServer)('on a PostgreSQL server', () => {
  afterAll(async () => {
    await runSql(sharedUrl, `drop schema if exists ${SHARED_SCHEMA} cascade`)
  })

  metadataConformance(harness('postgres'), { describe, it })

  test.each([null, 'assets_newest', 'assets_creator'])(
    'lists are in the order of their indexes, and not without %s',
    async index => {
      let plans: () => Promise<void> = () => Promise.reject(new Error('There is no row M46.'))
      const schema = `test_${randomBytes(6).toString('hex')}`
      const harm = index === null ? 'select 1' : `drop index ${schema}.${index}`
      metadataConformance(harness('planned', { schema, harm, plans: 'inOrder' }), {
        describe: (_name, define) => define(),
        it: (name, run) => {
          if (name.startsWith('M46 ')) plans = () => run({ skip: () => undefined })
        },
      })
      await (index === null ? expect(plans()).resolves.toBeUndefined() : expect(plans()).rejects.toThrow('Scan'))
    },
  )
})
