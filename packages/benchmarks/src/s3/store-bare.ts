import { randomUUID } from 'node:crypto'
import type { Readable } from 'node:stream'
import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3'
import { Upload } from '@aws-sdk/lib-storage'

export interface BareTarget {
  readonly client: S3Client
  readonly Bucket: string
}

/** As the documentation has it, in parts of 8 MiB like Stowage's. */
export async function storeStream({ client, Bucket }: BareTarget, Body: Readable): Promise<void> {
  await new Upload({ client, params: { Bucket, Key: randomUUID(), Body }, partSize: 8 * 1024 * 1024 }).done()
}

export async function storeWhole({ client, Bucket }: BareTarget, Body: Uint8Array): Promise<void> {
  await client.send(new PutObjectCommand({ Bucket, Key: randomUUID(), Body }))
}
