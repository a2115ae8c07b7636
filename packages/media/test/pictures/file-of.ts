import type { StoredFile } from '@stowage/core/contracts'

export interface FileOfOptions {
  readonly width?: number
  readonly height?: number
  readonly signal?: AbortSignal
}

/** Bytes as a processor or transformer is given them, and how many of them it asked for. */
export function fileOf(
  bytes: Uint8Array,
  contentType: string,
  options: FileOfOptions = {},
): StoredFile & { readBytes(): number } {
  let read = 0
  const { width = null, height = null, signal = new AbortController().signal } = options
  return {
    asset: {
      id: 'a1',
      kind: 'file',
      type: 'image',
      filename: 'picture',
      width,
      height,
      properties: {},
      contentType,
      sizeBytes: bytes.length,
    },
    signal,
    readBytes: () => read,
    async open(range) {
      if (range && 'suffix' in range) throw new Error('Not asked for in these tests')
      const part = bytes.subarray(range?.start ?? 0, (range?.end ?? bytes.length - 1) + 1)
      read += part.length
      return parts(part)
    },
  }
}

async function* parts(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536)
}
