import { describe, it } from 'vitest'
import { storageConformance } from './conformance/suite.ts'
import { memoryStorage } from './memory-storage.ts'

storageConformance(
  {
    name: 'memoryStorage',
    async create() {
      const storage = memoryStorage()
      return { storage, unboundedMemory: 'it keeps its objects in memory', close: () => storage.close() }
    },
  },
  { describe, it },
)
