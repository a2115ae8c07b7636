import type { OpenedUrl, OpenUrlOptions, StowageError, UrlImporter } from '@stowage/core/contracts'

/** What lies at a URL: a file, or a reason why it can't be had. */
export type Remote = StowageError | { readonly bytes: Uint8Array; readonly contentType?: string; readonly filename?: string }

/** An internet of a few files, and what was fetched from it. */
export interface Origins {
  readonly files: Map<string, Remote>
  readonly opened: readonly { readonly url: string; readonly maxBytes: number }[]
  /** Files that are being read now. */
  readonly open: number
  /** From here on, files stand still behind their first chunk until they are given up. */
  stalls: boolean
}

const CHUNK_BYTES = 64 * 1024

/** An importer that reaches nothing but what it was given. Whatever else is asked for, it gives `absent`. */
export function fakeOrigins(absent: StowageError): { readonly importer: UrlImporter; readonly origins: Origins } {
  const opened: { url: string; maxBytes: number }[] = []
  const origins = { files: new Map<string, Remote>(), opened, open: 0, stalls: false }
  const importer: UrlImporter = {
    name: 'fake',
    async open(url: string, { maxBytes, signal }: OpenUrlOptions): Promise<OpenedUrl> {
      opened.push({ url, maxBytes })
      const found = origins.files.get(url) ?? absent
      if (!('bytes' in found)) throw found
      const { bytes, contentType = null, filename = null } = found
      return { body: bodyOf(bytes, origins, signal), contentType, filename, sizeBytes: bytes.byteLength }
    },
  }
  return { importer, origins }
}

async function* bodyOf(bytes: Uint8Array, origins: { open: number; stalls: boolean }, signal: AbortSignal | undefined) {
  origins.open += 1
  try {
    for (let at = 0; at < bytes.byteLength; at += CHUNK_BYTES) {
      if (at > 0 && origins.stalls) await given(signal)
      yield bytes.subarray(at, at + CHUNK_BYTES)
    }
  } finally {
    origins.open -= 1
  }
}

function given(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(signal.reason), { once: true }))
}
