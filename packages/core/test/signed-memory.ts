import { randomUUID } from 'node:crypto'
import { type Clock, type PresignedRequest, type StorageAdapter, StowageError } from '@stowage/core/contracts'
import { memoryStorage } from '@stowage/testkit'

type Send = (bytes: Uint8Array) => Promise<unknown>

/** What sends a file as somebody without credentials would. */
export interface Sender {
  /** @throws StowageError `forbidden` for an expired request, `invalid_request` for another size than was signed */
  send(request: PresignedRequest, bytes: Uint8Array): Promise<void>
}

/** Storage in memory that signs requests of every kind, by keeping what each may do. */
export function signedMemory(clock: Clock, { copies = true, minPartBytes = 1 } = {}): StorageAdapter & Sender {
  const { multipart, copy, ...memory } = memoryStorage({ clock, minPartBytes })
  const signed = new Map<string, { readonly expiresAt: number; readonly sizeBytes: number | undefined; readonly send: Send }>()
  const sign = (
    method: 'PUT' | 'POST',
    { expiresInSeconds, sizeBytes }: { readonly expiresInSeconds: number; readonly sizeBytes?: number },
    send: Send,
  ): PresignedRequest => {
    const url = `https://bucket.example/${randomUUID()}`
    const expiresAt = clock.now() + expiresInSeconds * 1000
    signed.set(url, { expiresAt, sizeBytes, send })
    return { method, url, headers: {}, expiresAt: new Date(expiresAt), ...(method === 'POST' && { fields: { policy: 'x' } }) }
  }
  const typed = (contentType: string | undefined) => (contentType === undefined ? {} : { contentType })
  return {
    ...memory,
    ...(copies && { copy }),
    capabilities: { ...memory.capabilities, copy: copies, presignPut: true, presignPost: true },
    // No length: a storage whose signatures pin none.
    presignPut: async (key, { expiresInSeconds, contentType }) =>
      sign('PUT', { expiresInSeconds }, bytes => memory.put(key, bytes, typed(contentType))),
    presignPost: async (key, { expiresInSeconds, maxBytes, contentType }) =>
      sign('POST', { expiresInSeconds, sizeBytes: maxBytes }, bytes => memory.put(key, bytes, typed(contentType))),
    multipart: {
      minPartBytes: multipart.minPartBytes,
      maxPartBytes: multipart.maxPartBytes,
      maxParts: multipart.maxParts,
      create: multipart.create,
      putPart: multipart.putPart,
      listParts: multipart.listParts,
      async complete(upload, parts, options) {
        // Ceph joins all parts that it has, or none.
        const { length } = minPartBytes > 1 ? await multipart.listParts(upload.key, upload.uploadId) : parts
        if (length !== parts.length) throw new StowageError('invalid_request', `There are ${length} parts, not ${parts.length}.`)
        return multipart.complete(upload, parts, options)
      },
      abort: multipart.abort,
      presignPart: async (upload, options) => sign('PUT', options, bytes => multipart.putPart(upload, bytes)),
    },
    async send({ url }, bytes) {
      const found = signed.get(url)
      if (!found || found.expiresAt <= clock.now()) throw new StowageError('forbidden', 'The signature has expired.')
      if (found.sizeBytes !== undefined && found.sizeBytes !== bytes.byteLength) {
        throw new StowageError('invalid_request', `Signed for ${found.sizeBytes} bytes.`)
      }
      await found.send(bytes)
    },
  }
}
