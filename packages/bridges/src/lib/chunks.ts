import { createHash } from 'node:crypto'
import { abortableBody, type PutOptions, type StorageBody, StowageError } from '@stowage/core/contracts'
import { chunkName } from './names.ts'
import type { Place } from './place.ts'
import type { ObjectRecord } from './records.ts'
import type { Shelf } from './shelf.ts'

type Body = { readonly key: string; readonly id: string }
/** A body that is being written: it may have so many chunks. */
export type Unsettled = Body & { chunks: number }

/**
 * Writes a body as values of `chunkBytes`, one after the other; holds one of them, and what it is made of.
 * @returns its length, proved against what was declared
 * @throws StowageError `invalid_request`, `content_too_large`, `checksum_mismatch`, `aborted`
 */
export async function writeChunks(
  { shelf, ...limits }: Place,
  written: Unsettled,
  body: StorageBody,
  options: PutOptions,
): Promise<number> {
  const { chunkBytes, maxObjectBytes } = limits
  const { sizeBytes: declared = Number.POSITIVE_INFINITY, checksum, signal } = options
  const hash = checksum && createHash(checksum.algorithm)
  let pending: Uint8Array[] = []
  let [pendingBytes, sizeBytes] = [0, 0]
  const flush = async () => {
    const bytes = Buffer.concat(pending, pendingBytes)
    pending = []
    pendingBytes = 0
    written.chunks += 1
    await shelf.write(chunkName(written.key, written.id, written.chunks - 1), bytes, signal)
  }
  for await (const chunk of abortableBody(body, signal)) {
    sizeBytes += chunk.byteLength
    if (sizeBytes > declared) throw new StowageError('invalid_request', `The body is longer than the declared ${declared} bytes.`)
    if (sizeBytes > maxObjectBytes) throw tooLarge(maxObjectBytes)
    hash?.update(chunk)
    for (let at = 0; at < chunk.byteLength; ) {
      const piece = chunk.subarray(at, at + chunkBytes - pendingBytes)
      pending.push(piece)
      pendingBytes += piece.byteLength
      at += piece.byteLength
      if (pendingBytes === chunkBytes) await flush()
    }
  }
  if (declared !== Number.POSITIVE_INFINITY && sizeBytes < declared)
    throw new StowageError('invalid_request', `The body ended after ${sizeBytes} of ${declared} declared bytes.`)
  if (checksum && hash?.digest('hex') !== checksum.value)
    throw new StowageError('checksum_mismatch', 'The bytes do not have the declared SHA-256.')
  if (pendingBytes > 0) await flush()
  return sizeBytes
}

export function tooLarge(maxObjectBytes: number): StowageError {
  return new StowageError('content_too_large', `The body is longer than ${maxObjectBytes} bytes, the most that is taken.`)
}

/** The bytes from `start` to `end`, both included: only chunks that hold some of them are read, one at a time. */
export async function* readChunks(
  shelf: Shelf,
  key: string,
  record: ObjectRecord,
  { start, end, signal }: { readonly start: number; readonly end: number; readonly signal: AbortSignal | undefined },
): AsyncGenerator<Uint8Array, void> {
  const { chunkBytes, sizeBytes, id } = record
  for (let number = Math.floor(start / chunkBytes); number * chunkBytes <= end; number += 1) {
    const from = number * chunkBytes
    const bytes = await shelf.read(chunkName(key, id, number), signal)
    if (bytes === null || bytes.byteLength !== Math.min(chunkBytes, sizeBytes - from)) throw lost(shelf, key)
    yield bytes.subarray(Math.max(0, start - from), end - from + 1)
  }
}

function lost({ title }: Shelf, key: string): StowageError {
  return new StowageError(
    'unavailable',
    `The object ${JSON.stringify(key)} was replaced or damaged while it was read from ${title}.`,
  )
}

/** How many chunks a body without a record has: they are written in order, and removed from the last. */
export async function countChunks(shelf: Shelf, { key, id }: Body): Promise<number> {
  let count = 0
  while (await shelf.has(chunkName(key, id, count))) count += 1
  return count
}

/** From the last to the first, so that what a crash leaves can be counted again. */
export async function removeChunks(shelf: Shelf, { key, id }: Body, count: number): Promise<void> {
  for (let number = count - 1; number >= 0; number -= 1) await shelf.remove(chunkName(key, id, number))
}
