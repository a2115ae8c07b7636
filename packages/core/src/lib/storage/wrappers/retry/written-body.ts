import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import type { Checksum, StorageBody } from '../../../contracts/storage.ts'

/** What was handed to a write, remembered well enough to recognise it in the storage. */
export interface WrittenBody {
  /** For the storage; the same for each try. */
  readonly body: StorageBody
  /** Whether it can be handed over once more: no byte of it was taken. */
  readonly isUntouched: boolean
  /** All of it was taken; null while more may come. */
  readonly sizeBytes: number | null
  /** Whether these are the bytes that were taken. */
  isSame(stored: AsyncIterable<Uint8Array>): Promise<boolean>
  /** Lets go of a source that the storage let go before it took anything. */
  end(): Promise<void>
}

export function writtenBytes(body: Uint8Array): WrittenBody {
  return {
    body,
    isUntouched: true,
    sizeBytes: body.byteLength,
    async isSame(stored) {
      let at = 0
      for await (const chunk of stored) {
        if (Buffer.compare(chunk, body.subarray(at, at + chunk.byteLength)) !== 0) return false
        at += chunk.byteLength
      }
      return at === body.byteLength
    },
    end: () => Promise.resolve(),
  }
}

/** @param declared what the caller says of the stream */
export function writtenStream(
  source: AsyncIterable<Uint8Array>,
  declared: { readonly sizeBytes?: number; readonly checksum?: Checksum },
): WrittenBody {
  const taken = { bytes: 0, crc: 0, ended: false }
  const { iterator, touched, end } = untilTouched(source)
  const next = async (): Promise<IteratorResult<Uint8Array>> => {
    const result = await iterator.next()
    if (result.done) {
      taken.ended = true
    } else {
      taken.bytes += result.value.byteLength
      taken.crc = crc32(result.value, taken.crc)
    }
    return result
  }
  return {
    body: { [Symbol.asyncIterator]: () => ({ next, return: iterator.return }) },
    get isUntouched() {
      return !touched()
    },
    get sizeBytes() {
      return taken.ended || taken.bytes === declared.sizeBytes ? taken.bytes : null
    },
    async isSame(stored) {
      const hash = createHash('sha256')
      let crc = 0
      for await (const chunk of stored) {
        crc = crc32(chunk, crc)
        if (declared.checksum) hash.update(chunk)
      }
      return crc === taken.crc && (!declared.checksum || hash.digest('hex') === declared.checksum.value)
    },
    end,
  }
}

interface Untouched {
  readonly iterator: Required<Pick<AsyncIterator<Uint8Array>, 'next' | 'return'>>
  touched(): boolean
  end(): Promise<void>
}

/** Passes a `return` on only once something was taken: before, the next try may want the source. */
function untilTouched(source: AsyncIterable<Uint8Array>): Untouched {
  let opened: AsyncIterator<Uint8Array> | undefined
  let wasLetGo = false
  const stop = async (): Promise<void> => {
    opened ??= source[Symbol.asyncIterator]()
    await opened.return?.()
  }
  return {
    iterator: {
      next() {
        opened ??= source[Symbol.asyncIterator]()
        return opened.next()
      },
      async return() {
        if (opened) await stop()
        else wasLetGo = true
        return { done: true, value: undefined }
      },
    },
    touched: () => opened !== undefined,
    end: async () => {
      if (wasLetGo && !opened) await stop()
    },
  }
}
