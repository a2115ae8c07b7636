import { isStowageError, StowageError } from '../../../contracts/errors.ts'
import type { GetOptions, ObjectContent, StorageAdapter } from '../../../contracts/storage.ts'
import { dropBody, hookedStream, letGo } from '../stream.ts'
import { mayPass, type Tries } from './tries.ts'

interface Reading {
  readonly key: string
  readonly options: GetOptions
  readonly tries: Tries
}

/** A read that goes on where it broke off, with a range of what lacks, for as long as the object is the same. */
export function resumedBody(storage: StorageAdapter, opened: ObjectContent, reading: Reading): AsyncIterable<Uint8Array> {
  const { info, range } = opened
  const start = range?.start ?? 0
  const end = range?.end ?? info.sizeBytes - 1
  let at = start
  let failures = 0
  let source = opened.body[Symbol.asyncIterator]()
  const take = async (): Promise<IteratorResult<Uint8Array>> => {
    const result = await source.next()
    if (!result.done) {
      at += result.value.byteLength
      failures = 0
    } else if (at <= end) {
      throw new StowageError('unavailable', `A read ended at byte ${at - start} of ${end + 1 - start}.`)
    }
    return result
  }
  const goOn = async (first: unknown): Promise<void> => {
    const { tries, options } = reading
    for (let error = first; ; ) {
      letGo(source)
      failures += 1
      if (!mayPass(error) || failures >= tries.max || options.signal?.aborted) throw error
      await tries.wait({ op: 'get', attempt: failures, error }, options.signal)
      try {
        source = await reopened(storage, { ...reading, start: at, end }, info.etag)
        return
      } catch (failed) {
        error = failed
      }
    }
  }
  const next = async (): Promise<IteratorResult<Uint8Array>> => {
    for (;;) {
      try {
        return await take()
      } catch (error) {
        // All of the bytes came, whatever is said behind them.
        if (at > end && mayPass(error)) return { done: true, value: undefined }
        await goOn(error)
      }
    }
  }
  const stop = async (): Promise<IteratorReturnResult<undefined>> => {
    await source.return?.()
    return { done: true, value: undefined }
  }
  return hookedStream({ [Symbol.asyncIterator]: () => ({ next, return: stop }) }, { end: () => undefined })
}

interface Rest extends Reading {
  readonly start: number
  readonly end: number
}

async function reopened(storage: StorageAdapter, rest: Rest, etag: string): Promise<AsyncIterator<Uint8Array>> {
  const { key, start, end, options } = rest
  const { signal } = options
  try {
    const content = await storage.get(key, { range: { start, end }, ifMatch: etag, ...(signal && { signal }) })
    if (content.range?.start === start && content.range.end === end) return content.body[Symbol.asyncIterator]()
    await dropBody(content)
    throw new StowageError('internal', `Storage ${storage.name} answered a range with another one.`)
  } catch (error) {
    if (!isStowageError(error, 'not_found', 'precondition_failed', 'range_not_satisfiable')) throw error
    const message = `The object ${JSON.stringify(key)} was changed while it was read. Read it anew.`
    throw new StowageError('conflict', message, { cause: error })
  }
}
