import type { LocalFile, StoredFile } from '@stowage/core/contracts'

/** An open file of the parent's that a child opens for itself. */
export interface LentFile {
  /** Leads to the file that the parent has open, whatever its name leads to by now. */
  readonly path: string
  close(): void
}

/** Null where bytes can only go through the parent: there is no file, or no system that shows one process another's open files. */
export async function lendFile(file: StoredFile): Promise<LentFile | null> {
  const opened = process.platform === 'linux' ? await openFile(file) : null
  if (!opened) return null
  const { handle } = opened
  return { path: `/proc/${process.pid}/fd/${handle.fd}`, close: () => void handle.close().catch(ignore) }
}

async function openFile(file: StoredFile): Promise<LocalFile | null> {
  try {
    return (await file.localFile?.()) ?? null
  } catch {
    // Not lost: the bytes are asked for by `open` then, and its error is the run's.
    return null
  }
}

// It was open for reading: nothing can be lost.
function ignore(): void {
  return
}
