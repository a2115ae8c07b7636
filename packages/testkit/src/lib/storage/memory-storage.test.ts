import { checkedStorage } from '@stowage/core/contracts'
import { describe, it } from 'vitest'
import type { StorageFixture } from './conformance/harness.ts'
import { storageConformance } from './conformance/suite.ts'
import { withFaults } from './faults/with-faults.ts'
import { memoryStorage } from './memory-storage.ts'

const always = 'memory is always there'

async function create(): Promise<StorageFixture> {
  const storage = memoryStorage()
  return {
    storage,
    unboundedMemory: 'it keeps its objects in memory',
    outOfOrder: {
      missingPlace: always,
      wrongCredentials: always,
      noPermission: always,
      unreachable: always,
      stalled: always,
    },
    close: () => storage.close(),
  }
}

storageConformance({ name: 'memoryStorage', create }, { describe, it })
storageConformance({ name: 'memoryStorage through withFaults', create, wrap: withFaults }, { describe, it })
storageConformance({ name: 'memoryStorage through checkedStorage', create, wrap: checkedStorage }, { describe, it })
