import { Buffer } from 'node:buffer'
import type { FileHandle } from 'node:fs/promises'
import { StowageError } from '@stowage/core/contracts'
import { abortError, fsError } from './errors.ts'

/** Up to this size an object is read at once, and its file closed before `get` resolves. */
export const SMALL_BYTES = 64 * 1024
const CHUNK_BYTES = 512 * 1024

export interface Span {
  readonly start: number
  /** Inclusive; before `start` when there is nothing to read. */
  readonly end: number
}

/** Reads exactly the bytes of `span` into a buffer of its own. */
export async function readSpan(handle: FileHandle, { start, end }: Span, name: string): Promise<Uint8Array> {
  const buffer = Buffer.allocUnsafeSlow(end - start + 1)
  let filled = 0
  while (filled < buffer.byteLength) {
    const { bytesRead } = await handle.read(buffer, filled, buffer.byteLength - filled, start + filled)
    if (bytesRead === 0) throw new StowageError('unavailable', `The file of ${name} became shorter while it was read.`)
    filled += bytesRead
  }
  return buffer
}

/** Streams `span` in fresh buffers, reading one ahead. The file is closed at the end, at an error, and by `return()`. */
export class FileBody implements AsyncIterableIterator<Uint8Array> {
  readonly #handle: FileHandle
  readonly #name: string
  readonly #end: number
  readonly #signal: AbortSignal | undefined
  #position: number
  #ahead: Promise<Uint8Array> | null = null
  #closed = false

  constructor(handle: FileHandle, span: Span, name: string, signal: AbortSignal | undefined) {
    this.#handle = handle
    this.#position = span.start
    this.#end = span.end
    this.#name = name
    this.#signal = signal
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async next(): Promise<IteratorResult<Uint8Array, undefined>> {
    if (this.#closed) return { done: true, value: undefined }
    try {
      if (this.#signal?.aborted) throw abortError(this.#signal)
      const reading = this.#ahead ?? this.#read()
      if (!reading) return await this.return()
      const value = await reading
      this.#ahead = this.#read()
      return { done: false, value }
    } catch (error) {
      await this.return()
      throw fsError(error, `read ${this.#name}`)
    }
  }

  async return(): Promise<IteratorResult<Uint8Array, undefined>> {
    if (!this.#closed) {
      this.#closed = true
      await this.#handle.close() // Waits for the read that still runs.
    }
    return { done: true, value: undefined }
  }

  #read(): Promise<Uint8Array> | null {
    const start = this.#position
    if (start > this.#end) return null
    const end = Math.min(start + CHUNK_BYTES - 1, this.#end)
    this.#position = end + 1
    const reading = readSpan(this.#handle, { start, end }, this.#name)
    // Whoever asks for this chunk gets its error; nobody may ask.
    reading.catch(() => undefined)
    return reading
  }
}

/** A body that was read already. */
export async function* oneChunk(bytes: Uint8Array): AsyncGenerator<Uint8Array, void> {
  if (bytes.byteLength > 0) yield bytes
}
