import { describe, it } from 'vitest'
import { withMetadataFaults } from '../storage/faults/with-faults.ts'
import { metadataConformance } from './conformance/suite.ts'
import { memoryMetadata } from './memory-metadata.ts'

const wrappers = { memory: memoryMetadata, 'memory, in a wrapper without faults': () => withMetadataFaults(memoryMetadata()) }

for (const [name, make] of Object.entries(wrappers)) {
  metadataConformance(
    {
      name,
      async create(kinds) {
        const store = make()
        await store.open(kinds)
        return { store, close: () => store.close() }
      },
    },
    { describe, it },
  )
}
