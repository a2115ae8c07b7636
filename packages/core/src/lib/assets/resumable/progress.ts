import { isStowageError, StowageError } from '../../contracts/errors.ts'
import type { PutOptions, StorageBody } from '../../contracts/storage.ts'
import type { WritingBlob } from '../blobs.ts'
import { judging } from '../completion/refusal.ts'
import { acceptedType } from '../making/recognise.ts'
import type { ServiceDeps, ServiceScope } from '../service.ts'
import { removeFragments, spentFragment } from './fragments.ts'
import { PREFIX_BYTES, type SeenBytes } from './known-bytes.ts'
import { assertNewest } from './newest.ts'
import { type Fragment, type Received, withoutNumber, withPart } from './received.ts'
import { advance, keepRoom, needsRoom, type Seat } from './seat.ts'

/** What is kept ahead of a request that does not say how long it is: then as much as has come. */
const FIRST_STEP_BYTES = 1024 * 1024
const LEAST_STEP_BYTES = 4096

export interface Begun {
  readonly seat: Seat
  /** Null where others brought some of the bytes before. */
  readonly seen: SeenBytes | null
  readonly announcedBytes: number | undefined
}

/** What the storage has acknowledged, and no row tells yet. */
interface Waiting {
  readonly bytes: number
  readonly received: Received
  /** Those that are needed no more. */
  readonly spent: readonly Fragment[]
  /** Those that did not exist before. */
  readonly fresh: readonly Fragment[]
}

/** How far one request has come. */
export class Progress {
  readonly #deps: ServiceDeps
  readonly #scope: ServiceScope
  #seat: Seat
  /** How much of the request is still to come, where that is known. */
  #announced: number | undefined
  readonly #seen: SeenBytes | null
  #waiting: Waiting
  /** A part whose number the storage may know. */
  #underWay = false

  constructor(deps: ServiceDeps, scope: ServiceScope, { seat, seen, announcedBytes }: Begun) {
    this.#deps = deps
    this.#scope = scope
    this.#seat = seat
    this.#announced = announcedBytes
    this.#seen = seen
    this.#waiting = nothing(seat)
  }

  get seat(): Seat {
    return this.#seat
  }

  /** With what waits. */
  get received(): Received {
    return this.#waiting.received
  }

  /** As far as the storage has it. */
  get storedBytes(): number {
    return this.#seat.upload.offsetBytes + this.#waiting.bytes
  }

  get announcedBytes(): number | undefined {
    return this.#announced
  }

  /** How long the file is, or may get. */
  get mostBytes(): number {
    const { maxObjectBytes } = this.#deps.storage.capabilities
    return this.#seat.lengthBytes ?? Math.min(this.#scope.kind.limits.maxBytes, maxObjectBytes)
  }

  took(bytes: number): void {
    if (this.#announced !== undefined) this.#announced -= bytes
  }

  stored(what: Pick<Waiting, 'bytes' | 'received'> & Partial<Waiting>): void {
    const { bytes, spent, fresh } = this.#waiting
    this.#waiting = {
      bytes: bytes + what.bytes,
      received: what.received,
      spent: [...spent, ...(what.spent ?? [])],
      fresh: [...fresh, ...(what.fresh ?? [])],
    }
  }

