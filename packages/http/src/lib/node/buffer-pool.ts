const LARGE_BYTES = 1024 * 1024
const SMALL_BYTES = 64 * 1024
const MAX_LARGE = 32

/** Buffers that senders of files use again and again. */
export interface BufferPool {
  take(): Buffer
  give(buffer: Buffer): void
  /** Instead of `give`, for a buffer that may still be in use somewhere. */
  forget(buffer: Buffer): void
}

/**
 * A slow reader keeps its buffers for as long as it reads. So only 32 are large (1 MiB) at a time, and further ones small (64 KiB): many
 * slow readers take little memory, and a few fast ones all the speed there is.
 * @param keep how many unused large buffers are kept for later
 */
export function createBufferPool(keep = 8): BufferPool {
  const free: Buffer[] = []
  let largeInUse = 0
  const isLarge = (buffer: Buffer): boolean => buffer.length === LARGE_BYTES
  return {
    take() {
      if (largeInUse >= MAX_LARGE) return Buffer.allocUnsafeSlow(SMALL_BYTES)
      largeInUse += 1
      return free.pop() ?? Buffer.allocUnsafeSlow(LARGE_BYTES)
    },
    give(buffer) {
      if (!isLarge(buffer)) return
      largeInUse -= 1
      if (free.length < keep) free.push(buffer)
    },
    forget(buffer) {
      if (isLarge(buffer)) largeInUse -= 1
    },
  }
}
