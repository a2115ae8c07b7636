import { isStowageError } from '../../contracts/errors.ts'
import { discardAttempt } from '../blobs.ts'
import type { ServiceDeps } from '../service.ts'
import { joined, newFragment, toJoin } from './fragments.ts'
import type { Block, Share } from './memory.ts'
import type { Pieces } from './pieces.ts'
import type { Progress } from './progress.ts'
import { bytesOf, fragmentsOf } from './received.ts'
import type { Taking } from './taking.ts'

interface How {
  readonly partBytes: number
  /** Keeps nothing before `settle`. */
  readonly waits: boolean
  /** Ends the bytes once the storage has failed. */
  readonly failed: AbortController
}

/**
 * Bytes are collected to parts of one size. What is less than one at the end, or more than memory is for, is stored as an object of its own, and read
 * back when the rest of its part is there. While one part is on its way the next is collected, where memory allows.
 */
export class Collecting implements Taking {
  readonly #deps: ServiceDeps
  readonly #progress: Progress
  readonly #how: How
  readonly #share: Share
  /** Of the next byte in the file. */
  #at: number
  /** Where the part ends that is being collected. */
  #partEnd: number
  #block: Block | null = null
  /** What is on its way to the storage: one thing after the other. */
  #underWay: Promise<void> = Promise.resolve()

  constructor(deps: ServiceDeps, progress: Progress, how: How) {
    this.#deps = deps
    this.#progress = progress
    this.#how = how
    this.#at = progress.seat.upload.offsetBytes
    this.#partEnd = this.#endOfPart(this.#at - bytesOf(fragmentsOf(progress.received)))
    this.#share = deps.resumable.memory.enter()
  }

  async takeAll(pieces: Pieces): Promise<void> {
    try {
      if (this.#isDue()) await this.#send(block => this.#putPart(block))
      while (this.#at < this.#progress.mostBytes && (await pieces.more())) await this.#takePiece(pieces)
      await this.#underWay
    } catch (error) {
      // What there was room for is kept.
      if (isStowageError(error, 'quota_exceeded') && !this.#how.waits) await this.settle()
      throw error
    } finally {
      await this.#underWay.catch(() => undefined)
    }
  }

  async settle(): Promise<void> {
    if (this.#block) await this.#send(block => this.#putFragment(block))
    await this.#underWay
    if (this.#how.waits) await this.#progress.keep()
  }

  close(): void {
    this.#share.leave()
  }

  #endOfPart(from: number): number {
    const { lengthBytes } = this.#progress.seat
    return Math.min(from + this.#how.partBytes, lengthBytes ?? Number.POSITIVE_INFINITY)
  }

  /** Whether a part is whole without another byte: that of an empty file, or one whose length was not known before. */
  #isDue(): boolean {
    const { seat, received } = this.#progress
    const isEmpty = seat.lengthBytes === 0 && received.runs.length === 0
    return this.#at >= this.#partEnd && (isEmpty || fragmentsOf(received).length > 0)
  }

  async #takePiece(pieces: Pieces): Promise<void> {
    const progress = this.#progress
    const begins = this.#how.waits ? 0 : progress.bytesToJudge
    const block = this.#block ?? (await this.#newBlock())
    this.#block = block
    const left = Math.min(this.#partEnd, progress.mostBytes) - this.#at
    const most = Math.min(block.freeBytes, left, begins || left)
    const piece = pieces.take(await progress.keepRoom(this.#at, most))
    for await (const chunk of piece.body) block.add(chunk)
    this.#at += piece.bytes
    progress.took(piece.bytes)
    if (begins > 0 && progress.bytesToJudge === 0) await progress.judgeType()
    if (this.#at === this.#partEnd) await this.#send(whole => this.#putPart(whole))
    else if (block.freeBytes === 0) await this.#send(full => this.#putFragment(full))
  }

  async #newBlock(): Promise<Block> {
    const announced = this.#progress.announcedBytes ?? 0
    const missing = Math.min(this.#partEnd, this.#progress.mostBytes) - this.#at
    const bytes = announced > 0 ? Math.min(announced, missing) : missing
    // What is on its way holds memory, too.
    if (this.#share.freeBytes < bytes) await this.#underWay
    return this.#share.take(bytes)
  }

  async #send(put: (block: Block | null) => Promise<void>): Promise<void> {
    await this.#underWay
    const block = this.#block
    this.#block = null
    if (this.#at >= this.#partEnd) this.#partEnd = this.#endOfPart(this.#at)
    this.#underWay = put(block).finally(() => block?.release())
    this.#underWay.catch(() => this.#how.failed.abort())
  }

  async #putPart(block: Block | null): Promise<void> {
    const progress = this.#progress
    const fragments = fragmentsOf(progress.received)
    const filled = block?.filled ?? new Uint8Array(0)
    const sizeBytes = bytesOf(fragments) + filled.byteLength
    const { body, failure } = joined(this.#deps, progress.seat, fragments, filled)
    const put = () => progress.putPart(body, { sizeBytes })
    const { received } = await this.#joining(fragments.length > 0 ? sizeBytes : 0, put).catch((error: unknown) => {
      throw failure() ?? error
    })
    const { fragments: _, ...withoutThem } = received
    progress.stored({ bytes: filled.byteLength, received: withoutThem, spent: fragments })
    if (!this.#how.waits) await progress.keep()
  }

  async #putFragment(block: Block | null): Promise<void> {
    if (!block || block.filled.byteLength === 0) return
    const progress = this.#progress
    const { received } = progress
    const fragments = fragmentsOf(received)
    const spent = toJoin(fragments)
    const blob = newFragment(this.#deps, progress.seat.upload)
    await progress.announce(blob)
    const fragment = { blobId: blob.id, key: blob.key, bytes: bytesOf(spent) + block.filled.byteLength }
    const { storage } = this.#deps
    const { body, failure } = joined(this.#deps, progress.seat, spent, block.filled)
    const { createOnly } = storage.capabilities
    const put = () => storage.put(blob.key, body, { createOnly, sizeBytes: fragment.bytes })
    await this.#joining(spent.length > 0 ? fragment.bytes : 0, put).catch(async (error: unknown) => {
      await discardAttempt(this.#deps, blob, error)
      throw failure() ?? error
    })
    const left = [...fragments.slice(0, fragments.length - spent.length), fragment]
    progress.stored({ bytes: block.filled.byteLength, received: { ...received, fragments: left }, spent, fresh: [fragment] })
    if (!this.#how.waits) await progress.keep()
  }

  /** A storage may hold all of what is read back from others and sent again. */
  #joining<T>(bytes: number, work: () => Promise<T>): Promise<T> {
    return bytes === 0 ? work() : this.#deps.resumable.memory.whileJoining(bytes, work)
  }
}
