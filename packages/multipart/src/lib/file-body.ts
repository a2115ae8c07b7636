import type { FileHead, FilePart } from './part.ts'

/** Gives the next bytes of a file, null once it is over. */
export type ReadFile = (file: FileBody) => Promise<Uint8Array | null>

/** The bytes of one file, to be read once. */
export class FileBody implements AsyncIterableIterator<Uint8Array, undefined> {
  readonly head: FileHead
  readonly #read: ReadFile
  #left = false

  constructor(head: FileHead, read: ReadFile) {
    this.head = head
    this.#read = read
  }

  async next(): Promise<IteratorResult<Uint8Array, undefined>> {
    const bytes = this.#left ? null : await this.#read(this)
    return bytes === null ? { done: true, value: undefined } : { done: false, value: bytes }
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
      for (let bytes = await this.#read(this); bytes !== null; bytes = await this.#read(this));
    }
    return { ...this.head, body: this, discard }
  }
}
