import type { FileHandle } from 'node:fs/promises'
import { disposeChunk, StowageError } from '@stowage/core/contracts'

const BATCH_BYTES = 1024 * 1024
// Each small chunk may keep a whole network buffer alive.
const BATCH_CHUNKS = 256
/** A large file goes to the disk while it arrives, so that little is left to sync at its end. */
const SYNC_BYTES = 16 * BATCH_BYTES

/** An error that may come at any time, and ends whatever is being waited for. */
export class Failure {
  #error: { readonly value: unknown } | null = null
  #reject: ((error: unknown) => void) | null = null

  raise(value: unknown): void {
    this.#error ??= { value }
    this.#reject?.(this.#error.value)
  }

  throwIfRaised(): void {
    if (this.#error) throw this.#error.value
  }

  /** `promise`, or the failure if that comes first. */
  race<T>(promise: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#reject = reject
      if (this.#error) reject(this.#error.value)
      promise.then(resolve, reject)
    })
  }
}

/** Gathers chunks and writes them with one `writev` per batch, while the next batch gathers. */
export class BatchWriter {
  readonly failed = new Failure()
  sizeBytes = 0
  readonly #open: () => Promise<FileHandle>
  readonly #disposable: boolean
  #handle: FileHandle | null = null
  #batch: Uint8Array[] = []
  #batchBytes = 0
  #writing: Promise<void> | null = null
  #unsyncedBytes = 0
  #syncing: Promise<void> | null = null

  /**
   * @param open called once there is a batch to write
   * @param disposable whether nobody else keeps the chunks
   */
  constructor(open: () => Promise<FileHandle>, disposable = false) {
    this.#open = open
    this.#disposable = disposable
  }

  /** The promise, where there is one, resolves once there is room for more. */
  write(chunk: Uint8Array): Promise<void> | undefined {
    this.#batch.push(chunk)
    this.#batchBytes += chunk.byteLength
    this.sizeBytes += chunk.byteLength
    return this.#batchBytes >= BATCH_BYTES || this.#batch.length >= BATCH_CHUNKS ? this.#flush() : undefined
  }

  fail(error: unknown): void {
    this.failed.raise(error)
  }

  /** @returns the chunks where they are all in hand, at most `holdBytes`, and nothing was opened; null once all is written */
  async end(holdBytes: number): Promise<readonly Uint8Array[] | null> {
    if (!this.#writing && !this.#handle && this.sizeBytes <= holdBytes) {
      this.failed.throwIfRaised()
      return this.#batch
    }
    await this.#flush()
    await this.#writing
    await this.#syncing
    this.failed.throwIfRaised()
    return null
  }

  /** Waits for the write that still runs, so that the file may be closed and removed. */
  async settle(): Promise<void> {
    await this.#writing
    await this.#syncing
  }

  /** Begins to sync what was written so far, unless that is under way. A sync that fails ends the upload as a write would. */
  #syncBehind(handle: FileHandle, bytes: number): void {
    this.#unsyncedBytes += bytes
    if (this.#unsyncedBytes < SYNC_BYTES || this.#syncing) return
    this.#unsyncedBytes = 0
    this.#syncing = handle
      .datasync()
      .catch(error => this.failed.raise(error))
      .finally(() => {
        this.#syncing = null
      })
  }

  async #flush(): Promise<void> {
    if (this.#writing) await this.#writing
    this.failed.throwIfRaised()
    const [batch, bytes] = [this.#batch, this.#batchBytes]
    this.#batch = []
    this.#batchBytes = 0
    if (batch.length === 0) return
    this.#writing = this.#write(batch, bytes).catch(error => this.failed.raise(error))
  }

  async #write(batch: Uint8Array[], bytes: number): Promise<void> {
    this.#handle ??= await this.#open()
    await writeAll(this.#handle, batch)
    if (this.#disposable) for (const chunk of batch) disposeChunk(chunk)
    this.#syncBehind(this.#handle, bytes)
  }
}

export async function writeAll(handle: FileHandle, batch: readonly Uint8Array[]): Promise<void> {
  let rest = batch
  while (rest.length > 0) {
    const only = rest.length === 1 ? rest[0] : undefined
    const { bytesWritten } = only ? await handle.write(only) : await handle.writev(rest)
    if (bytesWritten === 0) throw new StowageError('insufficient_storage', 'The file system took no more bytes.')
    rest = afterBytes(rest, bytesWritten)
  }
}

/** What is left of the chunks after a write that may have been short. */
function afterBytes(chunks: readonly Uint8Array[], bytes: number): Uint8Array[] {
  let left = bytes
  for (const [index, chunk] of chunks.entries()) {
    if (left < chunk.byteLength) return [chunk.subarray(left), ...chunks.slice(index + 1)]
    left -= chunk.byteLength
  }
  return []
}
