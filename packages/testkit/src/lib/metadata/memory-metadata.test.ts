import { describe, it } from 'vitest'
import { metadataConformance } from './conformance/suite.ts'
import { memoryMetadata } from './memory-metadata.ts'

metadataConformance(
  {
    name: 'memory',
    async create(kinds) {
      const store = memoryMetadata()
      await store.open(kinds)
      return { store, close: () => store.close() }
    },
  },
  { describe, it },
)
