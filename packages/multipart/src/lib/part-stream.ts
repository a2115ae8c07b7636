import type { Buffer } from 'node:buffer'
import { ChunkSource } from './chunk-source.ts'
import { MultipartError } from './errors.ts'
import { FileBody } from './file-body.ts'
import type { FormScanner } from './form-scanner.ts'
import type { FilePart, MultipartPart } from './part.ts'

/** Parts on demand: reads a chunk of the source only while someone waits for what is in it. */
export class PartStream implements AsyncIterableIterator<MultipartPart, undefined> {
  readonly #source: ChunkSource
  readonly #scanner: FormScanner
  readonly #signal: AbortSignal | undefined
  #openFile: FileBody | null = null
  #failure: { readonly error: unknown } | null = null
  #over = false

  constructor(source: AsyncIterable<Uint8Array>, scanner: FormScanner, signal: AbortSignal | undefined) {
    this.#source = new ChunkSource(source, chunk => (chunk === null ? scanner.end() : scanner.push(chunk)))
    this.#scanner = scanner
    this.#signal = signal
    if (signal?.aborted) this.#onAbort()
    else signal?.addEventListener('abort', this.#onAbort, { once: true })
  }

  async next(): Promise<IteratorResult<MultipartPart, undefined>> {
    try {
      while (!this.#over) {
        this.#throwFailure()
        if (this.#openFile !== null) throw notRead(this.#openFile)
        const token = this.#scanner.next()
        if (token === null) await this.#source.read()
        else if (token.kind === 'field') return { done: false, value: token }
        else if (token.kind === 'file') return { done: false, value: this.#open(new FileBody(token, this.#readFile)) }
        else this.#finish()
      }
      return { done: true, value: undefined }
    } catch (error) {
      throw this.#fail(error)
    }
  }

  /** Ends the iteration: the source's iterator is returned, a file still being read fails with `cancelled`. */
  async return(): Promise<IteratorResult<MultipartPart, undefined>> {
    if (this.#finish() && this.#failure === null) {
      const error = new MultipartError('cancelled', 'The iteration of parts was ended. Read a file before that.')
      this.#failure = { error }
      await this.#source.close(error)
    }
    return { done: true, value: undefined }
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  #open(file: FileBody): FilePart {
    this.#openFile = file
    return file.toPart()
  }

  readonly #readFile = async (file: FileBody): Promise<IteratorResult<Buffer, undefined>> => {
    try {
      while (this.#openFile === file) {
        this.#throwFailure()
        const token = this.#scanner.next()
        if (token === null) await this.#source.read()
        else if (token.kind === 'data') return { done: false, value: token.bytes }
        else this.#openFile = null
      }
      return { done: true, value: undefined }
    } catch (error) {
      throw this.#fail(error)
    }
  }

  readonly #onAbort = (): void => {
    this.#fail(this.#signal?.reason)
  }

  /** Remembers the first failure, for every reader, and lets go of the source. */
  #fail(error: unknown): unknown {
    if (this.#failure !== null) return this.#failure.error
    this.#failure = { error }
    this.#signal?.removeEventListener('abort', this.#onAbort)
    // The first failure is the one to report: closing may only fail in its wake.
    this.#source.close(error).catch(() => undefined)
    return error
  }

  #throwFailure(): void {
    if (this.#failure !== null) throw this.#failure.error
  }

  /** False where the iteration was over before. */
  #finish(): boolean {
    if (this.#over) return false
    this.#over = true
    this.#signal?.removeEventListener('abort', this.#onAbort)
    return true
  }
}

function notRead(file: FileBody): MultipartError {
  const message = `The file in "${file.head.name}" was not read to its end. Read its body, or call discard(), before the next part.`
  return new MultipartError('file_not_read', message)
}
