import { isStowageError, StowageError } from '../../contracts/errors.ts'
import type { Change, IdempotencyRecord } from '../../contracts/metadata.ts'
import { hex } from '../../crypto/random.ts'
import { invalid } from '../details/details.ts'
import type { ServiceDeps, ServiceScope } from '../service.ts'
import type { Held } from './or-given-back.ts'

const MAX_KEY_CHARS = 255
const MAX_TRIES = 5

type Deps = Pick<ServiceDeps, 'clock' | 'metadata' | 'random' | 'timing'>

/** What a request has made before under its key. */
export interface UsedKey {
  readonly fingerprint: string
  readonly assetId: string
}

/** A key of this request's actor, kind and space: the same text of others is another key. */
export class RequestKey implements Held {
  readonly #deps: Deps
  readonly #name: Pick<IdempotencyRecord, 'scope' | 'key'>
  readonly #token: string
  #mayBeHeld = false

  constructor(deps: Deps, { kind, space, actor }: ServiceScope, key: string) {
    checkKey(key)
    this.#deps = deps
    this.#name = { scope: JSON.stringify([kind.name, space?.id ?? '', actor?.id ?? null]), key }
    this.#token = hex(deps.random(16))
  }

  /**
   * Takes the key, for as long as an upload may receive nothing.
   * @returns what it was used for, where it was
   * @throws StowageError `conflict` while another request holds it
   */
  async take(): Promise<UsedKey | null> {
    const { metadata, clock, timing } = this.#deps
    for (let tries = 1; ; tries += 1) {
      const now = clock.now()
      const record = { ...this.#name, fingerprint: this.#token, response: null, expiresAt: now + timing.uploadLeaseMs }
      this.#mayBeHeld = true
      try {
        await metadata.commit([{ op: 'insertIdempotency', record, now }])
        return null
      } catch (error) {
        if (!isStowageError(error, 'already_exists')) throw error
        this.#mayBeHeld = false
      }
      const found = await metadata.getIdempotency(this.#name.scope, this.#name.key)
      if (found && found.response !== null) return { fingerprint: found.fingerprint, assetId: String(found.response.assetId) }
      // Given back since, or out of time: the next try takes its place.
      if (tries >= MAX_TRIES || (found && found.expiresAt > clock.now())) throw underWay()
    }
  }

  renewal(now: number): Change {
    const { timing } = this.#deps
    return { op: 'updateIdempotency', ...this.#name, ...this.#guard(), set: { expiresAt: now + timing.uploadLeaseMs } }
  }

  settle(fingerprint: string, assetId: string): Change {
    const { clock, timing } = this.#deps
    const set = { fingerprint, response: { assetId }, expiresAt: clock.now() + timing.idempotencyMs }
    return { op: 'updateIdempotency', ...this.#name, ...this.#guard(), set }
  }

  /** Gives it back, so that the request can be sent again; changes nothing where it was used up. */
  release(): readonly Change[] {
    return this.#mayBeHeld ? [{ op: 'deleteIdempotency', ...this.#name, ...this.#guard() }] : []
  }

  explained(error: unknown): unknown {
    const lost = isStowageError(error, 'conflict') && error.details.op === 'updateIdempotency'
    return lost ? underWay(error) : error
  }

  #guard() {
    return { guard: { fingerprint: this.#token } }
  }
}

function checkKey(key: unknown): void {
  const valid =
    typeof key === 'string' && key.length >= 1 && key.length <= MAX_KEY_CHARS && key.isWellFormed() && !key.includes('\0')
  if (!valid) throw invalid([{ pointer: '/idempotencyKey', message: `must be text of 1 to ${MAX_KEY_CHARS} characters` }])
}

function underWay(cause?: unknown): StowageError {
  return new StowageError('conflict', 'A request with this Idempotency-Key is under way. Wait for it, or send it again soon.', {
    details: { retryAfterSeconds: 1 },
    retryable: true,
    cause,
  })
}
