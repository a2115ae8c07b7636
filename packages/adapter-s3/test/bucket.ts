import { randomBytes } from 'node:crypto'
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  ListMultipartUploadsCommand,
  PutBucketPolicyCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import type { S3Server } from '@stowage/servers'
import { type S3Flavor, type S3StorageOptions, s3Storage } from '../src/index.ts'

/** The service that the tests run on. */
const FLAVOR = (process.env.STOWAGE_TEST_S3_FLAVOR ?? 'ceph') as S3Flavor

export interface Bucket {
  readonly client: S3Client
  readonly name: string
  /** Leads to it. */
  readonly options: S3StorageOptions
  /** Keys of uploads in parts that nobody ended. */
  unfinished(): Promise<string[]>
  /** From now on nobody may delete this object. */
  hold(key: string): Promise<void>
  /** With all that is in it. */
  remove(): Promise<void>
}

/** A new bucket that nobody else uses. */
export async function newBucket(server: S3Server, prefix = 'stowage'): Promise<Bucket> {
  const { endpoint, region, accessKeyId, secretAccessKey } = server
  const credentials = { accessKeyId, secretAccessKey }
  const client = new S3Client({ endpoint, region, credentials, forcePathStyle: true })
  const Bucket = `${prefix}-${randomBytes(6).toString('hex')}`
  const options = { bucket: Bucket, endpoint, region, credentials, flavor: FLAVOR }
  await client.send(new CreateBucketCommand({ Bucket }))
  return {
    client,
    name: Bucket,
    options,
    async unfinished() {
      const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket }))
      return Uploads.map(({ Key = '' }) => Key)
    },
    async hold(key) {
      const Statement = [{ Effect: 'Deny', Principal: '*', Action: 's3:DeleteObject', Resource: `arn:aws:s3:::${Bucket}/${key}` }]
      await client.send(new PutBucketPolicyCommand({ Bucket, Policy: JSON.stringify({ Version: '2012-10-17', Statement }) }))
    },
    async remove() {
      await client.send(new PutBucketPolicyCommand({ Bucket, Policy: allowAll(Bucket) }))
      const storage = s3Storage(options)
      for await (const write of storage.unfinished.list()) await storage.unfinished.remove(write)
      for (let page = await storage.list(); page.objects.length > 0; page = await storage.list())
        await storage.delete(page.objects.map(({ key }) => key))
      await client.send(new DeleteBucketCommand({ Bucket }))
      await storage.close()
      client.destroy()
    },
  }
}

const allowAll = (bucket: string) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: `arn:aws:s3:::${bucket}/none` }],
  })
