import type { Place } from './place.ts'

export const MIB = 1024 * 1024
export const GIB = 1024 * MIB
/** What S3 allows. */
export const MAX_PARTS = 10_000
export const MIN_PART_BYTES = 5 * MIB
export const MAX_PART_BYTES = 5 * GIB
export const MAX_OBJECT_BYTES = 5 * 1024 * GIB

const FIRST_PARTS = 1000
const PARTS_OF_ONE_SIZE = 60
const MOST_HELD_BYTES = 64 * MIB

/**
 * Bytes of each part, by its number from 1. With a known size all are alike; without, the first thousand are, and then they grow by `partBytes` every 60
 * parts: an object of 8 GiB has parts of 8 MiB, and one of 5 TiB fits in 10,000.
 */
export function partSizes(
  { partBytes, quirks }: Pick<Place, 'partBytes' | 'quirks'>,
  sizeBytes: number | undefined,
): (partNumber: number) => number {
  if (sizeBytes !== undefined) {
    const needed = Math.ceil(sizeBytes / MAX_PARTS / MIB) * MIB
    return () => Math.max(partBytes, needed)
  }
  if (quirks.equalParts) return () => partBytes
  return partNumber =>
    Math.min(MAX_PART_BYTES, partBytes * (1 + Math.max(0, Math.ceil((partNumber - FIRST_PARTS) / PARTS_OF_ONE_SIZE))))
}

/** Parts that may be under way at once: large ones one by one, so that with the one that is read no more than about 64 MiB are held. */
export function partsAtOnce({ partsAtOnce: most }: Pick<Place, 'partsAtOnce'>, partBytes: number): number {
  return Math.max(1, Math.min(most, Math.floor(MOST_HELD_BYTES / partBytes) - 1))
}
