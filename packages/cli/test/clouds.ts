import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { gcsStorage } from '@stowage/adapter-gcs'
import { s3Storage } from '@stowage/adapter-s3'
import type { StorageAdapter } from '@stowage/core'
import type { S3Server } from '@stowage/servers'
import { gcsServer } from '@stowage/testkit/gcs'
import { onTestFinished } from 'vitest'
import { newBucket } from '../../adapter-s3/test/bucket.ts'

const REACH_GCS = join(import.meta.dirname, '../../../examples/shared/src/reach-gcs.ts')
const GCS_BUCKET = 'copied'

/** A storage of this process, and how the command is told of it. */
export interface CloudPlace {
  readonly storage: StorageAdapter
  readonly text: string
}

/** A bucket on each cloud, and the environment in which the command reaches both. */
export async function openClouds(server: S3Server, folder: string) {
  const bucket = await newBucket(server, 'copied')
  const s3 = s3Storage(bucket.options)
  const google = await gcsServer()
  google.createBucket(GCS_BUCKET)
  const { projectId, credentials, universeDomain } = google.storageOptions()
  const gcs = gcsStorage({ bucket: GCS_BUCKET, ...google.storageOptions() })
  onTestFinished(async () => {
    await Promise.all([s3.close(), gcs.close()])
    await Promise.all([bucket.remove(), google.close()])
  })
  const account = join(folder, 'account.json')
  await writeFile(account, JSON.stringify({ ...credentials, project_id: projectId, universe_domain: universeDomain }))
  const env = {
    AWS_REGION: server.region,
    AWS_ACCESS_KEY_ID: server.accessKeyId,
    AWS_SECRET_ACCESS_KEY: server.secretAccessKey,
    GOOGLE_APPLICATION_CREDENTIALS: account,
    GOOGLE_CLOUD_PROJECT: projectId,
    TEST_GCS: JSON.stringify({ ...google.address, universe: universeDomain }),
    NODE_OPTIONS: `--disable-warning=ExperimentalWarning --import ${pathToFileURL(REACH_GCS)}`,
  }
  const endpoints = { s3: encodeURIComponent(server.endpoint), gcs: encodeURIComponent(`https://storage.${universeDomain}`) }
  const places: Readonly<Record<'s3' | 'gcs', CloudPlace>> = {
    s3: { storage: s3, text: `s3://${bucket.name}?endpoint=${endpoints.s3}&flavor=ceph` },
    gcs: { storage: gcs, text: `gs://${GCS_BUCKET}?endpoint=${endpoints.gcs}` },
  }
  return { env, ...places }
}
