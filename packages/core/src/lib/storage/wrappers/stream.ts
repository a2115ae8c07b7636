import type { StorageBody } from '../../contracts/storage.ts'

/** What a layer does at a stream that it hands on. */
export interface StreamHooks<T> {
  /** Around each wait for the next item. Default: none. */
  step?(next: () => Promise<IteratorResult<T>>): Promise<IteratorResult<T>>
  /** Around letting the stream go before its end. Default: none. */
  stop?(stop: () => Promise<void>): Promise<void>
  /** Once: at the end, at an error, or where the reader stops early. */
  end(outcome: StreamOutcome): void
}

export interface StreamOutcome {
  /** Absent: none was thrown. */
  readonly error?: unknown
}

/**
 * The same stream with hooks. Not a generator: those do nothing at a `return()` that comes before the first `next()`, and whoever opens a
 * body and never reads it must free what it holds.
 */
export function hookedStream<T>(source: AsyncIterable<T>, hooks: StreamHooks<T>): AsyncIterable<T> {
  let opened: AsyncIterator<T> | undefined
  let ended = false
  const inner = (): AsyncIterator<T> => {
    opened ??= source[Symbol.asyncIterator]()
    return opened
  }
  const finish = (outcome: StreamOutcome): void => {
    if (ended) return
    ended = true
    hooks.end(outcome)
  }
  const iterator: AsyncIterator<T> = {
    async next() {
      if (ended) return finished()
      const next = () => inner().next()
      try {
        const result = await (hooks.step ? hooks.step(next) : next())
        if (result.done) finish({})
        return result
      } catch (error) {
        finish({ error })
        letGo(inner())
        throw error
      }
    },
    async return() {
      if (ended) return finished()
      const stop = async (): Promise<void> => void (await inner().return?.())
      try {
        await (hooks.stop ? hooks.stop(stop) : stop())
      } finally {
        finish({})
      }
      return finished()
    },
  }
  return { [Symbol.asyncIterator]: () => iterator }
}

const finished = (): IteratorReturnResult<undefined> => ({ done: true, value: undefined })

/** Ends an iteration whose outcome interests nobody any more, without waiting: a generator that is stuck in `next` never answers. */
export function letGo(iterator: AsyncIterator<unknown>): void {
  void Promise.resolve(iterator.return?.()).catch(() => undefined)
}

/** Lets go of a body that nobody will read. */
export async function dropBody({ body }: { readonly body: AsyncIterable<unknown> }): Promise<void> {
  await body[Symbol.asyncIterator]().return?.()
}

/**
 * For bodies that wait before they are read: a Node stream that fails meanwhile must not end the process. Its reader is told of the error
 * by the stream itself.
 */
export function listenForErrors(body: StorageBody): void {
  if (body instanceof Uint8Array) return
  const { on } = body as { on?: (event: 'error', listener: () => void) => unknown }
  if (typeof on === 'function') on.call(body, 'error', () => undefined)
}
