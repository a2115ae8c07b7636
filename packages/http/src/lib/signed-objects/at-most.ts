import { StowageError } from '@stowage/core/contracts'

/**
 * A body that fails once it has more than `maxBytes`.
 * @param sizeBytes its length where that is known, which whoever reads it then proves
 * @throws StowageError `content_too_large`, at once where its length is known
 */
export function atMost(
  body: AsyncIterable<Uint8Array>,
  maxBytes: number,
  sizeBytes: number | undefined,
): AsyncIterable<Uint8Array> {
  const tooLarge = () =>
    new StowageError('content_too_large', `The body has more than ${maxBytes} bytes, the most that is taken.`, {
      details: { maxBytes },
    })
  if (sizeBytes !== undefined) {
    if (sizeBytes > maxBytes) throw tooLarge()
    return body
  }
  // No generator: that would answer `return()` only after the chunk it waits for.
  return {
    [Symbol.asyncIterator]() {
      const source = body[Symbol.asyncIterator]()
      let left = maxBytes
      return {
        async next() {
          const step = await source.next()
          left -= step.done ? 0 : step.value.byteLength
          if (left < 0) {
            await source.return?.()
            throw tooLarge()
          }
          return step
        },
        async return() {
          await source.return?.()
          return { done: true, value: undefined }
        },
      }
    },
  }
}
