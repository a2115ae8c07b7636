import type { FileHead, FilePart } from './part.ts'

/** Gives the next bytes of a file. */
export type ReadFile = (file: FileBody) => Promise<IteratorResult<Uint8Array, undefined>>

/** The bytes of one file, to be read once. */
export class FileBody implements AsyncIterableIterator<Uint8Array, undefined> {
  readonly head: FileHead
  readonly #read: ReadFile
  #left = false

  constructor(head: FileHead, read: ReadFile) {
    this.head = head
    this.#read = read
  }

  next(): Promise<IteratorResult<Uint8Array, undefined>> {
    return this.#left ? this.return() : this.#read(this)
  }

  /** The consumer stops reading. What is left still has to be discarded before the next part. */
  async return(): Promise<IteratorResult<Uint8Array, undefined>> {
    this.#left = true
    return { done: true, value: undefined }
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  toPart(): FilePart {
    const discard = async () => {
      while (!(await this.#read(this)).done);
    }
    return { ...this.head, body: this, discard }
  }
}
