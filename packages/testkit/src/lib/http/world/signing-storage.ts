import type { PresignedRequest, StorageAdapter } from '@stowage/core/contracts'

const ORIGIN = 'https://objects.example/'
const PART = /^(.*)\?part=(\d+)&upload=(.*)$/

/** A storage that signs PUT requests of whole objects, and of parts where it has such, and what they would do: nothing listens at their URLs. */
export interface SigningStorage {
  readonly storage: StorageAdapter
  /** Does what somebody with the request would: writes the object, or the part. */
  put(request: { readonly url: string }, bytes: string): Promise<void>
}

export function signingStorage(storage: StorageAdapter): SigningStorage {
  const { multipart } = storage
  const own = {
    capabilities: { ...storage.capabilities, presignPut: true },
    presignPut: async (key: string, { expiresInSeconds }: Signing) => signed(key, expiresInSeconds),
    multipart: multipart && {
      // Its methods may be those of a class.
      minPartBytes: multipart.minPartBytes,
      maxPartBytes: multipart.maxPartBytes,
      maxParts: multipart.maxParts,
      create: multipart.create.bind(multipart),
      putPart: multipart.putPart.bind(multipart),
      listParts: multipart.listParts.bind(multipart),
      complete: multipart.complete.bind(multipart),
      abort: multipart.abort.bind(multipart),
      presignPart: async ({ key, uploadId, partNumber }: PartRef, { expiresInSeconds }: Signing) =>
        signed(`${key}?part=${partNumber}&upload=${uploadId}`, expiresInSeconds),
    },
  }
  const signing = new Proxy(storage, {
    get(of, name) {
      if (Object.hasOwn(own, name)) return own[name as keyof typeof own]
      const member: unknown = Reflect.get(of, name)
      return typeof member === 'function' ? member.bind(of) : member
    },
  })
  return {
    storage: signing,
    async put({ url }, bytes) {
      const target = url.slice(ORIGIN.length)
      const [, key, partNumber, uploadId] = PART.exec(target) ?? []
      if (key === undefined || uploadId === undefined) await storage.put(target, Buffer.from(bytes))
      else await multipart?.putPart({ key, uploadId, partNumber: Number(partNumber) }, Buffer.from(bytes))
    },
  }
}

interface PartRef {
  readonly key: string
  readonly uploadId: string
  readonly partNumber: number
}

interface Signing {
  readonly expiresInSeconds: number
}

function signed(target: string, expiresInSeconds: number): PresignedRequest {
  return {
    method: 'PUT',
    url: `${ORIGIN}${target}`,
    headers: { 'x-signed': 'yes' },
    expiresAt: new Date(expiresInSeconds * 1000),
  }
}
