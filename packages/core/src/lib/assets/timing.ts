import type { Timing } from './service.ts'

const MINUTE = 60_000

export const DEFAULT_TIMING: Timing = {
  uploadLeaseMs: 15 * MINUTE,
  replacedGraceMs: MINUTE,
  lateWriterMs: 60 * MINUTE,
  processStepMs: 15 * MINUTE,
  idempotencyMs: 24 * 60 * MINUTE,
  stagedMs: 24 * 60 * MINUTE,
  directMs: 24 * 60 * MINUTE,
  directUrlMs: 60 * MINUTE,
}
