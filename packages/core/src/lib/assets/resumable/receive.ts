import { isStowageError, StowageError } from '../../contracts/errors.ts'
import { judging } from '../completion/refusal.ts'
import type { AppendInput } from '../interface/resumable-uploads.ts'
import { acceptedType } from '../making/recognise.ts'
import type { ServiceDeps, ServiceScope } from '../service.ts'
import { chunkMismatch, type RunningChecksum } from './checksum.ts'
import { isWhole } from './find.ts'
import { PREFIX_BYTES, type SeenBytes } from './known-bytes.ts'
import { openPieces, type Pieces } from './pieces.ts'
import { type Received, withoutNumber, withPart } from './received.ts'
import { advance, keepRoom, needsRoom, type Seat } from './seat.ts'

/** What is kept ahead of a request that does not say how long it is: then as much as has come. */
const FIRST_STEP_BYTES = 1024 * 1024
const LEAST_STEP_BYTES = 4096

/** Everything that one request brings. */
export interface Incoming {
  readonly input: AppendInput
  readonly checksum: RunningChecksum | null
  /** Fires when a newer request goes on with the upload. */
  readonly stopped: AbortSignal
}

/**
 * Stores the bytes of one request, as far as they come. What is kept is written down before this settles, whichever way.
 * @returns the seat as it is then: still taken where the file is whole, left otherwise
 * @throws a refusal of what the file begins with; StowageError `aborted` and what else the bytes ended with, `conflict` where a newer request goes on, `checksum_mismatch` where nothing was kept
 */
export async function receive(deps: ServiceDeps, scope: ServiceScope, seat: Seat, incoming: Incoming): Promise<Seat> {
  const { input, checksum, stopped } = incoming
  const signal = input.signal ? AbortSignal.any([stopped, input.signal]) : stopped
  const { id, offsetBytes } = seat.upload
  const { known } = deps.resumable
  const seen = known.take(id, offsetBytes)
  const before = checksum && seen ? seen.fork() : null
  const pieces = openPieces(input.body, signal, chunk => {
    seen?.update(chunk)
    checksum?.update(chunk)
  })
  const receiving = new Receiving(deps, scope, { seat, seen, announcedBytes: input.lengthBytes })
  try {
    await receiving.takeAll(pieces, checksum !== null)
    if (checksum !== null) {
      if (pieces.failure !== undefined) throw ended(pieces, stopped)
      if (await pieces.more()) throw tooMuch(receiving.seat)
      if (!checksum.matches()) throw chunkMismatch()
      await receiving.keep()
    }
    if (pieces.failure !== undefined && !isWhole(receiving.seat.upload)) throw ended(pieces, stopped)
    if (input.lengthBytes === undefined && (await pieces.more())) throw tooMuch(receiving.seat)
    if (!isWhole(receiving.seat.upload)) await receiving.leave()
    return receiving.seat
  } catch (error) {
    await receiving.leave()
    throw error
  } finally {
    const kept = [seen, before].find(one => one?.bytes === receiving.seat.upload.offsetBytes)
    if (kept) known.keep(id, kept)
    await pieces.close()
  }
}

function ended({ failure }: Pieces, stopped: AbortSignal): unknown {
  if (!stopped.aborted) return failure
  return new StowageError('conflict', 'A newer request goes on with this upload.')
}

function tooMuch({ upload }: Seat): StowageError {
  const message = `The file has ${upload.offsetBytes} bytes; more were sent, and were dropped.`
  return new StowageError('content_too_large', message, { details: { maxBytes: upload.offsetBytes } })
}

interface Begun {
  readonly seat: Seat
  /** Null where others brought some of the bytes before. */
  readonly seen: SeenBytes | null
  readonly announcedBytes: number | undefined
}

/** The bytes of one request on their way: what was kept, and what waits for the request's checksum. */
class Receiving {
  readonly #deps: ServiceDeps
  readonly #scope: ServiceScope
  #seat: Seat
  /** How much of the request is still to come, where that is known. */
  #announced: number | undefined
  readonly #seen: SeenBytes | null
  #waiting: { readonly bytes: number; readonly received: Received }
  /** A part whose number the storage may know. */
  #underWay = false

  constructor(deps: ServiceDeps, scope: ServiceScope, { seat, seen, announcedBytes }: Begun) {
    this.#deps = deps
    this.#scope = scope
    this.#seat = seat
    this.#announced = announcedBytes
    this.#seen = seen
    this.#waiting = { bytes: 0, received: seat.upload.data.received }
  }

  get seat(): Seat {
    return this.#seat
  }

