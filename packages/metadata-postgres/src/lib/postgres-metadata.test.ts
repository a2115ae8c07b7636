import { randomBytes } from 'node:crypto'
import type { AssetQuery, Filter } from '@stowage/core/contracts'
import { type MetadataHarness, metadataConformance, withMetadataFaults } from '@stowage/testkit'
import { describe, expect, it, test, vi } from 'vitest'
import { hasServer, runSql, sharedUrl } from '../../test/server.ts'
import { postgresMetadata } from './postgres-metadata.ts'

vi.setConfig({ testTimeout: 240_000 })

// With the statistics that autovacuum gathers by itself, plans are the same at 100,000 rows, and take longer to try.
const PLAN_ROWS = Number(process.env.STOWAGE_PLAN_ROWS ?? 5000)

interface Given {
  readonly planRows: number
  readonly wrapped?: boolean
  /** SQL that is run behind the store's back once it is open. */
  readonly harm?: string
}

function harness(name: string, { planRows, wrapped, harm }: Given): MetadataHarness {
  return {
    name,
    async create(kinds) {
      const schema = `test_${randomBytes(6).toString('hex')}`
      const options = { url: sharedUrl, schema, connections: 8 }
      const open = () => (wrapped ? withMetadataFaults(postgresMetadata(options)) : postgresMetadata(options))
      const [store, second] = [open(), open()]
      await Promise.all([store.open(kinds), second.open(kinds)])
      if (harm) await runSql(sharedUrl, harm.replaceAll('SCHEMA', schema))
      let analyzed = false
      return {
        store,
        second,
        planRows,
        async explain(query) {
          if (!analyzed)
            await runSql(
              sharedUrl,
              tablesOf(schema, table => `analyze ${table}`),
            )
          analyzed = true
          const steps = await store.explain(query)
          return { steps, indexed: isInOrder(query, steps) && reaches(query.filter, steps) }
        },
        async close() {
          await Promise.all([store.close(), second.close()])
          await runSql(sharedUrl, `drop schema ${schema} cascade`)
        },
      }
    },
  }
}

const tablesOf = (schema: string, statement: (table: string) => string): string =>
  ['assets', 'asset_tags', 'asset_texts'].map(name => statement(`${schema}.${name}`)).join('; ')

/** No table is gone through, and nothing is sorted but what a search has found, or branches of a page. */
function isInOrder(query: AssetQuery, steps: readonly string[]): boolean {
  if (steps.some(step => /Seq Scan on (asset|blob)/.test(step))) return false
  const searched = JSON.stringify(query.filter).includes('"terms"')
  const merged = steps.some(step => /CTE p0/.test(step))
  const sorts = steps.filter(step => /(^|->)\s*(Incremental )?Sort$/.test(step.trimEnd())).length
  return searched || sorts <= (merged ? 1 : 0)
}

/** Rows of one value are found by an index on it, not picked out of all. */
function reaches(filter: Filter, steps: readonly string[]): boolean {
  if (filter.op !== 'eq') return true
  const { column } = filter
  const name = typeof column === 'string' ? column.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`) : column.field
  return steps.some(step => step.includes('Index Cond:') && step.includes(name))
}

describe.skipIf(!hasServer)('on a PostgreSQL server', () => {
  metadataConformance(harness('postgres', { planRows: PLAN_ROWS }), { describe, it })
  metadataConformance(harness('postgres, in a wrapper without faults', { planRows: 1000, wrapped: true }), { describe, it })

  const INDEXES = ['assets_newest', 'assets_creator', 'assets_space']

  test.each(INDEXES)('without its index %s, the store fails M46', async index => {
    let plans: () => Promise<void> = () => Promise.reject(new Error('There is no row M46.'))
    metadataConformance(harness('harmed', { planRows: 3000, harm: `drop index SCHEMA.${index}` }), {
      describe: (_name, define) => define(),
      it: (name, run) => {
        if (name.startsWith('M46 ')) plans = () => run({ skip: () => undefined })
      },
    })
    await expect(plans()).rejects.toThrow('Scan')
  })
})
