import { randomBytes } from 'node:crypto'
import type { AssetQuery, Filter } from '@stowage/core/contracts'
import { type MetadataHarness, metadataConformance } from '@stowage/testkit'
import { afterAll, describe, expect, it, test, vi } from 'vitest'
import { hasServer, runSql, sharedUrl } from '../../test/server.ts'
import { postgresMetadata } from './postgres-metadata.ts'

vi.setConfig({ testTimeout: 3_600_000 })

// Few rows are faster sorted than read in order. So few are planned for as if sorting were dear; 20,000 and more as they are.
const PLAN_ROWS = Number(process.env.STOWAGE_PLAN_ROWS ?? 1000)
const AS_THEY_ARE = 20_000
const PLANNED_URL =
  PLAN_ROWS < AS_THEY_ARE ? `${sharedUrl}?options=${encodeURIComponent('-c enable_sort=off -c enable_seqscan=off')}` : sharedUrl

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
}

function harness(name: string, { schema = SHARED_SCHEMA, harm }: Given = {}): MetadataHarness {
  return {
    name,
    async create(kinds) {
      const open = (url = sharedUrl) => postgresMetadata({ url, schema, connections: 8 })
      const [store, second, planner] = [open(), open(), open(PLANNED_URL)]
      await store.open(kinds)
      await second.open(kinds)
      if (harm) await runSql(sharedUrl, harm)
      let analyzed = false
      return {
        store,
        second,
        planRows: PLAN_ROWS,
        async explain(query) {
          if (!analyzed) {
            await runSql(sharedUrl, TABLES.map(table => `analyze ${schema}.${table}`).join('; '))
            await planner.open(kinds)
          }
          analyzed = true
          const steps = await planner.explain(query)
          return { steps, indexed: isInOrder(query, steps) && reaches(query.filter, steps) }
        },
        async close() {
          await Promise.all([store, second, planner].map(opened => opened.close()))
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
  return searched || sorts <= (merged ? 1 : 0) || (PLAN_ROWS >= AS_THEY_ARE && sorts === 1 && reachesNoOther(query.filter, steps))
}

/** Where the planner expects few rows, it sorts them; it reads none then but those that were asked for. */
function reachesNoOther(filter: Filter, steps: readonly string[]): boolean {
  const parts = filter.op === 'and' ? filter.filters : [filter]
  return parts.every(part => part.op === 'eq' && reaches(part, steps)) && !steps.some(step => step.includes(' Filter:'))
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

  test.each(['assets_newest', 'assets_creator'])('without its index %s, the store fails M46', async index => {
    let plans: () => Promise<void> = () => Promise.reject(new Error('There is no row M46.'))
    const schema = `test_${randomBytes(6).toString('hex')}`
    metadataConformance(harness('harmed', { schema, harm: `drop index ${schema}.${index}` }), {
      describe: (_name, define) => define(),
      it: (name, run) => {
        if (name.startsWith('M46 ')) plans = () => run({ skip: () => undefined })
      },
    })
    await expect(plans()).rejects.toThrow('Scan')
  })
})
