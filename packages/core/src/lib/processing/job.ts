import type { ServiceDeps } from '../assets/service.ts'
import type { AssetRecord } from '../contracts/asset.ts'
import type { JsonObject } from '../contracts/json.ts'
import type { Change, JobRecord } from '../contracts/metadata.ts'
import { hex } from '../crypto/random.ts'

/** The lane that all processing runs in: it holds up nothing else. */
export const PROCESS_LANE = 'process'

/** How often a file's processing is begun before it has failed. */
export const TRIES = 3

/** Beyond its tries a job is only claimed to write its failure down; that must go on until it was possible. */
const MAX_ATTEMPTS = 1000

/** Of a kind's jobs: a process takes those of the kinds that it knows. */
export const processType = (kind: string): string => `process:${kind}`

/** What a job remembers between its attempts. */
export interface Memory {
  readonly assetId: string
  readonly kind: string
  readonly blobId: string
  /** Steps that need no other attempt, done or failed. */
  readonly ended: readonly string[]
  /** Why steps failed for good. */
  readonly failed: Readonly<Record<string, string>>
  /** Where processors go on. */
  readonly resume: Readonly<Record<string, JsonObject>>
  /** Length of the text in the index. */
  readonly textChars: number
}

/** The job that processes an asset's present bytes. */
export function processJob(
  deps: Pick<ServiceDeps, 'random' | 'clock'>,
  { id, kind, blobId }: Pick<AssetRecord, 'id' | 'kind' | 'blobId'>,
): JobRecord {
  const now = deps.clock.now()
  return {
    id: hex(deps.random(16)),
    type: processType(kind),
    payload: { assetId: id, kind, blobId },
    state: 'queued',
    attempts: 0,
    maxAttempts: MAX_ATTEMPTS,
    runAt: now,
    leaseToken: null,
    leaseUntil: null,
    lastError: null,
    createdAt: now,
  }
}

/** What a commit of new bytes needs besides, so that they are processed. */
export function processChanges(deps: Pick<ServiceDeps, 'random' | 'clock'>, record: AssetRecord): Change[] {
  return record.processing === 'pending' ? [{ op: 'enqueueJob', job: processJob(deps, record) }] : []
}

export function readMemory(payload: JsonObject): Memory {
  return { ended: [], failed: {}, resume: {}, textChars: 0, ...payload } as unknown as Memory
}

export const toPayload = (memory: Memory): JsonObject => memory as unknown as JsonObject
