import { isStowageError } from '../../contracts/errors.ts'
import type { Change } from '../../contracts/metadata.ts'
import { hex } from '../../crypto/random.ts'
import type { Quota } from '../../kinds/kind.ts'
import type { ServiceDeps, ServiceScope } from '../service.ts'
import type { Held } from './or-given-back.ts'
import { quotaOf, usedUp } from './quota.ts'

/** What is kept ahead at first for a body of unknown size; then as much as has come. */
const FIRST_STEP_BYTES = 1024 * 1024

type Deps = Pick<ServiceDeps, 'clock' | 'metadata' | 'random' | 'timing'>
type AddUsage = Extract<Change, { op: 'addUsage' }>

export interface RoomOptions {
  readonly space: string
  /** Assets that will be more: 1, or 0 for a replacement. */
  readonly count: 0 | 1
  /** Bytes that need no room: those that they replace give theirs back. */
  readonly freeBytes: number
}

/** Room by the quota of the scope's kind, of which nothing is kept yet; null where there is no quota. */
export async function openRoom(deps: Deps, scope: ServiceScope, options: RoomOptions): Promise<Room | null> {
  const { kind } = scope
  const quota = await quotaOf(deps, scope, options.space)
  return quota && new Room(deps, { ...options, kind: kind.name, maxBytes: kind.limits.maxBytes, quota })
}

/**
 * Room in a space that is kept for one upload while its bytes come. What is used and all that is kept stay within the quota, whoever asks for how much
 * at the same time; no more is kept ahead than is left.
 */
export class Room implements Held {
  readonly id: string
  readonly #deps: Deps
  readonly #options: RoomOptions & { readonly kind: string; readonly maxBytes: number; readonly quota: Quota }
  /** What is kept; null before the first time. */
  #bytes: number | null = null
  #mayBeKept = false

  constructor(deps: Deps, options: RoomOptions & { readonly kind: string; readonly maxBytes: number; readonly quota: Quota }) {
    this.id = hex(deps.random(16))
    this.#deps = deps
    this.#options = options
  }

  /** Keeps room for a file of exactly so many bytes. @throws StowageError `quota_exceeded` */
  async keepFor(sizeBytes: number): Promise<void> {
    const bytes = this.#needed(sizeBytes)
    if (!this.#covers(bytes)) await this.#keep(bytes)
  }

  /**
   * Makes sure that what has come of a body has room, and keeps some for what follows.
   * @param atMostBytes the file is no larger
   * @returns null where the room was there: nothing to wait for
   * @throws StowageError `quota_exceeded`
   */
  grow(receivedBytes: number, atMostBytes: number | undefined): Promise<void> | null {
    const needed = this.#needed(receivedBytes)
    if (this.#covers(needed)) return null
    const ahead = atMostBytes ?? receivedBytes + Math.max(receivedBytes, FIRST_STEP_BYTES)
    return this.#keepAhead(needed, Math.max(needed, this.#needed(Math.min(ahead, this.#options.maxBytes))))
  }

  /** For another lease. */
  renewal(now: number): readonly Change[] {
    return this.#bytes === null ? [] : [this.#reserve(this.#bytes, now, now + this.#deps.timing.uploadLeaseMs)]
  }

  /** Keeps exactly as much as a staged file takes, until that is used or expires. */
  keepUntil(expiresAt: number, sizeBytes: number): Change {
    return this.#reserve(this.#needed(sizeBytes), this.#deps.clock.now(), expiresAt)
  }

  /** Turns what was kept into usage, in the commit that uses it. Where nothing was kept, others' room is respected all the same. */
  settle(usage: AddUsage): readonly Change[] {
    const now = this.#deps.clock.now()
    const grown = { bytes: Math.max(0, usage.bytes), count: Math.max(0, usage.count) }
    return [
      ...(this.#bytes === null ? [this.#reserve(grown.bytes, now, now)] : []),
      { op: 'releaseUsage', id: this.id },
      { ...usage, limit: this.#options.quota },
    ]
  }

  release(): readonly Change[] {
    return this.#mayBeKept ? [{ op: 'releaseUsage', id: this.id }] : []
  }

  explained(error: unknown): unknown {
    return isStowageError(error, 'quota_exceeded') ? usedUp(this.#options.quota, error) : error
  }

  #needed(fileBytes: number): number {
    return Math.max(0, fileBytes - this.#options.freeBytes)
  }

  #covers(bytes: number): boolean {
    const { quota, count } = this.#options
    if (this.#bytes === null) return count === 0 && (bytes === 0 || quota.bytes === undefined)
    return bytes <= this.#bytes || quota.bytes === undefined
  }

  async #keepAhead(needed: number, ahead: number): Promise<void> {
    try {
      await this.#keep(ahead)
    } catch (error) {
      if (ahead === needed || !isStowageError(error, 'quota_exceeded')) throw error
      await this.#keepClipped(needed, ahead)
    }
  }

  async #keepClipped(needed: number, ahead: number): Promise<void> {
    const clipped = Math.min(ahead, Math.max(needed, await this.#left()))
    try {
      await this.#keep(clipped)
    } catch (error) {
      // Others were faster with what was left; what is needed may still be there.
      if (clipped === needed || !isStowageError(error, 'quota_exceeded')) throw error
      await this.#keep(needed)
    }
  }

  /** What this one might keep in all. */
  async #left(): Promise<number> {
    const { kind, space, quota } = this.#options
    const { metadata, clock } = this.#deps
    const [used, reserved] = await Promise.all([metadata.getUsage(kind, space), metadata.getReserved(kind, space, clock.now())])
    return (quota.bytes ?? Number.MAX_SAFE_INTEGER) - used.bytes - reserved.bytes + (this.#bytes ?? 0)
  }

  async #keep(bytes: number): Promise<void> {
    const now = this.#deps.clock.now()
    this.#mayBeKept = true
    await this.#deps.metadata.commit([this.#reserve(bytes, now, now + this.#deps.timing.uploadLeaseMs)])
    this.#bytes = bytes
  }

  #reserve(bytes: number, now: number, expiresAt: number): Change {
    const { kind, space, quota, count } = this.#options
    return { op: 'reserveUsage', reservation: { id: this.id, kind, space, bytes, count, expiresAt }, now, limit: quota }
  }
}
