import { createHash } from 'node:crypto'
import { StowageError } from '../../contracts/errors.ts'
import type { PartInfo } from '../../contracts/storage.ts'
import type { PendingUpload } from '../completion/pending-upload.ts'
import { refused } from '../completion/refusal.ts'

/** Parts with numbers in a row: the first number, how many there are, and their bytes together. */
export type Run = readonly [first: number, count: number, bytes: number]

/** Bytes that wait for the rest of their part, as an object of their own. */
export interface Fragment {
  readonly blobId: string
  readonly key: string
  readonly bytes: number
}

/** What has come of a resumable upload, in few words: it is written at each step. */
export interface Received {
  /** What its sender said of it, given back as it was. */
  readonly senderNote: string
  /** The storage acknowledged them; their order is that of the file. */
  readonly runs: readonly Run[]
  /**
   * Of the next part. Where parts come as they come, no number is used by two writers, nor twice. Where they have one size, a number stands for a place in
   * the file, and whoever puts it puts the same bytes.
   */
  readonly nextPart: number
  /** Where parts have one size: a digest of the ETags that were acknowledged, in their order. */
  readonly etags?: string
  /** What is kept behind the last part, in the order of the file. Absent: nothing. */
  readonly fragments?: readonly Fragment[]
}

/** The row of a resumable upload. */
export type ResumableRecord = PendingUpload & { readonly data: { readonly received: Received } }

/** The same with one part more, which was given the next number. */
export function withPart(received: Received, { sizeBytes, etag }: Pick<PartInfo, 'sizeBytes' | 'etag'>): Received {
  const { runs, nextPart, etags } = received
  const last = runs.at(-1)
  const follows = last !== undefined && last[0] + last[1] === nextPart
  const grown: readonly Run[] = follows
    ? [...runs.slice(0, -1), [last[0], last[1] + 1, last[2] + sizeBytes]]
    : [...runs, [nextPart, 1, sizeBytes]]
  return { ...received, runs: grown, nextPart: nextPart + 1, ...(etags !== undefined && { etags: chained(etags, etag) }) }
}

export function fragmentsOf({ fragments = [] }: Received): readonly Fragment[] {
  return fragments
}

export function bytesOf(fragments: readonly Fragment[]): number {
  return fragments.reduce((sum, { bytes }) => sum + bytes, 0)
}

function chained(etags: string, etag: string): string {
  const bare = etag.replace(/^"(.*)"$/, '$1')
  return createHash('sha256').update(etags).update(bare).digest('base64url')
}

/** The same without the next number, which somebody may have used for other bytes. */
export function withoutNumber(received: Received): Received {
  return received.etags === undefined ? { ...received, nextPart: received.nextPart + 1 } : received
}

/**
 * Of all parts that a storage has, those that were acknowledged.
 * @throws a refusal where some of them are gone
 */
export function acknowledgedParts({ runs, etags }: Received, listed: readonly PartInfo[]): readonly PartInfo[] {
  const found = runs.flatMap(([first, count, bytes]) => {
    const parts = listed.filter(({ partNumber }) => partNumber >= first && partNumber < first + count)
    const total = parts.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
    if (parts.length === count && total === bytes) return parts
    throw lost()
  })
  // Somebody who was fenced off, and was sent other bytes than those that count.
  if (etags !== undefined && found.reduce((all, { etag }) => chained(all, etag), '') !== etags) throw lost()
  return found
}

function lost(): StowageError {
  return refused(new StowageError('unprocessable', 'The storage has lost parts of this upload. Begin another.'))
}
