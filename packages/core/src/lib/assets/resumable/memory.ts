/** Any upload may hold as much, however many there are. */
const LEAST_BYTES = 256 * 1024

/** Bytes that are being collected. */
export interface Block {
  readonly filled: Uint8Array
  readonly freeBytes: number
  /** Copies them: a chunk may be a small piece of something large. */
  add(chunk: Uint8Array): void
  release(): void
}

/** What one upload may hold in memory. */
export interface Share {
  /** How much more. */
  readonly freeBytes: number
  /** Of so many bytes, or of fewer where that is more than is free. */
  take(bytes: number): Block
  leave(): void
}

/** The memory of this process in which bytes of uploads are collected. */
export interface UploadMemory {
  /** For an upload that is being sent. */
  enter(): Share
  /** Waits until what a storage may hold while so many bytes are put together fits in as well. */
  whileJoining<T>(bytes: number, work: () => Promise<T>): Promise<T>
}

/** @param totalBytes of blocks; as much again of what is put together */
export function createUploadMemory(totalBytes: number): UploadMemory {
  let uploads = 0
  let held = 0
  const joining = createBudget(totalBytes)
  return {
    enter() {
      uploads += 1
      let own = 0
      const free = (): number => Math.max(0, Math.min(totalBytes / uploads - own, totalBytes - held))
      const count = (bytes: number): void => {
        own += bytes
        held += bytes
      }
      return {
        get freeBytes() {
          return free()
        },
        take(bytes) {
          const block = newBlock(Math.floor(Math.min(bytes, Math.max(LEAST_BYTES, free()))), given => count(-given))
          count(block.freeBytes)
          return block
        },
        leave() {
          uploads -= 1
          count(-own)
        },
      }
    },
    whileJoining: joining,
  }
}

function newBlock(bytes: number, onRelease: (bytes: number) => void): Block {
  // No more of it becomes real memory than is written.
  const buffer = Buffer.allocUnsafeSlow(bytes)
  let filledBytes = 0
  let isReleased = false
  return {
    get filled() {
      return buffer.subarray(0, filledBytes)
    },
    get freeBytes() {
      return bytes - filledBytes
    },
    add(chunk) {
      buffer.set(chunk, filledBytes)
      filledBytes += chunk.byteLength
    },
    release() {
      if (!isReleased) onRelease(bytes)
      isReleased = true
    },
  }
}

/** Lets work begin in the order it came, while what it costs fits together; one at least. */
function createBudget(total: number) {
  let spent = 0
  const queue: { readonly cost: number; readonly begin: () => void }[] = []
  const next = (): void => {
    for (let first = queue[0]; first && (spent === 0 || spent + first.cost <= total); first = queue[0]) {
      queue.shift()
      spent += first.cost
      first.begin()
    }
  }
  return async <T>(cost: number, work: () => Promise<T>): Promise<T> => {
    await new Promise<void>(begin => {
      queue.push({ cost, begin })
      next()
    })
    try {
      return await work()
    } finally {
      spent -= cost
      next()
    }
  }
}
