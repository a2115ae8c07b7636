import type { StoredFile } from '@stowage/core/contracts'

interface FileOptions {
  /** Default: what the chunks add up to. */
  readonly sizeBytes?: number
  readonly signal?: AbortSignal
}

/** A stored file of these bytes; `chunks` is asked anew for each reading. */
export function storedFile(
  chunks: () => Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  options: FileOptions = {},
): StoredFile {
  return {
    asset: {
      id: 'a',
      kind: 'asset',
      type: 'file',
      filename: 'file.bin',
      width: null,
      height: null,
      properties: {},
      contentType: 'application/octet-stream',
      sizeBytes: options.sizeBytes ?? 0,
    },
    open: async () => through(chunks()),
    signal: options.signal ?? new AbortController().signal,
  }
}

export function fileOf(...parts: readonly (string | Uint8Array)[]): StoredFile {
  const chunks = parts.map(part => (typeof part === 'string' ? Buffer.from(part) : part))
  return storedFile(() => chunks, { sizeBytes: chunks.reduce((sum, { byteLength }) => sum + byteLength, 0) })
}

async function* through(chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* chunks
}
