import type { LocalFile, MultipartStorage, StorageAdapter, UnfinishedWrites } from '../../contracts/storage.ts'

/** Names of what a storage does, as in spans, metrics and messages. */
export type StorageOperation =
  | 'open'
  | 'identity'
  | 'put'
  | 'get'
  | 'head'
  | 'delete'
  | 'list'
  | 'copy'
  | 'setAttributes'
  | 'presignGet'
  | 'presignPut'
  | 'presignPost'
  | 'localFile'
  | 'close'
  | `multipart.${'create' | 'putPart' | 'listParts' | 'presignPart' | 'complete' | 'abort'}`
  | `unfinished.${'list' | 'remove'}`

export interface LayeredCall<T> {
  readonly op: StorageOperation
  /** The caller's. */
  readonly signal: AbortSignal | undefined
  /** Calls the storage below, with this signal where it takes one. */
  run(signal: AbortSignal | undefined): Promise<T>
  /** Lets go of a result that nobody will see. */
  drop?(result: T): Promise<void>
}

/** Stands around every call of a storage. */
export type Around = <T>(call: LayeredCall<T>) => Promise<T>

/** The same storage with `around` around each of its calls: what it lacks, the result lacks too. Bodies are not looked at. */
export function layered(inner: StorageAdapter, around: Around): StorageAdapter {
  return {
    name: inner.name,
    capabilities: inner.capabilities,
    put: (key, body, options) =>
      around({ op: 'put', signal: options?.signal, run: signal => inner.put(key, body, signalled(options, signal)) }),
    get: (key, options) =>
      around({ op: 'get', signal: options?.signal, run: signal => inner.get(key, signalled(options, signal)) }),
    head: (key, options) =>
      around({ op: 'head', signal: options?.signal, run: signal => inner.head(key, signalled(options, signal)) }),
    delete: (keys, options) =>
      around({ op: 'delete', signal: options?.signal, run: signal => inner.delete(keys, signalled(options, signal)) }),
    list: options => around({ op: 'list', signal: options?.signal, run: signal => inner.list(signalled(options, signal)) }),
    ...lifeOf(inner, around),
    ...changesOf(inner, around),
    ...signingOf(inner, around),
    ...(inner.multipart && { multipart: multipartOf(inner.multipart, around) }),
    ...(inner.unfinished && { unfinished: unfinishedOf(inner.unfinished, around) }),
  }
}

/** `options` with another signal. */
export function signalled<O extends { readonly signal?: AbortSignal }>(
  options: O | undefined,
  signal: AbortSignal | undefined,
): O {
  const { signal: _, ...rest } = options ?? ({} as O)
  return (signal ? { ...rest, signal } : rest) as O
}

const closeFile = async (file: LocalFile | null): Promise<void> => file?.handle.close()

function lifeOf(inner: StorageAdapter, around: Around): Partial<StorageAdapter> {
  const { open, identity, close, localFile } = inner
  const plain = { signal: undefined }
  return {
    ...(open && { open: () => around({ ...plain, op: 'open', run: () => open.call(inner) }) }),
    ...(identity && { identity: () => around({ ...plain, op: 'identity', run: () => identity.call(inner) }) }),
    ...(close && { close: () => around({ ...plain, op: 'close', run: () => close.call(inner) }) }),
    ...(localFile && {
      localFile: key => around({ ...plain, op: 'localFile', run: () => localFile.call(inner, key), drop: closeFile }),
    }),
  }
}

function changesOf(inner: StorageAdapter, around: Around): Partial<StorageAdapter> {
  const { copy, setAttributes } = inner
  return {
    ...(copy && {
      copy: (from, to, options) =>
        around({ op: 'copy', signal: options?.signal, run: signal => copy.call(inner, from, to, signalled(options, signal)) }),
    }),
    ...(setAttributes && {
      setAttributes: (key, attributes, options) =>
        around({
          op: 'setAttributes',
          signal: options?.signal,
          run: signal => setAttributes.call(inner, key, attributes, signalled(options, signal)),
        }),
    }),
  }
}

function signingOf(inner: StorageAdapter, around: Around): Partial<StorageAdapter> {
  const signing =
    <O, R>(op: StorageOperation, sign: (key: string, options: O) => Promise<R>) =>
    (key: string, options: O): Promise<R> =>
      around({ op, signal: undefined, run: () => sign.call(inner, key, options) })
  const { presignGet, presignPut, presignPost } = inner
  return {
    ...(presignGet && { presignGet: signing('presignGet', presignGet) }),
    ...(presignPut && { presignPut: signing('presignPut', presignPut) }),
    ...(presignPost && { presignPost: signing('presignPost', presignPost) }),
  }
}

function multipartOf(inner: MultipartStorage, around: Around): MultipartStorage {
  const { presignPart } = inner
  return {
    minPartBytes: inner.minPartBytes,
    maxPartBytes: inner.maxPartBytes,
    maxParts: inner.maxParts,
    create: (key, options) =>
      around({
        op: 'multipart.create',
        signal: options?.signal,
        run: signal => inner.create(key, signalled(options, signal)),
        drop: ({ uploadId }) => inner.abort(key, uploadId),
      }),
    putPart: (upload, body, options) =>
      around({
        op: 'multipart.putPart',
        signal: options?.signal,
        run: signal => inner.putPart(upload, body, signalled(options, signal)),
      }),
    listParts: (key, uploadId, signal) =>
      around({ op: 'multipart.listParts', signal, run: signal => inner.listParts(key, uploadId, signal) }),
    complete: (upload, parts, options) =>
      around({
        op: 'multipart.complete',
        signal: options?.signal,
        run: signal => inner.complete(upload, parts, signalled(options, signal)),
      }),
    abort: (key, uploadId, signal) =>
      around({ op: 'multipart.abort', signal, run: signal => inner.abort(key, uploadId, signal) }),
    ...(presignPart && {
      presignPart: (upload, options) =>
        around({ op: 'multipart.presignPart', signal: undefined, run: () => presignPart.call(inner, upload, options) }),
    }),
  }
}

/** The list is a stream that begins at once: layers that care for it put their own in its place. */
function unfinishedOf(inner: UnfinishedWrites, around: Around): UnfinishedWrites {
  return {
    list: options => inner.list(options),
    remove: write => around({ op: 'unfinished.remove', signal: undefined, run: () => inner.remove(write) }),
  }
}