  /** Writes down what has come since. */
  async keep(): Promise<void> {
    const { bytes, received, spent } = this.#waiting
    // Whatever is answered, the commit may have taken place.
    this.#waiting = { ...this.#waiting, fresh: [] }
    this.#seat = await advance(this.#deps, this.#seat, {
      bytes,
      received,
      also: spent.map(fragment => spentFragment(this.#deps, fragment)),
    })
    this.#waiting = nothing(this.#seat)
    await removeFragments(this.#deps, spent)
  }

  /** Announces an object, as long as nobody else goes on with the upload. */
  async announce(blob: WritingBlob): Promise<void> {
    const { received } = this.#seat.upload.data
    this.#seat = await advance(this.#deps, this.#seat, { bytes: 0, received, also: [{ op: 'insertBlob', blob }] })
  }

  /** Lets another request go on, without what still waits. */
  async leave(): Promise<void> {
    const { upload } = this.#seat
    const { received: reached, fresh } = this.#waiting
    const kept = upload.data.received
    const received = this.#isPlanned ? kept : { ...kept, nextPart: reached.nextPart }
    const release = { bytes: 0, received: this.#underWay ? withoutNumber(received) : received, release: true }
    try {
      await removeFragments(this.#deps, fresh)
      this.#seat = await advance(this.#deps, this.#seat, release)
    } catch (error) {
      this.#deps.logger.debug('The right to write an upload is left to whoever takes it.', { upload: upload.id, error })
    }
  }

  /** Where a kind takes some types only: how much of a file's beginning is still to come, so that others are refused at once. */
  get bytesToJudge(): number {
    if (this.#scope.kind.accept === undefined || this.#seen === null) return 0
    return Math.max(0, PREFIX_BYTES - this.#seen.bytes)
  }

  async judgeType(): Promise<void> {
    const { contentType } = this.#seat.upload.data
    await judging(() => acceptedType(this.#scope.kind, this.#seen?.prefix ?? new Uint8Array(0), contentType ?? undefined))
  }

  /** @returns what was stored, once the storage has acknowledged it */
  async putPart(
    body: StorageBody,
    options: Pick<PutOptions, 'sizeBytes'>,
  ): Promise<{ readonly sizeBytes: number; readonly received: Received }> {
    const { multipart, name } = this.#deps.storage
    const { storageUploadId, data } = this.#seat.upload
    if (!multipart || storageUploadId === null) throw new StowageError('unsupported', `Storage ${name} takes no files in parts.`)
    await this.#claimNumber(multipart.maxParts)
    const { nextPart: partNumber } = this.#waiting.received
    this.#underWay = true
    const part = await multipart.putPart({ key: data.key, uploadId: storageUploadId, partNumber }, body, options)
    this.#underWay = false
    return { sizeBytes: part.sizeBytes, received: withPart(this.#waiting.received, part) }
  }

  /**
   * @param from where they begin in the file
   * @returns how much of it there is room for
   */
  async keepRoom(from: number, maxBytes: number): Promise<number> {
    let wanted = Math.min(maxBytes, this.#announced ?? Math.max(FIRST_STEP_BYTES, this.#seat.upload.offsetBytes))
    if (!needsRoom(this.#seat)) return maxBytes
    for (;;) {
      try {
        await keepRoom(this.#deps, this.#scope, this.#seat, from + wanted)
        return wanted
      } catch (error) {
        // What is to come may be less than might come.
        if (this.#announced !== undefined || wanted <= LEAST_STEP_BYTES || !isStowageError(error, 'quota_exceeded')) throw error
        wanted = Math.ceil(wanted / 4)
      }
    }
  }

  /** Whether a number stands for a place in the file. */
  get #isPlanned(): boolean {
    return this.#seat.upload.data.received.etags !== undefined
  }

  /** Whoever takes over skips one number only: no more than that may be used without its being written down. */
  async #claimNumber(maxParts: number): Promise<void> {
    const { nextPart } = this.#waiting.received
    if (nextPart > maxParts)
      throw new StowageError('unprocessable', 'The upload came in too many pieces. Begin another, and send it in larger ones.')
    // Whoever is fenced off by now must not put its bytes over those that count.
    if (this.#isPlanned) return assertNewest(this.#deps, this.#seat)
    const { received } = this.#seat.upload.data
    if (received.nextPart !== nextPart)
      this.#seat = await advance(this.#deps, this.#seat, { bytes: 0, received: { ...received, nextPart } })
  }
}

const nothing = ({ upload }: Seat): Waiting => ({ bytes: 0, received: upload.data.received, spent: [], fresh: [] })
