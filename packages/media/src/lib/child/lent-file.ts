import { type FileHandle, open } from 'node:fs/promises'

/** A file that the parent has open, read past it. */
export interface LentFile {
  /** Exactly these bytes; null where they can't be had: the parent is asked, and knows why. */
  read(start: number, end: number): Promise<Uint8Array | null>
  close(): Promise<void>
}

/** Null where it can't be opened here, or is no file of this size. */
export async function openLentFile(path: string, sizeBytes: number): Promise<LentFile | null> {
  const handle = await unlessFailed(open(path))
  if (!handle) return null
  const stat = await unlessFailed(handle.stat())
  if (stat?.isFile() && stat.size === sizeBytes)
    return { read: (start, end) => readAll(handle, start, end), close: () => handle.close() }
  await handle.close()
  return null
}

async function readAll(handle: FileHandle, start: number, end: number): Promise<Uint8Array | null> {
  const bytes = new Uint8Array(end - start)
  for (let filled = 0; filled < bytes.length; ) {
    const read = await unlessFailed(handle.read(bytes, filled, bytes.length - filled, start + filled))
    if (!read?.bytesRead) return null
    filled += read.bytesRead
  }
  return bytes
}

function unlessFailed<T>(work: Promise<T>): Promise<T | null> {
  return work.catch(() => null)
}
