import { memoryStorage, storageConformance } from '@stowage/testkit'
import { describe, it } from 'vitest'
import type { StorageAdapter } from '../../contracts/storage.ts'
import type { Telemetry } from '../../contracts/telemetry.ts'
import { limit } from './limit.ts'
import { resilient } from './resilient.ts'
import { retry } from './retry/retry.ts'
import { timeout } from './timeout.ts'
import { trace } from './trace.ts'
import { withPrefix } from './with-prefix.ts'

const always = 'memory is always there'
const telemetry: Telemetry = {
  start: () => ({ within: work => work(), end: () => undefined }),
  count: () => undefined,
  queue: () => undefined,
}

const WRAPPERS: Readonly<Record<string, (storage: StorageAdapter) => StorageAdapter>> = {
  withPrefix: storage => withPrefix(storage, 'tenants/größe 1'),
  timeout: storage => timeout(storage),
  limit: storage => limit(storage, { atOnce: 2 }),
  retry: storage => retry(storage),
  trace: storage => trace(storage, { telemetry }),
  'resilient over withPrefix': storage => resilient(withPrefix(storage, 'a'), { telemetry, limit: { atOnce: 2 } }),
}

for (const [name, wrap] of Object.entries(WRAPPERS)) {
  const create = async () => {
    const storage = memoryStorage()
    return {
      storage,
      unboundedMemory: 'it keeps its objects in memory',
      outOfOrder: { missingPlace: always, wrongCredentials: always, noPermission: always, unreachable: always, stalled: always },
      close: () => storage.close(),
    }
  }
  storageConformance({ name: `memoryStorage through ${name}`, create, wrap }, { describe, it })
}
