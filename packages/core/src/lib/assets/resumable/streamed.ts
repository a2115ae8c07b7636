import type { ServiceDeps } from '../service.ts'
import type { Pieces } from './pieces.ts'
import type { Progress } from './progress.ts'
import type { Taking } from './taking.ts'

/**
 * Each request is a part, or several where it is long: nothing is held in memory.
 * @param waits keeps nothing before `settle`
 */
export function streamed({ storage, resumable }: ServiceDeps, progress: Progress, waits: boolean): Taking {
  const takePiece = async (pieces: Pieces, maxBytes: number): Promise<void> => {
    const piece = pieces.take(await progress.keepRoom(progress.storedBytes, maxBytes))
    const { sizeBytes, received } = await progress.putPart(piece.body, {})
    if (sizeBytes !== piece.bytes)
      throw new Error(`Storage ${storage.name} acknowledged ${sizeBytes} bytes of ${piece.bytes} as a part.`)
    progress.took(sizeBytes)
    progress.stored({ bytes: sizeBytes, received })
    if (!waits) await progress.keep()
  }
  const bytesLeft = (): number => progress.mostBytes - progress.storedBytes
  return {
    async takeAll(pieces) {
      for (let left = bytesLeft(); left > 0 && (await pieces.more()); left = bytesLeft()) {
        const begins = waits ? 0 : progress.bytesToJudge
        await takePiece(pieces, Math.min(left, begins || resumable.streamPartBytes))
        if (begins > 0 && progress.bytesToJudge === 0) await progress.judgeType()
      }
      // Every object is joined from parts, an empty one too.
      if (progress.seat.lengthBytes === 0 && progress.received.runs.length === 0) await takePiece(pieces, 0)
    },
    settle: async () => (waits ? progress.keep() : undefined),
    close: () => undefined,
  }
}
