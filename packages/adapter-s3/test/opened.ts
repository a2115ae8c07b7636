import type { S3Server } from '@stowage/servers'
import { type S3Storage, type S3StorageOptions, s3Storage } from '../src/index.ts'
import { type Bucket, newBucket } from './bucket.ts'
import { type FaultProxy, faultProxy } from './fault-proxy.ts'

export const MIB = 1024 * 1024

/** A bucket of one's own, reached straight and through a proxy. */
export interface Opened {
  readonly bucket: Bucket
  readonly proxy: FaultProxy
  /** Through the proxy, with parts of 5 MiB and short waits. */
  readonly storage: S3Storage
  /** Straight. */
  readonly straight: S3Storage
  through(options: Partial<S3StorageOptions>): S3Storage
  close(): Promise<void>
}

export async function openBucket(server: S3Server): Promise<Opened> {
  const [bucket, proxy] = await Promise.all([newBucket(server), faultProxy(server.endpoint)])
  const through = (options: Partial<S3StorageOptions>) =>
    s3Storage({ ...bucket.options, partBytes: 5 * MIB, endpoint: proxy.url, ...options })
  const storage = through({})
  const straight = s3Storage(bucket.options)
  return {
    bucket,
    proxy,
    storage,
    straight,
    through,
    async close() {
      await Promise.all([storage.close(), straight.close()])
      await proxy.close()
      await bucket.remove()
    },
  }
}

/** So many bytes, in chunks of 64 KiB, without a known length. */
export async function* stream(sizeBytes: number, fill = 1): AsyncGenerator<Uint8Array, void> {
  for (let left = sizeBytes; left > 0; left -= 65_536) yield Buffer.alloc(Math.min(left, 65_536), fill)
}

export async function textOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = []
  for await (const chunk of body) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}
