import { createHash } from 'node:crypto'
import type { AssetContent } from '@stowage/core'
import { StowageError } from '@stowage/core/contracts'
import type { HttpRequest } from '../request.ts'

/** Larger contents are always streamed from storage. */
const MAX_CONTENT_BYTES = 64 * 1024

/**
 * Small contents that were asked for lately, in memory, by the digest of their bytes: what a record names by its digest needs no storage
 * call once it was read. Who may read it is asked before, each time.
 */
export interface SmallContents {
  /**
   * The whole bytes of a small content; null for one that is too large to be kept.
   * @throws StowageError `internal` when storage holds other bytes than the record says
   */
  read(content: AssetContent, request: Pick<HttpRequest, 'signal'>): Promise<Uint8Array> | Uint8Array | null
}

/** @param maxBytes how much memory they may take together; 0 keeps nothing and reads nothing */
export function createSmallContents(maxBytes: number): SmallContents {
  // A Map remembers the order of insertion: the first is the one not asked for longest.
  const kept = new Map<string, Uint8Array>()
  let keptBytes = 0
  const keep = (sha256: string) => (bytes: Uint8Array) => {
    // Several may have read the same bytes at once.
    if (kept.has(sha256)) return bytes
    kept.set(sha256, bytes)
    keptBytes += bytes.length
    for (const [oldest, { length }] of kept) {
      if (keptBytes <= maxBytes) break
      kept.delete(oldest)
      keptBytes -= length
    }
    return bytes
  }
  return {
    read(content, request) {
      const { sha256, sizeBytes } = content.asset
      if (sizeBytes > MAX_CONTENT_BYTES || sizeBytes > maxBytes) return null
      const bytes = kept.get(sha256)
      if (bytes === undefined) return readWhole(content, request.signal).then(keep(sha256))
      kept.delete(sha256)
      kept.set(sha256, bytes)
      return bytes
    },
  }
}

async function readWhole(content: AssetContent, signal: AbortSignal): Promise<Uint8Array> {
  const { id, sha256, sizeBytes } = content.asset
  const { localFile, body } = await content.open({ signal, preferLocalFile: true })
  const bytes = Buffer.allocUnsafeSlow(sizeBytes)
  const filled = localFile === undefined ? await fill(bytes, body) : await fillFromFile(bytes, localFile.handle)
  if (filled === sizeBytes && createHash('sha256').update(bytes).digest('hex') === sha256) return bytes
  throw new StowageError('internal', `The stored bytes of asset ${id} are not those of its record. Run the audit.`)
}

async function fill(bytes: Uint8Array, body: AsyncIterable<Uint8Array>): Promise<number> {
  let filled = 0
  for await (const chunk of body) {
    if (filled + chunk.length > bytes.length) return filled + chunk.length
    bytes.set(chunk, filled)
    filled += chunk.length
  }
  return filled
}

interface Handle {
  read(buffer: Uint8Array, offset: number, length: number, position: number): Promise<{ bytesRead: number }>
  close(): Promise<void>
}

async function fillFromFile(bytes: Uint8Array, handle: Handle): Promise<number> {
  try {
    let filled = 0
    while (filled < bytes.length) {
      const { bytesRead } = await handle.read(bytes, filled, bytes.length - filled, filled)
      if (bytesRead === 0) break
      filled += bytesRead
    }
    return filled
  } finally {
    await handle.close()
  }
}
