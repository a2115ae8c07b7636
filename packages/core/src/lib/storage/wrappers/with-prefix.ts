import { StowageError } from '../../contracts/errors.ts'
import type { MultipartStorage, ObjectInfo, StorageAdapter, UnfinishedWrites } from '../../contracts/storage.ts'
import { assertKey } from '../check-arguments.ts'
import { checkedStorage } from '../checked-storage.ts'

interface Names {
  /** Of the storage below. */
  below(key: string): string
  /** Of the caller. */
  above(key: string): string
  info<T extends ObjectInfo | null>(info: T): T
}

/**
 * A part of a storage as a storage of its own: all keys lie below `prefix`, and nothing else can be reached, listed or signed. Keys are
 * checked as `checkedStorage` does, without the prefix.
 *
 * Uploads in parts are told of below the prefix only; temporary files of a disk, which bear no keys, are told of all. Where the storage has
 * an identity, the prefix is part of it.
 * @param prefix a key without a slash at its end, or with one
 * @throws StowageError `invalid_key` for a prefix that is no key, or leaves no room for one
 */
export function withPrefix(inner: StorageAdapter, prefix: string): StorageAdapter {
  const { capabilities } = inner
  const folder = prefix.endsWith('/') ? prefix.slice(0, -1) : prefix
  assertKey(folder, capabilities)
  const start = `${folder}/`
  const maxKeyBytes = capabilities.maxKeyBytes - Buffer.byteLength(start)
  if (maxKeyBytes < 1) throw new StowageError('invalid_key', `The prefix ${JSON.stringify(start)} leaves no room for keys.`)
  const above = (key: string): string => key.slice(start.length)
  const names: Names = {
    below: key => start + key,
    above,
    info: info => (info === null ? info : { ...info, key: above(info.key) }),
  }
  return checkedStorage({
    name: inner.name,
    capabilities: {
      ...capabilities,
      maxKeyBytes,
      maxKeySegmentBytes: Math.min(capabilities.maxKeySegmentBytes, maxKeyBytes),
    },
    ...objectsOf(inner, names),
    ...lifeOf(inner, names, start),
    ...changesOf(inner, names),
    ...signingOf(inner, names),
    ...(inner.multipart && { multipart: multipartOf(inner.multipart, names) }),
    ...(inner.unfinished && { unfinished: unfinishedOf(inner.unfinished, names, start) }),
  })
}

type Objects = Pick<StorageAdapter, 'put' | 'get' | 'head' | 'delete' | 'list'>

function objectsOf(inner: StorageAdapter, { below, above, info }: Names): Objects {
  return {
    put: async (key, body, options) => info(await inner.put(below(key), body, options)),
    async get(key, options) {
      const content = await inner.get(below(key), options)
      return { ...content, info: info(content.info) }
    },
    head: async (key, options) => info(await inner.head(below(key), options)),
    async delete(keys, options) {
      const results = await inner.delete(keys.map(below), options)
      return results.map(result => ({ ...result, key: above(result.key) }))
    },
    async list(options = {}) {
      const { objects, prefixes, cursor } = await inner.list({ ...options, prefix: below(options.prefix ?? '') })
      return { objects: objects.map(info), ...(prefixes && { prefixes: prefixes.map(above) }), cursor }
    },
  }
}

function lifeOf(inner: StorageAdapter, { below, info }: Names, start: string): Partial<StorageAdapter> {
  const { open, identity, close, localFile } = inner
  return {
    ...(open && { open: () => open.call(inner) }),
    ...(close && { close: () => close.call(inner) }),
    ...(identity && { identity: async () => `${await identity.call(inner)}/${start}` }),
    ...(localFile && {
      async localFile(key) {
        const file = await localFile.call(inner, below(key))
        return file && { ...file, info: info(file.info) }
      },
    }),
  }
}

function changesOf(inner: StorageAdapter, { below, info }: Names): Partial<StorageAdapter> {
  const { copy, setAttributes } = inner
  return {
    ...(copy && { copy: async (from, to, options) => info(await copy.call(inner, below(from), below(to), options)) }),
    ...(setAttributes && {
      setAttributes: async (key, ...rest) => info(await setAttributes.call(inner, below(key), ...rest)),
    }),
  }
}

function signingOf(inner: StorageAdapter, { below }: Names): Partial<StorageAdapter> {
  const { presignGet, presignPut, presignPost } = inner
  return {
    ...(presignGet && { presignGet: (key, options) => presignGet.call(inner, below(key), options) }),
    ...(presignPut && { presignPut: (key, options) => presignPut.call(inner, below(key), options) }),
    ...(presignPost && { presignPost: (key, options) => presignPost.call(inner, below(key), options) }),
  }
}

function multipartOf(inner: MultipartStorage, { below, info }: Names): MultipartStorage {
  const { presignPart } = inner
  const part = <U extends { readonly key: string }>(upload: U): U => ({ ...upload, key: below(upload.key) })
  return {
    minPartBytes: inner.minPartBytes,
    maxPartBytes: inner.maxPartBytes,
    maxParts: inner.maxParts,
    create: (key, options) => inner.create(below(key), options),
    putPart: (upload, body, options) => inner.putPart(part(upload), body, options),
    listParts: (key, uploadId, signal) => inner.listParts(below(key), uploadId, signal),
    complete: async (upload, parts, options) => info(await inner.complete(part(upload), parts, options)),
    abort: (key, uploadId, signal) => inner.abort(below(key), uploadId, signal),
    ...(presignPart && { presignPart: (upload, options) => presignPart.call(inner, part(upload), options) }),
  }
}

function unfinishedOf(inner: UnfinishedWrites, { below, above }: Names, start: string): UnfinishedWrites {
  return {
    async *list(options) {
      for await (const write of inner.list(options)) {
        if (write.type === 'temporary') yield write
        else if (write.key.startsWith(start)) yield { ...write, key: above(write.key) }
      }
    },
    remove: write => inner.remove(write.type === 'multipart' ? { ...write, key: below(write.key) } : write),
  }
}
