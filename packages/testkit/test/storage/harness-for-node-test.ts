import { describe, it } from 'node:test'
import { memoryStorage, storageConformance, withFaults } from '../../src/index.ts'

const create = async () => {
  const storage = memoryStorage()
  return { storage, unboundedMemory: 'it is memory', close: () => storage.close() }
}

storageConformance({ name: 'right', create }, { describe, it })
storageConformance({ name: 'wrapped', create, wrap: withFaults }, { describe, it })
storageConformance(
  { name: 'wrong', create, wrap: storage => ({ ...storage, delete: async keys => keys.map(key => ({ key })) }) },
  { describe: (name, define) => describe(name, define), it: (name, run) => (name.startsWith('S56 ') ? it(name, run) : null) },
)
