import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { fsStorage } from '@stowage/adapter-fs'
import type { StorageAdapter } from '@stowage/core'

/** What an example runs on, in one test. */
export interface Stack {
  readonly env: Readonly<Record<string, string>>
  /** For Node. */
  readonly flags: readonly string[]
  readonly storage: StorageAdapter
  /** Reaches what the storage signs. */
  readonly fetch: typeof fetch
  close(): Promise<void>
}

/**
 * Disk and SQLite, or what `STOWAGE_EXAMPLES_ON` names: `s3+postgres` or `gcs+postgres`, with a bucket and a database of their own on the servers of
 * this run.
 */
export async function openStack(dataDir: string): Promise<Stack> {
  const { STOWAGE_EXAMPLES_ON: on = 'fs+sqlite' } = process.env
  if (on === 'fs+sqlite') return onDisk(dataDir)
  const name = `examples-${randomBytes(6).toString('hex')}`
  if (on === 's3+postgres') return onPostgres(await onS3(name))
  if (on === 'gcs+postgres') return onPostgres(await onGcs(name, dataDir))
  throw new Error(`STOWAGE_EXAMPLES_ON=${on} is not known: it is fs+sqlite, s3+postgres or gcs+postgres.`)
}

async function onDisk(dataDir: string): Promise<Stack> {
  const storage = fsStorage({ root: join(dataDir, 'objects') })
  return { env: {}, flags: [], storage, fetch, close: async () => storage.close?.() }
}

async function onS3(bucket: string): Promise<Stack> {
  const { s3Server } = await import('@stowage/servers')
  const server = await s3Server()
  if (!server) throw new Error('There is no S3 server here.')
  const { endpoint, region, accessKeyId, secretAccessKey } = server
  const credentials = { accessKeyId, secretAccessKey }
  const { S3Client, CreateBucketCommand } = await import('@aws-sdk/client-s3')
  const client = new S3Client({ endpoint, region, credentials, forcePathStyle: true })
  await client.send(new CreateBucketCommand({ Bucket: bucket }))
  client.destroy()
  const { s3Storage } = await import('@stowage/adapter-s3')
  const storage = s3Storage({ bucket, endpoint, region, credentials, flavor: 'ceph' })
  const env = {
    STORAGE: 's3',
    STORAGE_BUCKET: bucket,
    STORAGE_ENDPOINT: endpoint,
    STORAGE_FLAVOR: 'ceph',
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
  }
  return { env, flags: [], storage, fetch, close: () => storage.close() }
}

async function onGcs(bucket: string, dataDir: string): Promise<Stack> {
  const { gcsServer } = await import('@stowage/testkit/gcs')
  const server = await gcsServer()
  server.createBucket(bucket)
  const options = server.storageOptions()
  const account = join(dataDir, 'account.json')
  await writeFile(
    account,
    JSON.stringify({ ...options.credentials, project_id: options.projectId, universe_domain: options.universeDomain }),
  )
  const { gcsStorage } = await import('@stowage/adapter-gcs')
  const storage = gcsStorage({ bucket, ...options })
  const env = {
    STORAGE: 'gcs',
    STORAGE_BUCKET: bucket,
    GOOGLE_APPLICATION_CREDENTIALS: account,
    GOOGLE_CLOUD_PROJECT: options.projectId,
    STORAGE_ENDPOINT: `https://storage.${options.universeDomain}`,
    TEST_GCS: JSON.stringify({ ...server.address, universe: options.universeDomain }),
  }
  const close = async () => {
    await storage.close()
    await server.close()
  }
  const flags = ['--import', fileURLToPath(new URL('reach-gcs.ts', import.meta.url))]
  return { env, flags, storage, fetch: server.fetch, close }
}

async function onPostgres(stack: Stack): Promise<Stack> {
  const { databaseUrl, postgresServer } = await import('@stowage/servers')
  const server = await postgresServer()
  if (!server) throw new Error('There is no PostgreSQL here.')
  const { url, name } = databaseUrl(server)
  const { default: pg } = await import('pg')
  const run = async (statement: string) => {
    const client = new pg.Client({ connectionString: server.url })
    await client.connect()
    await client.query(statement).finally(() => client.end())
  }
  await run(`create database ${name}`)
  const close = async () => {
    await stack.close()
    await run(`drop database if exists ${name} with (force)`)
  }
  return { ...stack, env: { ...stack.env, DATABASE_URL: url }, close }
}
