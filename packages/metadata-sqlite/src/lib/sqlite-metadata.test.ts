import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Filter } from '@stowage/core/contracts'
import { type MetadataHarness, metadataConformance, withMetadataFaults } from '@stowage/testkit'
import { describe, expect, it, test, vi } from 'vitest'
import { type SqliteMetadataOptions, sqliteMetadata } from './sqlite-metadata.ts'

// A list that is read through indexes neither scans a table nor sorts more than the page.
const UNINDEXED = /^SCAN (a|t|x|assets)\b|^USE TEMP B-TREE FOR ORDER BY/

vi.setConfig({ testTimeout: 120_000 })

// SQLite gathers no statistics here, so its plans are the same at any size: 100,000 rows only take longer.
const PLAN_ROWS = Number(process.env.STOWAGE_PLAN_ROWS ?? 5000)

interface Given extends Omit<SqliteMetadataOptions, 'file'> {
  readonly planRows: number
  readonly wrapped?: boolean
  /** SQL that is run behind the store's back once it is open. */
  readonly harm?: string
}

function harness(name: string, { planRows, wrapped, harm, ...options }: Given): MetadataHarness {
  return {
    name,
    async create(kinds) {
      const folder = await mkdtemp(join(tmpdir(), 'stowage-sqlite-'))
      const file = join(folder, 'assets.db')
      const open = () =>
        wrapped ? withMetadataFaults(sqliteMetadata({ file, ...options })) : sqliteMetadata({ file, ...options })
      const [store, second] = [open(), open()]
      await Promise.all([store.open(kinds), second.open(kinds)])
      if (harm) runSql(file, harm)
      return {
        store,
        second,
        planRows,
        async explain(query) {
          const steps = await store.explain(query)
          const sorted = steps.filter(step => UNINDEXED.test(step))
          // A search puts the assets of its page in order, and merged branches are few pages.
          const merges = steps.some(step => /^SCAN (reached|m)$/.test(step))
          const inOrder =
            sorted.length === 0 || (merges && sorted.length === 1 && sorted.every(step => step.startsWith('USE TEMP')))
          return { steps, indexed: inOrder && reaches(query.filter, steps) }
        },
        async close() {
          await Promise.all([store.close(), second.close()])
          await rm(folder, { recursive: true })
        },
      }
    },
  }
}

/** Rows of one value are found by an index on it, not picked out of all. */
function reaches(filter: Filter, steps: readonly string[]): boolean {
  if (filter.op !== 'eq') return true
  const { column } = filter
  const name = typeof column === 'string' ? column.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`) : '<expr>'
  return steps.some(step => step.includes(`${name}=?`))
}

function runSql(file: string, sql: string): void {
  const database = new DatabaseSync(file)
  database.exec(sql)
  database.close()
}

metadataConformance(harness('sqlite, with threads', { planRows: PLAN_ROWS }), { describe, it })
metadataConformance(harness('sqlite, on one thread', { planRows: 1000, threads: false }), { describe, it })
metadataConformance(harness('sqlite, in a wrapper without faults', { planRows: 1000, threads: false, wrapped: true }), {
  describe,
  it,
})

const INDEXES = [
  'assets_newest',
  'assets_creator',
  'assets_space',
  'assets_sort_1_all_column_title',
  'assets_sort_1_space_field_note',
]

test.each(INDEXES)('without its index %s, the store fails M46', async index => {
  let plans: () => Promise<void> = () => Promise.reject(new Error('There is no row M46.'))
  metadataConformance(harness('harmed', { planRows: 200, threads: false, harm: `drop index ${index}` }), {
    describe: (_name, define) => define(),
    it: (name, run) => {
      if (name.startsWith('M46 ')) plans = () => run({ skip: () => undefined })
    },
  })
  await expect(plans()).rejects.toThrow('USING INDEX')
})
