export { type FakeClock, type FakeClockOptions, fakeClock } from './lib/clock/fake-clock.ts'
export type { MetadataFixture, MetadataHarness } from './lib/metadata/conformance/harness.ts'
export { metadataConformance } from './lib/metadata/conformance/suite.ts'
export { memoryMetadata } from './lib/metadata/memory-metadata.ts'
export type { PolicyHarness } from './lib/policy/harness.ts'
export { policyConformance } from './lib/policy/suite.ts'
export type { Faulty, OutOfOrder, StorageFixture, StorageHarness, TestRunner } from './lib/storage/conformance/harness.ts'
export { storageConformance } from './lib/storage/conformance/suite.ts'
export {
  delay,
  type Fault,
  type FaultRule,
  failAfter,
  failBefore,
  failStream,
  flipBit,
  type Gate,
  gate,
  holdAt,
  truncate,
} from './lib/storage/faults/fault.ts'
export type { FaultControls, RecordedCall } from './lib/storage/faults/fault-plan.ts'
export { withFaults, withMetadataFaults } from './lib/storage/faults/with-faults.ts'
export { type MemoryStorage, type MemoryStorageOptions, memoryStorage } from './lib/storage/memory-storage.ts'
