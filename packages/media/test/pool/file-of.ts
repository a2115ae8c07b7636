import type { ByteRange, StoredFile } from '@stowage/core/contracts'

export interface FileOptions {
  readonly chunkBytes?: number
  readonly signal?: AbortSignal
  /** Called with each chunk that is taken. */
  readonly onChunk?: (bytes: number) => void
  readonly open?: StoredFile['open']
}

/** Bytes as a stored file, given out in chunks. */
export function fileOf(bytes: Uint8Array, options: FileOptions = {}): StoredFile {
  const { chunkBytes = 256 * 1024, signal = new AbortController().signal, onChunk } = options
  async function* chunks(range: ByteRange = { start: 0 }): AsyncGenerator<Uint8Array> {
    if (!('start' in range)) throw new Error('Nobody asks for the end')
    const end = Math.min(bytes.length, (range.end ?? bytes.length) + 1)
    for (let at = range.start; at < end; at += chunkBytes) {
      const chunk = bytes.slice(at, Math.min(at + chunkBytes, end))
      onChunk?.(chunk.length)
      yield chunk
    }
  }
  return {
    asset: {
      id: 'a1',
      kind: 'file',
      type: 'file',
      filename: 'a file',
      width: null,
      height: null,
      properties: {},
      contentType: 'image/jpeg',
      sizeBytes: bytes.length,
    },
    open: options.open ?? (async range => chunks(range)),
    signal,
  }
}
