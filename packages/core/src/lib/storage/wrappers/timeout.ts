import type { Clock } from '../../contracts/runtime.ts'
import type { MultipartStorage, PutOptions, StorageAdapter, StorageBody } from '../../contracts/storage.ts'
import { systemClock } from '../../runtime/system-clock.ts'
import { type LayeredCall, layered, type StorageOperation, signalled } from './layer.ts'
import { dropBody, hookedStream } from './stream.ts'
import { timedBody } from './timed-body.ts'
import { Watchdog } from './watchdog.ts'

/** How long a storage may keep others waiting, in milliseconds. Time that it waits itself, for a slow sender or reader, does not count. */
export interface TimeoutOptions {
  /** Until it answers: a look-up, a page of a list, the beginning of a read or write. Default 30 s. */
  readonly answerMs?: number
  /** Until it gives the next chunk of a read, or takes the next one of a write. Default 30 s. */
  readonly idleMs?: number
  /** For what grows with the bytes: the acknowledgement of a write, a copy, joining parts, deleting many. Default 5 minutes. */
  readonly workMs?: number
  /** Default: the system's. */
  readonly clock?: Clock
}

export interface TimeLimits extends Required<TimeoutOptions> {}

const WORK: ReadonlySet<StorageOperation> = new Set([
  'open',
  'delete',
  'copy',
  'setAttributes',
  'multipart.complete',
  'multipart.abort',
])

/**
 * The same storage, whose calls end with `timeout` once it stands still. It is told by its `signal`; what it answers afterwards is let go.
 * `close` has no limit: it waits for what is under way.
 * @throws StowageError from its operations: `timeout`, retryable
 */
export function timeout(inner: StorageAdapter, options: TimeoutOptions = {}): StorageAdapter {
  const limits: TimeLimits = {
    answerMs: options.answerMs ?? 30_000,
    idleMs: options.idleMs ?? 30_000,
    workMs: options.workMs ?? 300_000,
    clock: options.clock ?? systemClock(),
  }
  const base = layered(inner, call => timedCall(limits, call))
  const { multipart, unfinished } = base
  return {
    ...base,
    put: (key, body, put) => timedWrite(limits, 'put', { body, options: put }, (...given) => inner.put(key, ...given)),
    get: (key, get) => timedGet(limits, inner, key, get),
    ...(multipart && inner.multipart && { multipart: timedMultipart(limits, multipart, inner.multipart) }),
    ...(unfinished &&
      inner.unfinished && {
        unfinished: { ...unfinished, list: timedUnfinished(limits, inner.unfinished.list.bind(inner.unfinished)) },
      }),
  }
}

const watchdogOf = ({ clock, answerMs }: TimeLimits, what: StorageOperation, caller: AbortSignal | undefined): Watchdog =>
  new Watchdog(clock, { what, caller, abortMs: answerMs })

async function timedCall<T>(limits: TimeLimits, { op, signal, run, drop }: LayeredCall<T>): Promise<T> {
  if (op === 'close') return run(signal)
  const watchdog = watchdogOf(limits, op, signal)
  watchdog.expect(WORK.has(op) ? limits.workMs : limits.answerMs)
  try {
    return await watchdog.until(run(watchdog.signal), drop)
  } finally {
    watchdog.end()
  }
}

interface Written<O> {
  readonly body: StorageBody
  readonly options: O | undefined
}

async function timedWrite<O extends Pick<PutOptions, 'sizeBytes' | 'signal'>, R>(
  limits: TimeLimits,
  op: StorageOperation,
  { body, options }: Written<O>,
  write: (body: StorageBody, options: O) => Promise<R>,
): Promise<R> {
  const watchdog = watchdogOf(limits, op, options?.signal)
  const timed = body instanceof Uint8Array ? null : timedBody(body, { watchdog, limits, sizeBytes: options?.sizeBytes })
  watchdog.expect(timed ? limits.answerMs : limits.workMs)
  try {
    return await watchdog.until(write(timed?.body ?? body, signalled(options, watchdog.signal)))
  } finally {
    watchdog.end()
    timed?.giveUp()
  }
}

function timedMultipart(limits: TimeLimits, base: MultipartStorage, inner: MultipartStorage): MultipartStorage {
  return {
    ...base,
    putPart: (upload, body, options) =>
      timedWrite(limits, 'multipart.putPart', { body, options }, (...given) => inner.putPart(upload, ...given)),
  }
}

const timedGet = async (
  limits: TimeLimits,
  inner: StorageAdapter,
  key: string,
  options: Parameters<StorageAdapter['get']>[1],
): ReturnType<StorageAdapter['get']> => {
  const watchdog = watchdogOf(limits, 'get', options?.signal)
  try {
    watchdog.expect(limits.answerMs)
    const content = await watchdog.until(inner.get(key, signalled(options, watchdog.signal)), dropBody)
    watchdog.pause()
    return { ...content, body: timedStream(limits, watchdog, content.body) }
  } catch (error) {
    watchdog.end()
    throw error
  }
}

/** Time runs only while its reader waits for it. */
function timedStream<T>({ idleMs }: TimeLimits, watchdog: Watchdog, stream: AsyncIterable<T>): AsyncIterable<T> {
  const timed = async <R>(work: () => Promise<R>): Promise<R> => {
    watchdog.expect(idleMs)
    try {
      return await watchdog.until(work())
    } finally {
      watchdog.pause()
    }
  }
  return hookedStream(stream, { step: timed, stop: timed, end: () => watchdog.end() })
}

function timedUnfinished(
  limits: TimeLimits,
  list: NonNullable<StorageAdapter['unfinished']>['list'],
): NonNullable<StorageAdapter['unfinished']>['list'] {
  return options => {
    const watchdog = watchdogOf(limits, 'unfinished.list', options?.signal)
    return timedStream(limits, watchdog, list(signalled(options, watchdog.signal)))
  }
}
