import { StowageError } from '../../contracts/errors.ts'
import type { AppendInput } from '../interface/resumable-uploads.ts'
import type { ServiceDeps, ServiceScope } from '../service.ts'
import { chunkMismatch, type RunningChecksum } from './checksum.ts'
import { Collecting } from './collected.ts'
import { isWhole } from './find.ts'
import { newerRequest } from './newest.ts'
import { partBytesOf } from './part-size.ts'
import { openPieces, type Pieces } from './pieces.ts'
import { Progress } from './progress.ts'
import type { Seat } from './seat.ts'
import { streamed } from './streamed.ts'
import type { Taking } from './taking.ts'

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
  const failed = new AbortController()
  const signal = AbortSignal.any([stopped, failed.signal, ...(input.signal ? [input.signal] : [])])
  const { id, offsetBytes } = seat.upload
  const { known } = deps.resumable
  const seen = known.take(id, offsetBytes)
  const before = checksum && seen ? seen.fork() : null
  const pieces = openPieces(input.body, signal, chunk => {
    seen?.update(chunk)
    checksum?.update(chunk)
  })
  const progress = new Progress(deps, scope, { seat, seen, announcedBytes: input.lengthBytes })
  const taking = takingOf(deps, progress, { waits: checksum !== null, failed })
  try {
    await taking.takeAll(pieces)
    if (checksum !== null) {
      if (pieces.failure !== undefined) throw ended(pieces, stopped)
      if (await pieces.more()) throw tooMuch(progress.seat)
      if (!checksum.matches()) throw chunkMismatch()
    }
    await taking.settle()
    if (pieces.failure !== undefined && !isWhole(progress.seat.upload)) throw ended(pieces, stopped)
    if (input.lengthBytes === undefined && (await pieces.more())) throw tooMuch(progress.seat)
    if (!isWhole(progress.seat.upload)) await progress.leave()
    return progress.seat
  } catch (error) {
    await progress.leave()
    throw error
  } finally {
    taking.close()
    const kept = [seen, before].find(one => one?.bytes === progress.seat.upload.offsetBytes)
    if (kept) known.keep(id, kept)
    await pieces.close()
  }
}

function takingOf(
  deps: ServiceDeps,
  progress: Progress,
  how: { readonly waits: boolean; readonly failed: AbortController },
): Taking {
  const partBytes = partBytesOf(deps, progress.seat.upload, progress.mostBytes)
  return partBytes === null ? streamed(deps, progress, how.waits) : new Collecting(deps, progress, { ...how, partBytes })
}

function ended({ failure }: Pieces, stopped: AbortSignal): unknown {
  if (!stopped.aborted) return failure
  return newerRequest()
}

function tooMuch({ upload }: Seat): StowageError {
  const message = `The file has ${upload.offsetBytes} bytes; more were sent, and were dropped.`
  return new StowageError('content_too_large', message, { details: { maxBytes: upload.offsetBytes } })
}
