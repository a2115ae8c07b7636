import { StowageError } from '../../contracts/errors.ts'
import type { GetOptions, ObjectContent, StorageAdapter, StorageBody, UnfinishedWrites } from '../../contracts/storage.ts'
import { type LayeredCall, layered, type StorageOperation } from './layer.ts'
import { Slots } from './slots.ts'
import { hookedStream, listenForErrors } from './stream.ts'

/** Calls wait only for others of their lane: a reader whose bytes go into a write would else wait for itself. */
export type StorageLane = 'reads' | 'writes' | 'calls'

export interface LimitOptions {
  /**
   * How many reads, how many writes, and how many other calls (look-ups, lists, deletions) may be under way at once, each. A read is
   * under way until its body ends or its reader stops. Default 64.
   */
  readonly atOnce?: number
  /** Told how many wait in a lane whenever that changes. */
  readonly onQueue?: (lane: StorageLane, waiting: number) => void
}

const WRITES: ReadonlySet<StorageOperation> = new Set(['put', 'copy', 'setAttributes', 'multipart.putPart', 'multipart.complete'])
/** Signing is arithmetic; opening and closing happen once. */
const FREE: ReadonlySet<StorageOperation> = new Set([
  'open',
  'close',
  'identity',
  'presignGet',
  'presignPut',
  'presignPost',
  'multipart.presignPart',
])

/**
 * The same storage, which is asked for only so much at once; what is more waits in the order in which it came, and may be aborted there.
 * @throws StowageError `invalid_request` unless `atOnce` is a whole number from 1
 */
export function limit(inner: StorageAdapter, { atOnce = 64, onQueue }: LimitOptions = {}): StorageAdapter {
  if (!Number.isInteger(atOnce) || atOnce < 1)
    throw new StowageError('invalid_request', `limit: \`atOnce\` must be a whole number from 1, not ${atOnce}.`)
  const slotsOf = (lane: StorageLane) => new Slots(atOnce, waiting => onQueue?.(lane, waiting))
  const lanes = { reads: slotsOf('reads'), writes: slotsOf('writes'), calls: slotsOf('calls') }
  const around = async <T>({ op, signal, run }: LayeredCall<T>): Promise<T> => {
    if (FREE.has(op)) return run(signal)
    const release = await lanes[WRITES.has(op) ? 'writes' : 'calls'].take(signal)
    try {
      return await run(signal)
    } finally {
      release()
    }
  }
  const base = layered(inner, around)
  const { multipart, unfinished } = base
  return {
    ...base,
    put: (key, body, options) => base.put(key, heard(body), options),
    get: (key, options) => limitedGet(lanes.reads, inner, key, options),
    ...(multipart && {
      multipart: { ...multipart, putPart: (upload, body, options) => multipart.putPart(upload, heard(body), options) },
    }),
    ...(unfinished && { unfinished: { ...unfinished, list: limitedList(lanes.reads, unfinished) } }),
  }
}

function heard(body: StorageBody): StorageBody {
  listenForErrors(body)
  return body
}

async function limitedGet(
  slots: Slots,
  inner: StorageAdapter,
  key: string,
  options: GetOptions | undefined,
): Promise<ObjectContent> {
  const signal = options?.signal
  const release = await slots.take(signal)
  try {
    const content = await inner.get(key, options)
    const end = (): void => {
      signal?.removeEventListener('abort', end)
      release()
    }
    // Whoever aborts need not read on, nor say that it does not.
    if (signal?.aborted) end()
    else signal?.addEventListener('abort', end, { once: true })
    return { ...content, body: hookedStream(content.body, { end }) }
  } catch (error) {
    release()
    throw error
  }
}

/** Takes a reader's slot with the first item that is asked for: what it finds is removed by calls of another lane. */
function limitedList(slots: Slots, inner: UnfinishedWrites): UnfinishedWrites['list'] {
  return options => {
    let release: (() => void) | undefined
    return hookedStream(inner.list(options), {
      async step(next) {
        release ??= await slots.take(options?.signal)
        return next()
      },
      end: () => release?.(),
    })
  }
}
