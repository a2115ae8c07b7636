import type { ServiceDeps } from '../assets/service.ts'
import { type Facts, joinFacts } from '../bytes/inspect.ts'
import type { AssetRecord, BlobRecord } from '../contracts/asset.ts'
import { isStowageError, StowageError } from '../contracts/errors.ts'
import type { Inspection } from '../contracts/inspector.ts'
import type { AssetChanges, Change } from '../contracts/metadata.ts'
import type { BoundKind } from '../kinds/kind.ts'
import type { JobRun } from '../lifecycle/job-run.ts'
import { type Memory, readMemory, toPayload } from './job.ts'

/** One attempt at processing an asset's bytes: what is known by now, and the one way to write it down. */
export class Attempt {
  readonly deps: ServiceDeps
  readonly kind: BoundKind
  readonly blob: BlobRecord
  readonly run: JobRun
  #record: AssetRecord
  #memory: Memory
  #writing: Promise<unknown> = Promise.resolve()
  readonly #superseded = new AbortController()
  /** Fires when the work is given up, for whatever reason. */
  readonly signal: AbortSignal

  /** Null where there is nothing to do: the asset is gone, has other bytes by now, or was processed. */
  static async begin(deps: ServiceDeps, kind: BoundKind, run: JobRun): Promise<Attempt | null> {
    const memory = readMemory(run.payload)
    const record = await deps.metadata.getAsset({ kind: kind.name, id: memory.assetId })
    if (record?.blobId !== memory.blobId || record.processing !== 'pending') return null
    const blob = await deps.metadata.getBlob(memory.blobId)
    return blob && new Attempt(deps, kind, { run, record, memory, blob })
  }

  private constructor(
    deps: ServiceDeps,
    kind: BoundKind,
    at: { readonly run: JobRun; readonly record: AssetRecord; readonly memory: Memory; readonly blob: BlobRecord },
  ) {
    this.deps = deps
    this.kind = kind
    this.run = at.run
    this.blob = at.blob
    this.#record = at.record
    this.#memory = at.memory
    this.signal = AbortSignal.any([at.run.signal, this.#superseded.signal])
  }

  /** As it was read, with the facts that were found since. */
  get record(): AssetRecord {
    return this.#record
  }

  get memory(): Memory {
    return this.#memory
  }

  /** The asset was deleted, or its bytes replaced: nothing of this attempt counts any more. */
  get superseded(): boolean {
    return this.#superseded.signal.aborted
  }

  /** Columns that a finding changes. @throws TypeError, RangeError for what can't be meant */
  factsOf(found: Inspection | null): Partial<Facts> {
    if (!found) return {}
    const { width, height, properties } = this.#record
    return joinFacts({ width, height, properties }, found)
  }

  /**
   * Writes columns of the asset, what else belongs to them, and what the job is to remember, or nothing of all this.
   * @throws StowageError `conflict` when another worker has the job, or the asset is not what it was
   */
  write(
    set: AssetChanges,
    options: { readonly changes?: readonly Change[]; readonly memory?: Partial<Memory> } = {},
  ): Promise<void> {
    return this.#inTurn(async () => {
      const memory = { ...this.#memory, ...options.memory }
      await this.#guarded(changes => this.run.commit([...changes, ...(options.changes ?? [])], toPayload(memory)), set)
      this.#memory = memory
      this.#record = { ...this.#record, ...set, version: this.#record.version + (Object.keys(set).length > 0 ? 1 : 0) }
      this.deps.watchers.notify(this.#record.id)
    })
  }

  /** Writes the last of it; the job is over. */
  end(set: AssetChanges, changes: readonly Change[]): Promise<void> {
    return this.#inTurn(async () => {
      await this.#guarded(guarded => this.run.end([...guarded, ...changes]), set)
      this.#record = { ...this.#record, ...set }
    })
  }

  /** Whether the asset still has the bytes that this is about; what was read of others must not count as a failure. */
  async checkCurrent(): Promise<boolean> {
    const record = await this.deps.metadata.getAsset({ kind: this.kind.name, id: this.#record.id })
    if (record?.blobId !== this.blob.id) this.#supersede()
    return !this.superseded
  }

  async #guarded(commit: (changes: readonly Change[]) => Promise<void>, set: AssetChanges): Promise<void> {
    const { id, kind } = this.#record
    const guard = { states: ['ready'], blobId: this.blob.id } as const
    const empty = Object.keys(set).length === 0
    const updatedAt = this.deps.clock.now()
    try {
      await commit([
        empty ? { op: 'assertAsset', id, kind, guard } : { op: 'updateAsset', id, kind, guard, set: { ...set, updatedAt } },
      ])
    } catch (error) {
      if (isStowageError(error, 'conflict') && error.details.op !== 'updateJob' && error.details.op !== 'deleteJob')
        this.#supersede()
      throw error
    }
  }

  #supersede(): void {
    this.#superseded.abort(new StowageError('conflict', 'The asset was deleted, or has other bytes by now.'))
  }

  /** One write at a time: each says all that the job remembers. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#writing.then(work)
    this.#writing = done.catch(() => undefined)
    return done
  }
}
