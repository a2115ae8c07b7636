import type { Place } from './place.ts'

export const MIB = 1024 * 1024
export const GIB = 1024 * MIB
/** What S3 allows. */
export const MAX_PARTS = 10_000
export const MIN_PART_BYTES = 5 * MIB
export const MAX_PART_BYTES = 5 * GIB
export const MAX_OBJECT_BYTES = 5 * 1024 * GIB

const PARTS_OF_ONE_SIZE = 64

/**
 * Bytes of each part, by its number from 1. With a known size all are alike; without, they grow by `partBytes` every 64 parts: an object of
 * 4 GiB has parts of up to 64 MiB, one of 5 TiB fits in 10,000.
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
  return partNumber => Math.min(MAX_PART_BYTES, partBytes * (1 + Math.floor((partNumber - 1) / PARTS_OF_ONE_SIZE)))
}

/** Parts that may be under way at once: large ones one by one, so that no more than about 64 MiB are held. */
export function partsAtOnce({ partsAtOnce: most }: Pick<Place, 'partsAtOnce'>, partBytes: number): number {
  return Math.max(1, Math.min(most, Math.floor((64 * MIB) / partBytes)))
}
