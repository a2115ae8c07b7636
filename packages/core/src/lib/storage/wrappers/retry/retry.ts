import { StowageError } from '../../../contracts/errors.ts'
import type { DeleteResult, StorageAdapter, UnfinishedWrites } from '../../../contracts/storage.ts'
import { layered } from '../layer.ts'
import { hookedStream, letGo } from '../stream.ts'
import { resumedBody } from './resumed-body.ts'
import { triedComplete, triedCopy } from './settle.ts'
import { mayPass, type RetryOptions, Tries } from './tries.ts'
import { triedPut, triedWrite } from './write.ts'

/**
 * The same storage, whose calls are made again where that is safe and their error may pass (`retryable`), after waits that grow.
 *
 * Reads go on mid-stream with the bytes that lack, on condition that the object is the same. A body is handed over again only if no byte
 * was taken of it, or it is a `Uint8Array`. A write whose answer was lost is looked up: it counts as done where its very bytes lie there.
 * Never tried again: what the caller did wrong, `not_found`, `already_exists`, `precondition_failed`, and what was aborted.
 * @throws StowageError `invalid_request` for options that can't be meant; `conflict` from a read whose object was changed before it could go on
 */
export function retry(inner: StorageAdapter, options: RetryOptions = {}): StorageAdapter {
  const tries = new Tries(checked(options))
  const base = layered(inner, ({ op, signal, run }) =>
    op === 'close' ? run(signal) : tries.of({ op, signal, run: () => run(signal) }),
  )
  const { copy, multipart, unfinished } = inner
  const get: StorageAdapter['get'] = async (key, options = {}) => {
    const content = await base.get(key, options)
    return { ...content, body: resumedBody(inner, content, { key, options, tries }) }
  }
  const retrying = { storage: inner, reads: { head: base.head, get }, tries }
  return {
    ...base,
    put: (key, body, put) => triedPut(retrying, key, [body, put]),
    get,
    delete: (keys, options) => triedDelete(inner, tries, keys, options?.signal),
    ...(copy && { copy: triedCopy(retrying, copy) }),
    ...(multipart &&
      base.multipart && {
        multipart: {
          ...base.multipart,
          putPart: (upload, body, part) =>
            triedWrite(tries, 'multipart.putPart', [body, part], (...given) => multipart.putPart(upload, ...given)),
          complete: triedComplete(retrying, multipart),
        },
      }),
    ...(unfinished && base.unfinished && { unfinished: { ...base.unfinished, list: triedList(unfinished, tries) } }),
  }
}

function checked(options: RetryOptions): RetryOptions {
  const { tries = 1, baseMs = 0, maxMs = 0 } = options
  if (Number.isInteger(tries) && tries >= 1 && baseMs >= 0 && maxMs >= 0) return options
  throw new StowageError('invalid_request', 'retry: `tries` is a whole number from 1, `baseMs` and `maxMs` are not negative.')
}

/** Only the keys whose own error may pass are asked for again. */
async function triedDelete(
  inner: StorageAdapter,
  tries: Tries,
  keys: readonly string[],
  signal: AbortSignal | undefined,
): Promise<readonly DeleteResult[]> {
  const results = new Map<string, DeleteResult>()
  let left = keys
  const run = async (): Promise<void> => {
    for (const result of await inner.delete(left, signal && { signal })) results.set(result.key, result)
    left = left.filter(key => mayPass(results.get(key)?.error))
    const error = results.get(left[0] ?? '')?.error
    if (error) throw error
  }
  await tries.of({ op: 'delete', signal, run }).catch(error => {
    if (left.every(key => results.has(key)) && !signal?.aborted) return
    throw error
  })
  return keys.map(key => results.get(key) ?? { key })
}

/** Begins again until the first is found; what comes after that can't be told from what was found before. */
function triedList(inner: UnfinishedWrites, tries: Tries): UnfinishedWrites['list'] {
  return options => {
    let source = inner.list(options)[Symbol.asyncIterator]()
    let begun = false
    const next = async () => {
      const run = async () => {
        try {
          const result = await source.next()
          begun = true
          return result
        } catch (error) {
          if (!begun) {
            letGo(source)
            source = inner.list(options)[Symbol.asyncIterator]()
          }
          throw error
        }
      }
      return tries.of({ op: 'unfinished.list', signal: options?.signal, run, mayRepeat: () => !begun })
    }
    const stop = async (): Promise<IteratorReturnResult<undefined>> => {
      await source.return?.()
      return { done: true, value: undefined }
    }
    return hookedStream({ [Symbol.asyncIterator]: () => ({ next, return: stop }) }, { end: () => undefined })
  }
}
