/** @param over ends it, and `chunks`: Node's fetch may go on reading a body whose request has ended, or leave it as it is */
export function toStream(chunks: AsyncGenerator<Uint8Array, void>, over: AbortSignal): ReadableStream<Uint8Array> {
  // How a source ends that nobody reads any more is no news.
  const end = () => void chunks.return().catch(() => undefined)
  over.addEventListener('abort', end, { once: true })
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await chunks.next()
      // Never closed early: a body cut short must not look whole.
      if (over.aborted) controller.error(over.reason)
      else if (done) controller.close()
      else controller.enqueue(value)
    },
    async cancel() {
      await chunks.return()
    },
  })
}
