import { type StorageAdapter, StowageError } from '@stowage/core/contracts'
import { failBefore, type MemoryStorage, memoryStorage, type OutOfOrder, withFaults } from '../../src/index.ts'
import { type BrokenAdapter, broken, fixtureOf } from './broken.ts'

export const brokenErrors: readonly BrokenAdapter[] = [
  outOfOrder('takes a missing bucket for an empty one', ['S66'], { missingPlace: async () => memoryStorage() }),
  outOfOrder('answers a missing bucket with not_found', ['S66'], {
    missingPlace: failing(new StowageError('not_found', 'No bucket.')),
  }),
  outOfOrder('takes wrong credentials for the client’s', ['S66'], {
    wrongCredentials: failing(new StowageError('forbidden', 'Signature does not match.')),
  }),
  outOfOrder('tries again where a permission lacks', ['S66'], {
    noPermission: failing(new StowageError('unavailable', 'Access denied.')),
  }),
  outOfOrder('lets vendor errors through', ['S67'], { unreachable: failing(new Error('ECONNREFUSED')) }),
  outOfOrder('gives up where waiting would help', ['S67'], {
    unreachable: failing(new StowageError('unavailable', 'Slow down.', { retryable: false })),
  }),
  outOfOrder('waits for ever', ['S67'], { stalled: async () => withFaults(memoryStorage(), [{ on: '*', fault: endless }]) }),
  broken('calls all errors worth a retry', ['S67'], inner => ({
    get: (key, options) =>
      inner.get(key, options).catch((error: StowageError) => {
        throw new StowageError(error.code, error.message, { details: error.details, retryable: true })
      }),
  })),
]

export const brokenClaims: readonly BrokenAdapter[] = [
  claiming('claims what it has not', ['S68'], { localFile: true }),
  claiming('hides what it has', ['S68'], { copy: false }),
  claiming('takes attributes that it does not claim', ['S68', 'S42', 'S43'], { attributes: false }),
  claiming('drops create-only without a word', ['S68', 'S25'], { createOnly: false }),
  claiming('overwrites on condition without a claim', ['S68', 'S27'], { conditionalPut: false }),
  claiming('rolls up without a claim', ['S68', 'S52'], { delimiter: false }),
  claiming('takes user metadata that it does not claim', ['S68', 'S44'], { userMetadata: false, maxUserMetadataBytes: 0 }),
  broken('reads a byte before it refuses', ['S68'], readsFirst),
]

export const brokenMultipart: readonly BrokenAdapter[] = [
  broken('joins parts whatever their ETag', ['S69'], joinsAny),
  broken('joins parts in the order in which they came', ['S69'], sortsParts),
  broken('knows uploads by their id alone', ['S69'], knowsIdsAlone),
  broken('fails to abort twice', ['S70'], abortsOnce),
  broken('drops the object with its upload', ['S70'], dropsObject),
  broken('completes over what is there', ['S70'], inner => ({
    multipart: { ...inner.multipart, complete: (upload, parts) => inner.multipart.complete(upload, parts) },
  })),
]

const endless = { kind: 'wait', when: 'before', until: () => new Promise(() => undefined) } as const

function failing(error: Error): () => Promise<StorageAdapter> {
  return async () => withFaults(memoryStorage(), [{ on: '*', fault: failBefore(error) }])
}

function outOfOrder(what: string, rows: readonly string[], faulty: OutOfOrder): BrokenAdapter {
  return { what, rows, create: async () => fixtureOf(memoryStorage(), { outOfOrder: faulty }) }
}

function claiming(what: string, rows: readonly string[], claims: Partial<StorageAdapter['capabilities']>): BrokenAdapter {
  return broken(what, rows, inner => ({ capabilities: { ...inner.capabilities, ...claims } }))
}

function readsFirst(inner: MemoryStorage): Partial<StorageAdapter> {
  return {
    capabilities: { ...inner.capabilities, conditionalPut: false },
    async put(key, body, options = {}) {
      if (options.ifMatch === undefined || body instanceof Uint8Array) return inner.put(key, body, options)
      await body[Symbol.asyncIterator]().next()
      throw new StowageError('unsupported', 'No conditions.')
    },
  }
}

function joinsAny({ multipart }: MemoryStorage): Partial<StorageAdapter> {
  return {
    multipart: {
      ...multipart,
      complete: async (upload, parts, options) => {
        const known = await multipart.listParts(upload.key, upload.uploadId)
        const etag = (n: number) => known.find(({ partNumber }) => partNumber === n)?.etag ?? ''
        return multipart.complete(
          upload,
          parts.map(part => ({ ...part, etag: etag(part.partNumber) })),
          options,
        )
      },
    },
  }
}

function sortsParts({ multipart }: MemoryStorage): Partial<StorageAdapter> {
  return {
    multipart: {
      ...multipart,
      complete: (upload, parts, options) =>
        multipart.complete(
          upload,
          [...parts].sort((a, b) => a.partNumber - b.partNumber),
          options,
        ),
    },
  }
}

function knowsIdsAlone({ multipart }: MemoryStorage): Partial<StorageAdapter> {
  const keys = new Map<string, string>()
  const own = <T extends { readonly key: string; readonly uploadId: string }>(upload: T): T => ({
    ...upload,
    key: keys.get(upload.uploadId) ?? upload.key,
  })
  return {
    multipart: {
      ...multipart,
      create: async (key, options) => {
        const upload = await multipart.create(key, options)
        keys.set(upload.uploadId, key)
        return upload
      },
      putPart: (upload, body, options) => multipart.putPart(own(upload), body, options),
    },
  }
}

function abortsOnce({ multipart }: MemoryStorage): Partial<StorageAdapter> {
  return {
    multipart: {
      ...multipart,
      abort: async (key, uploadId) => {
        await multipart.listParts(key, uploadId)
        await multipart.abort(key, uploadId)
      },
    },
  }
}

function dropsObject(inner: MemoryStorage): Partial<StorageAdapter> {
  return {
    multipart: {
      ...inner.multipart,
      abort: async (key, uploadId) => {
        await inner.multipart.abort(key, uploadId)
        await inner.delete([key])
      },
    },
  }
}
