import { PDFDataRangeTransport } from 'pdfjs-dist/legacy/build/pdf.mjs'
import { type TaskFile, Unreadable } from '../../pool/task.ts'

/** The most that one call of `TaskFile.read` gives. */
const READ_BYTES = 8 * 1024 * 1024
/** A damaged file is searched as a whole for what can be saved; it lies in memory more than once meanwhile. */
const MAX_RANGE_BYTES = 48 * 1024 * 1024

/** Gives pdf.js the parts of a file that it asks for. */
export class FileTransport extends PDFDataRangeTransport {
  /** Never resolves; rejects with what kept a part from being read. */
  readonly failed: Promise<never>
  readonly #file: TaskFile
  readonly #fail: (error: unknown) => void

  constructor(file: TaskFile) {
    super(file.sizeBytes, null)
    this.#file = file
    const { promise, reject } = Promise.withResolvers<never>()
    promise.catch(() => undefined) // it may fail after the last one who waits for it
    this.failed = promise
    this.#fail = reject
  }

  override requestDataRange(begin: number, end: number): void {
    this.#read(begin, end).then(bytes => this.onDataRange(begin, bytes), this.#fail)
  }

  async #read(begin: number, end: number): Promise<Uint8Array> {
    if (end - begin > MAX_RANGE_BYTES) throw new Unreadable('The PDF is damaged, and too large to be repaired.')
    const bytes = new Uint8Array(end - begin)
    let length = 0
    while (length < bytes.length) {
      const part = await this.#file.read(begin + length, Math.min(end, begin + length + READ_BYTES))
      if (part.length === 0) throw new Unreadable('The PDF ends too early.')
      bytes.set(part, length)
      length += part.length
    }
    return bytes
  }
}
