import { createReadStream } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import type { StoredFile } from '@stowage/core/contracts'

/** A file on disk as a processor or transformer is given it. */
export async function storedFile(path: string, contentType: string): Promise<StoredFile> {
  const { size } = await stat(path)
  return {
    asset: {
      id: 'bench',
      kind: 'bench',
      type: 'file',
      filename: basename(path),
      width: null,
      height: null,
      properties: {},
      contentType,
      sizeBytes: size,
    },
    signal: new AbortController().signal,
    open: async range => {
      if (range && 'suffix' in range) throw new Error('Benchmarks read from a start.')
      return createReadStream(path, range) as AsyncIterable<Uint8Array>
    },
    localFile: async () => {
      const handle = await open(path)
      const { size: sizeBytes, mtime: lastModified } = await handle.stat()
      return { info: { key: basename(path), sizeBytes, lastModified, etag: '"bench"' }, handle, path }
    },
  }
}
