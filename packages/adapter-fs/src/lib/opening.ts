import { StowageError } from '@stowage/core/contracts'

/** Something that is opened at first use, and again where that failed. */
export class Opening<T> {
  readonly #open: () => Promise<T>
  #current: Promise<T> | null = null
  #closed = false

  constructor(open: () => Promise<T>) {
    this.#open = open
  }

  async get(): Promise<T> {
    if (this.#closed) throw new StowageError('unavailable', 'The storage was closed.', { retryable: false })
    const current = this.#current ?? this.#open()
    this.#current = current
    try {
      return await current
    } catch (error) {
      if (this.#current === current) this.#current = null
      throw error
    }
  }

  /** @returns what was open */
  async close(): Promise<T | null> {
    this.#closed = true
    const current = await this.#current?.catch(() => null)
    this.#current = null
    return current ?? null
  }
}
