import type { Change } from '../contracts/metadata.ts'
import { newBlob, type WritingBlob } from './blobs.ts'
import type { ServiceDeps } from './service.ts'

const MAX_SPARES = 32
/** How long after the last upload its spares are taken back. */
const IDLE_MS = 1000

/** Blob rows that are committed before their object is written, so that whatever is in storage has a row. */
export interface Announcements {
  /** A row of this kind with a random key. The caller says by `done` that its upload has ended, well or not. */
  take(kind: string): Promise<WritingBlob>
  done(): void
  /** Takes back the rows that nobody took. */
  close(): Promise<void>
}

type Deps = Pick<ServiceDeps, 'clock' | 'logger' | 'metadata' | 'random' | 'storage' | 'timing'>

interface Waiting {
  readonly resolve: (blob: WritingBlob) => void
  readonly reject: (error: unknown) => void
}

/**
 * Announces one row for one upload. While several uploads run at once, rows are announced ahead, many in one commit: an upload then waits for
 * the database once, at its end. A row that is never taken has no object: it is taken back when nothing runs any more, or goes with its lease.
 * @param newKey a key that depends on nothing
 */
export function createAnnouncements(deps: Deps, newKey: () => string): Announcements {
  const kinds = new Map<string, KindAnnouncements>()
  let running = 0
  let forgetIdle = (): void => undefined
  const takeBack = async (): Promise<void> => {
    await Promise.all([...kinds.values()].map(kind => kind.takeBack()))
  }
  return {
    take(kind) {
      running += 1
      forgetIdle()
      let own = kinds.get(kind)
      if (!own) {
        own = new KindAnnouncements(deps, () => newBlob(deps, { id: '', kind }, { key: newKey(), contentType: null }))
        kinds.set(kind, own)
      }
      return own.take(running)
    },
    done() {
      running -= 1
      if (running > 0) return
      forgetIdle = deps.clock.after(IDLE_MS, () => void takeBack())
    },
    close() {
      forgetIdle()
      return takeBack()
    },
  }
}

class KindAnnouncements {
  readonly #deps: Deps
  readonly #make: () => WritingBlob
  #spares: WritingBlob[] = []
  #waiting: Waiting[] = []
  #announcing: Promise<void> | null = null

  constructor(deps: Deps, make: () => WritingBlob) {
    this.#deps = deps
    this.#make = make
  }

  /** @param running uploads at this moment, this one included */
  take(running: number): Promise<WritingBlob> {
    const spare = this.#fresh()
    const wanted = running > 1 ? Math.min(running, MAX_SPARES) : 0
    if (spare) {
      if (this.#spares.length < wanted / 2) this.#announce(wanted)
      return Promise.resolve(spare)
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject })
      this.#announce(wanted)
    })
  }

  /** Never throws: what can't be taken back goes with its lease. */
  async takeBack(): Promise<void> {
    await this.#announcing
    const rows = this.#spares.map(({ id }): Change => ({ op: 'deleteBlob', id, guard: { states: ['writing'] } }))
    this.#spares = []
    if (rows.length === 0) return
    try {
      await this.#deps.metadata.commit(rows)
    } catch (error) {
      this.#deps.logger.debug('Rows that were announced ahead are left to the sweeper.', { error })
    }
  }

  /** The oldest that has more than half of its lease before it. One that is too old goes with its lease. */
  #fresh(): WritingBlob | undefined {
    const { clock, timing } = this.#deps
    const until = clock.now() + timing.uploadLeaseMs / 2
    for (;;) {
      const spare = this.#spares.shift()
      if (!spare || spare.dueAt > until) return spare
    }
  }

  /** One commit at a time: whoever comes while it runs shares the next one. */
  #announce(spares: number): void {
    this.#announcing ??= this.#announceNow(spares).finally(() => {
      this.#announcing = null
      if (this.#waiting.length > 0) this.#announce(Math.min(this.#waiting.length, MAX_SPARES))
    })
  }

  async #announceNow(spares: number): Promise<void> {
    const served = this.#waiting
    this.#waiting = []
    const missing = Math.max(0, spares - this.#spares.length)
    const blobs = Array.from({ length: served.length + missing }, this.#make)
    try {
      await this.#deps.metadata.commit(blobs.map((blob): Change => ({ op: 'insertBlob', blob })))
    } catch (error) {
      for (const { reject } of served) reject(error)
      if (served.length === 0) this.#deps.logger.debug('No rows were announced ahead.', { error })
      return
    }
    for (const [i, { resolve }] of served.entries()) resolve(blobs[i] as WritingBlob)
    this.#spares.push(...blobs.slice(served.length))
  }
}
