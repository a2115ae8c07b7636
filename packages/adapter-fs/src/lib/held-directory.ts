import type { FileHandle } from 'node:fs/promises'

/** A folder of the root, held open so that nobody can put another in its place. */
export interface Directory {
  /** Path of a name inside it, for one system call. */
  at(name: string): string
  /** Makes all names that were added or removed before this call durable. Calls that overlap share one fsync. */
  sync(): Promise<void>
  release(): Promise<void>
}

export class HeldDirectory implements Directory {
  readonly handle: FileHandle | null
  readonly base: string
  #references = 0
  #closed = false
  #running: Promise<void> | null = null
  #next: Promise<void> | null = null
  readonly #onIdle: () => void

  constructor(handle: FileHandle | null, base: string, onIdle: () => void) {
    this.handle = handle
    this.base = base
    this.#onIdle = onIdle
  }

  /** False when it was closed in the meantime. */
  retain(): boolean {
    if (this.#closed) return false
    this.#references += 1
    return true
  }

  at(name: string): string {
    return `${this.base}/${name}`
  }

  sync(): Promise<void> {
    if (!this.#running) {
      this.#running = this.#syncNow()
      return this.#running
    }
    // The running fsync may have begun before this caller's change: only the one after it counts.
    this.#next ??= this.#running.then(this.#startNext, this.#startNext)
    return this.#next
  }

  readonly #startNext = (): Promise<void> => {
    this.#next = null
    this.#running = this.#syncNow()
    return this.#running
  }

  async #syncNow(): Promise<void> {
    try {
      await this.handle?.sync()
    } finally {
      if (!this.#next) this.#running = null
    }
  }

  async release(): Promise<void> {
    this.#references -= 1
    if (this.#references > 0) return
    this.#closed = true
    this.#onIdle()
    await this.handle?.close()
  }
}
