import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { Agent } from 'node:https'
import { join } from 'node:path'
import { CreateBucketCommand, DeleteBucketCommand, S3Client } from '@aws-sdk/client-s3'
import { gcsStorage } from '@stowage/adapter-gcs'
import { s3Storage } from '@stowage/adapter-s3'
import type { StorageAdapter } from '@stowage/core'
import type { S3Server } from '@stowage/servers'
import type { GcsAccess } from './gcs-process.ts'

interface OnS3 extends Omit<S3Server, 'nobody' | 'version'> {
  readonly bucket: string
}
interface OnGcs {
  readonly bucket: string
  readonly gcs: GcsAccess
}
/** A bucket, and how any process reaches it. */
export type Place = OnS3 | OnGcs

/** Where a contender's process is told its place. */
export const PLACE_FILE = 'place.json'

export async function placeIn(folder: string): Promise<Place> {
  return JSON.parse(await readFile(join(folder, PLACE_FILE), 'utf8')) as Place
}

export function storageAt(place: Place): StorageAdapter {
  if ('gcs' in place) {
    const { port, certificate, ...account } = place.gcs
    const agent = new Agent({ keepAlive: true, host: '127.0.0.1', port, ca: certificate })
    return gcsStorage({ ...account, bucket: place.bucket, clientOptions: { transporterOptions: { agent } } })
  }
  const { bucket, endpoint, region } = place
  return s3Storage({ bucket, endpoint, region, credentials: credentialsOf(place), flavor: 'ceph' })
}

/** The client as its documentation makes it, for those who use it bare. */
export function clientAt(place: Place): { readonly client: S3Client; readonly Bucket: string } {
  if ('gcs' in place) throw new TypeError('The bare client speaks to S3.')
  const { bucket, endpoint, region } = place
  return { client: new S3Client({ endpoint, region, credentials: credentialsOf(place), forcePathStyle: true }), Bucket: bucket }
}

export async function makeBucket({ endpoint, region, accessKeyId, secretAccessKey }: S3Server): Promise<OnS3> {
  const place = { endpoint, region, accessKeyId, secretAccessKey, bucket: `bench-${randomBytes(6).toString('hex')}` }
  const { client, Bucket } = clientAt(place)
  await client.send(new CreateBucketCommand({ Bucket }))
  client.destroy()
  return place
}

/** With all that is in it. */
export async function removeBucket(place: OnS3): Promise<void> {
  const storage = storageAt(place)
  for await (const write of storage.unfinished?.list() ?? []) await storage.unfinished?.remove(write)
  await empty(storage)
  await storage.close?.()
  const { client, Bucket } = clientAt(place)
  await client.send(new DeleteBucketCommand({ Bucket }))
  client.destroy()
}

async function empty(storage: StorageAdapter): Promise<void> {
  for (let page = await storage.list(); page.objects.length > 0; page = await storage.list())
    await storage.delete(page.objects.map(({ key }) => key))
}

function credentialsOf({ accessKeyId, secretAccessKey }: OnS3) {
  return { accessKeyId, secretAccessKey }
}