  /** @param waits keeps nothing before `keep` */
  async takeAll(pieces: Pieces, waits: boolean): Promise<void> {
    for (let left = this.#bytesLeft(); left > 0 && (await pieces.more()); left = this.#bytesLeft()) {
      const begins = waits ? 0 : this.#bytesToJudge()
      await this.#takePiece(pieces, Math.min(left, begins || this.#deps.resumable.streamPartBytes))
      if (!waits) await this.keep()
      if (begins > 0 && this.#bytesToJudge() === 0) await this.#judgeType()
    }
    const { declaredBytes, data } = this.#seat.upload
    // Every object is joined from parts, an empty one too.
    if (declaredBytes === 0 && data.received.runs.length === 0) {
      await this.#takePiece(pieces, 0)
      await this.keep()
    }
  }

  /** Writes down what has come since. */
  async keep(): Promise<void> {
    this.#seat = await advance(this.#deps, this.#seat, this.#waiting)
    this.#waiting = { bytes: 0, received: this.#seat.upload.data.received }
  }

  /** Lets another request go on, without what still waits. */
  async leave(): Promise<void> {
    const { upload } = this.#seat
    const { nextPart } = this.#waiting.received
    const received = { ...upload.data.received, nextPart }
    const release = { bytes: 0, received: this.#underWay ? withoutNumber(received) : received, release: true }
    try {
      this.#seat = await advance(this.#deps, this.#seat, release)
    } catch (error) {
      this.#deps.logger.debug('The right to write an upload is left to whoever takes it.', { upload: upload.id, error })
    }
  }

  #bytesLeft(): number {
    const { offsetBytes, declaredBytes } = this.#seat.upload
    const most = declaredBytes ?? Math.min(this.#scope.kind.limits.maxBytes, this.#deps.storage.capabilities.maxObjectBytes)
    return most - offsetBytes - this.#waiting.bytes
  }

  /** Where a kind takes some types only: how much of a file's beginning is still to come, so that others are refused at once. */
  #bytesToJudge(): number {
    if (this.#scope.kind.accept === undefined || this.#seen === null) return 0
    return Math.max(0, PREFIX_BYTES - this.#seen.bytes)
  }

  async #judgeType(): Promise<void> {
    const { contentType } = this.#seat.upload.data
    await judging(() => acceptedType(this.#scope.kind, this.#seen?.prefix ?? new Uint8Array(0), contentType ?? undefined))
  }

  async #takePiece(pieces: Pieces, maxBytes: number): Promise<void> {
    const { multipart, name } = this.#deps.storage
    const { storageUploadId, data } = this.#seat.upload
    if (!multipart || storageUploadId === null) throw new StowageError('unsupported', `Storage ${name} takes no files in parts.`)
    await this.#claimNumber(multipart.maxParts)
    const roomBytes = await this.#keepRoom(maxBytes)
    const { nextPart: partNumber } = this.#waiting.received
    const piece = pieces.take(roomBytes)
    this.#underWay = true
    const part = { key: data.key, uploadId: storageUploadId, partNumber }
    const { sizeBytes } = await multipart.putPart(part, piece.body, {})
    if (sizeBytes !== piece.bytes) throw new Error(`Storage ${name} acknowledged ${sizeBytes} bytes of ${piece.bytes} as a part.`)
    this.#underWay = false
    if (this.#announced !== undefined) this.#announced -= sizeBytes
    const { bytes, received } = this.#waiting
    this.#waiting = { bytes: bytes + sizeBytes, received: withPart(received, sizeBytes) }
  }

  /** @returns how much of it there is room for */
  async #keepRoom(maxBytes: number): Promise<number> {
    const { bytes } = this.#waiting
    let wanted = Math.min(maxBytes, this.#announced ?? Math.max(FIRST_STEP_BYTES, this.#seat.upload.offsetBytes))
    if (!needsRoom(this.#seat)) return maxBytes
    for (;;) {
      try {
        await keepRoom(this.#deps, this.#scope, this.#seat, bytes + wanted)
        return wanted
      } catch (error) {
        // What is to come may be less than might come.
        if (this.#announced !== undefined || wanted <= LEAST_STEP_BYTES || !isStowageError(error, 'quota_exceeded')) throw error
        wanted = Math.ceil(wanted / 4)
      }
    }
  }

  /** Whoever takes over skips one number only: no more than that may be used without its being written down. */
  async #claimNumber(maxParts: number): Promise<void> {
    const { nextPart } = this.#waiting.received
    if (nextPart > maxParts)
      throw new StowageError('unprocessable', 'The upload came in too many pieces. Begin another, and send it in larger ones.')
    const { received } = this.#seat.upload.data
    if (received.nextPart !== nextPart)
      this.#seat = await advance(this.#deps, this.#seat, { bytes: 0, received: { ...received, nextPart } })
  }
}
