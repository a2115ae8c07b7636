import { createHash } from 'node:crypto'

/** Bytes that differ from block to block. */
export function numberedFile(sizeBytes: number, name = 'big.bin'): File {
  return new File([numberedBytes(sizeBytes)], name, { lastModified: 1_700_000_000_000 })
}

export function numberedBytes(sizeBytes: number): Buffer<ArrayBuffer> {
  const bytes = Buffer.alloc(sizeBytes)
  for (let at = 0; at + 4 <= sizeBytes; at += 4096) bytes.writeUInt32BE(at, at)
  return bytes
}

export function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
