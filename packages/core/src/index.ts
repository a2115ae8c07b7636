export * from './contracts.ts'
export { videoEmbedUrl } from './lib/assets/details/video-embed.ts'
export type * from './lib/assets/interface/asset.ts'
export type * from './lib/assets/interface/assets.ts'
export type * from './lib/assets/interface/changing.ts'
export type * from './lib/assets/interface/direct-uploads.ts'
export type * from './lib/assets/interface/making.ts'
export type * from './lib/assets/interface/reading.ts'
export type * from './lib/assets/interface/resumable-uploads.ts'
export type { AssetService, DirectUploadOptions, ResumableOptions, ServiceScope, Timing } from './lib/assets/service.ts'
export { createStowage } from './lib/composition/create-stowage.ts'
export { type Maintenance, migrateMetadata, openMaintenance } from './lib/composition/open-maintenance.ts'
export type { StowageOptions } from './lib/composition/options.ts'
export { tokens } from './lib/composition/tokens.ts'
export { defineKind } from './lib/kinds/define-kind.ts'
export { fieldSchema } from './lib/kinds/field-schema.ts'
export { cleanFilename } from './lib/kinds/filename.ts'
export { prefixedId, sequenceId, uuidV7 } from './lib/kinds/ids.ts'
export { keyOf } from './lib/kinds/key-of.ts'
export type * from './lib/kinds/kind.ts'
export type * from './lib/lifecycle/audit/report.ts'
export type * from './lib/lifecycle/copy/report.ts'
export { type OwnerOnlyOptions, ownerOnly, roleBased, withScopes } from './lib/policy/ready-made.ts'
export type * from './lib/policy/rule.ts'
export {
  allOf,
  anyOf,
  authenticated,
  creator,
  customRule,
  everyone,
  hasRole,
  isPublic,
  nobody,
  not,
  owner,
  requireScopes,
  spaceOwner,
} from './lib/policy/rules.ts'
export { consoleLogger } from './lib/runtime/console-logger.ts'
export { systemClock } from './lib/runtime/system-clock.ts'
export { withName } from './lib/storage/with-name.ts'
export { type LimitOptions, limit, type StorageLane } from './lib/storage/wrappers/limit.ts'
export { type ResilientOptions, resilient } from './lib/storage/wrappers/resilient.ts'
export { retry } from './lib/storage/wrappers/retry/retry.ts'
export type { RetryEvent, RetryOptions } from './lib/storage/wrappers/retry/tries.ts'
export { type TimeoutOptions, timeout } from './lib/storage/wrappers/timeout.ts'
export { type TraceOptions, trace } from './lib/storage/wrappers/trace.ts'
export { withPrefix } from './lib/storage/wrappers/with-prefix.ts'
export type * from './lib/stowage.ts'
