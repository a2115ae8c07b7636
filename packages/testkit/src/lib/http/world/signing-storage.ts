import type { PresignedRequest, PresignPutOptions, StorageAdapter } from '@stowage/core/contracts'

const ORIGIN = 'https://objects.example/'

/** A storage that signs PUT requests, and what they would do: nothing listens at their URLs. */
export interface SigningStorage {
  readonly storage: StorageAdapter
  /** Does what somebody with the request would: writes the object. */
  put(request: { readonly url: string }, bytes: string): Promise<void>
}

export function signingStorage(storage: StorageAdapter): SigningStorage {
  const capabilities = { ...storage.capabilities, presignPut: true }
  const presignPut = async (key: string, { expiresInSeconds }: PresignPutOptions): Promise<PresignedRequest> => ({
    method: 'PUT',
    url: `${ORIGIN}${key}`,
    headers: { 'x-signed': 'yes' },
    expiresAt: new Date(expiresInSeconds * 1000),
  })
  const signing = new Proxy(storage, {
    get(of, name) {
      if (name === 'capabilities') return capabilities
      if (name === 'presignPut') return presignPut
      const member: unknown = Reflect.get(of, name)
      return typeof member === 'function' ? member.bind(of) : member
    },
  })
  return {
    storage: signing,
    async put({ url }, bytes) {
      await storage.put(url.slice(ORIGIN.length), Buffer.from(bytes))
    },
  }
}
