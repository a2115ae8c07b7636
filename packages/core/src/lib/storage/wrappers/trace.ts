import type { MultipartStorage, StorageAdapter, StorageBody, UnfinishedWrites } from '../../contracts/storage.ts'
import type { ActivityEnd, StartedActivity, Telemetry } from '../../contracts/telemetry.ts'
import { layered, type StorageOperation } from './layer.ts'
import { hookedStream, listenForErrors } from './stream.ts'

export interface TraceOptions {
  readonly telemetry: Telemetry
}

/** Global, so that it is the same in every copy of this package. */
const TRACED = Symbol.for('stowage.traced')

/** Whether somebody is told of its calls already. */
export function isTraced(adapter: StorageAdapter): boolean {
  return TRACED in adapter
}

type Begin = (op: StorageOperation) => StartedActivity

/**
 * The same storage, of whose calls `telemetry` is told: operation, duration, bytes, outcome; never keys. A read lasts until its body ends
 * or its reader stops. Signing is not told of, since it asks nobody.
 */
export function trace(inner: StorageAdapter, { telemetry }: TraceOptions): StorageAdapter {
  const attributes = { 'stowage.storage': inner.name }
  const begin: Begin = op => telemetry.start({ area: 'storage', name: op, attributes })
  const base = layered(inner, ({ op, signal, run }) => {
    if (op.includes('presign')) return run(signal)
    return ended(begin(op), () => run(signal))
  })
  const { multipart, unfinished } = inner
  const traced: StorageAdapter = {
    ...base,
    put: (key, body, options) => tracedWrite(begin('put'), body, counted => inner.put(key, counted, options)),
    get: (key, options) => tracedGet(begin('get'), () => inner.get(key, options)),
    ...(multipart && base.multipart && { multipart: tracedMultipart(begin, base.multipart, multipart) }),
    ...(unfinished && base.unfinished && { unfinished: { ...base.unfinished, list: tracedList(begin, unfinished) } }),
  }
  return Object.assign(traced, { [TRACED]: true })
}

async function ended<T>(started: StartedActivity, work: () => Promise<T>, describe?: () => ActivityEnd): Promise<T> {
  try {
    const result = await started.within(work)
    started.end(describe?.())
    return result
  } catch (error) {
    started.end({ ...describe?.(), error })
    throw error
  }
}

function tracedMultipart(begin: Begin, base: MultipartStorage, inner: MultipartStorage): MultipartStorage {
  return {
    ...base,
    putPart: (upload, body, options) =>
      tracedWrite(begin('multipart.putPart'), body, counted => inner.putPart(upload, counted, options)),
  }
}

function tracedWrite<T>(started: StartedActivity, body: StorageBody, write: (body: StorageBody) => Promise<T>): Promise<T> {
  if (body instanceof Uint8Array)
    return ended(
      started,
      () => write(body),
      () => ({ bytes: body.byteLength }),
    )
  // Layers below, which may let it wait, see another object.
  listenForErrors(body)
  let bytes = 0
  const counted: AsyncIterable<Uint8Array> = {
    [Symbol.asyncIterator]() {
      const source = body[Symbol.asyncIterator]()
      return {
        async next() {
          const result = await source.next()
          if (!result.done) bytes += result.value.byteLength
          return result
        },
        async return() {
          await source.return?.()
          return { done: true, value: undefined }
        },
      }
    },
  }
  return ended(
    started,
    () => write(counted),
    () => ({ bytes }),
  )
}

async function tracedGet(
  started: StartedActivity,
  open: () => ReturnType<StorageAdapter['get']>,
): ReturnType<StorageAdapter['get']> {
  let bytes = 0
  try {
    const content = await started.within(open)
    const body = hookedStream(content.body, {
      async step(next) {
        const result = await started.within(next)
        if (!result.done) bytes += result.value.byteLength
        return result
      },
      end: outcome => started.end({ ...outcome, bytes }),
    })
    return { ...content, body }
  } catch (error) {
    started.end({ error })
    throw error
  }
}

/** Begins with the first item that is asked for. */
function tracedList(begin: Begin, inner: UnfinishedWrites): UnfinishedWrites['list'] {
  return options => {
    let started: StartedActivity | undefined
    return hookedStream(inner.list(options), {
      step(next) {
        started ??= begin('unfinished.list')
        return started.within(next)
      },
      end: outcome => started?.end(outcome),
    })
  }
}
