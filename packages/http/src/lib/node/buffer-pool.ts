const BUFFER_BYTES = 1024 * 1024

/** Large buffers that senders of files use again and again. */
export interface BufferPool {
  take(): Buffer
  give(buffer: Buffer): void
}

/** @param keep how many unused buffers are kept for later */
export function createBufferPool(keep = 8): BufferPool {
  const free: Buffer[] = []
  return {
    take: () => free.pop() ?? Buffer.allocUnsafeSlow(BUFFER_BYTES),
    give: buffer => {
      if (free.length < keep) free.push(buffer)
    },
  }
}
