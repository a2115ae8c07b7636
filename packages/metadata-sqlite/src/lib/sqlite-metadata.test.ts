import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type MetadataHarness, metadataConformance } from '@stowage/testkit'
import { describe, it } from 'vitest'
import { type SqliteMetadataOptions, sqliteMetadata } from './sqlite-metadata.ts'

// A list that is read through indexes neither scans a table nor sorts more than the page.
const UNINDEXED = /^SCAN (a|t|x|assets)\b|^USE TEMP B-TREE FOR ORDER BY/

function harness(name: string, options: Omit<SqliteMetadataOptions, 'file'>): MetadataHarness {
  return {
    name,
    async create(kinds) {
      const folder = await mkdtemp(join(tmpdir(), 'stowage-sqlite-'))
      const [store, second] = [0, 1].map(() => sqliteMetadata({ file: join(folder, 'assets.db'), ...options }))
      if (!store || !second) throw new Error('There are two stores.')
      await Promise.all([store.open(kinds), second.open(kinds)])
      return {
        store,
        second,
        planRows: 5000,
        async explain(query) {
          const steps = await store.explain(query)
          const sorted = steps.filter(step => UNINDEXED.test(step))
          // A search puts the assets of its page in order, and merged branches are few pages.
          const merges = steps.some(step => /^SCAN (reached|m)$/.test(step))
          return { steps, indexed: sorted.length === 0 || (merges && sorted.every(step => step.startsWith('USE TEMP'))) }
        },
        async close() {
          await Promise.all([store.close(), second.close()])
          await rm(folder, { recursive: true })
        },
      }
    },
  }
}

metadataConformance(harness('sqlite, with threads', {}), { describe, it })
metadataConformance(harness('sqlite, on one thread', { threads: false }), { describe, it })
