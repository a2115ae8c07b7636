import { createHash } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'
import { type Checksum, type StorageBody, StowageError } from '@stowage/core/contracts'
import { BatchWriter } from './batch-writer.ts'
import { abortError } from './errors.ts'
import { readSource } from './read-source.ts'

export interface BodyOptions {
  readonly sizeBytes?: number
  /** A body without a declared length may not grow past this. */
  readonly maxBytes?: number
  readonly checksum?: Checksum
  readonly signal?: AbortSignal
  /** A body of at most so many bytes is not written but handed back. Default: none. */
  readonly holdBytes?: number
  /** Nobody else keeps the chunks. Default false. */
  readonly disposableChunks?: boolean
}

/**
 * Writes the whole body into a file and proves its declared length and checksum. Holds at most two batches of about 1 MiB.
 * A body that was begun and not finished is told so by `return()`, once.
 * @param open gives the file, when there is something to write to it
 * @returns the bytes that were held back and are still to be written; null where all are written
 * @throws StowageError `invalid_request`, `content_too_large`, `checksum_mismatch`, `aborted`
 */
export async function writeBody(
  open: () => Promise<FileHandle>,
  body: StorageBody,
  options: BodyOptions,
): Promise<readonly Uint8Array[] | null> {
  const { checksum, signal } = options
  const hash = checksum && createHash(checksum.algorithm)
  const writer = new BatchWriter(open, options.disposableChunks)
  const take = (chunk: Uint8Array): Promise<void> | undefined => {
    if (options.sizeBytes !== undefined && writer.sizeBytes + chunk.byteLength > options.sizeBytes)
      throw tooLong(options.sizeBytes)
    if (options.maxBytes !== undefined && writer.sizeBytes + chunk.byteLength > options.maxBytes) throw tooLarge(options.maxBytes)
    hash?.update(chunk)
    return writer.write(chunk)
  }
  const onAbort = () => signal && writer.fail(abortError(signal))
  signal?.addEventListener('abort', onAbort, { once: true })
  let held: readonly Uint8Array[] | null = null
  try {
    if (signal?.aborted) throw abortError(signal)
    if (body instanceof Uint8Array) await (body.byteLength > 0 && take(body))
    else await readSource(body, take, writer.failed)
    held = await writer.end(options.holdBytes ?? 0)
  } finally {
    signal?.removeEventListener('abort', onAbort)
    await writer.settle()
  }
  verify(writer.sizeBytes, hash?.digest('hex'), options)
  return held
}

function verify(sizeBytes: number, digest: string | undefined, options: BodyOptions): void {
  if (options.sizeBytes !== undefined && sizeBytes < options.sizeBytes) {
    throw new StowageError('invalid_request', `The body ended after ${sizeBytes} of ${options.sizeBytes} declared bytes.`)
  }
  if (options.checksum && digest !== options.checksum.value) {
    throw new StowageError(
      'checksum_mismatch',
      `The bytes have the SHA-256 ${digest}, not the declared ${options.checksum.value}.`,
    )
  }
}

function tooLong(declared: number): StowageError {
  return new StowageError('invalid_request', `The body is longer than the declared ${declared} bytes.`)
}

function tooLarge(maxBytes: number): StowageError {
  return new StowageError('content_too_large', `The body is longer than ${maxBytes} bytes, the most that is taken.`)
}
