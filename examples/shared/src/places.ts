import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { fsStorage } from '@stowage/adapter-fs'
import { type MetadataStore, type StorageAdapter, withPrefix } from '@stowage/core'
import { sqliteMetadata } from '@stowage/metadata-sqlite'

export interface Places {
  readonly storage: StorageAdapter
  readonly metadata: MetadataStore
}

const FLAVORS = ['aws', 'r2', 'minio', 'ceph', 'ceph-18', 'b2'] as const

/**
 * Storage and database of an example, as its environment says: `STORAGE` is `fs` (default), `s3` or `gcs`, the last two with STORAGE_BUCKET and, for
 * services that are not Amazon's and Google's own, STORAGE_ENDPOINT and STORAGE_FLAVOR; STORAGE_PREFIX is a folder in the bucket; credentials are found as their SDKs do. `DATABASE_URL` is
 * `postgres://…` or `sqlite:PATH`; without it, SQLite in DATA_DIR. A disk signs URLs below `signedUrl`, with FILES_SECRET; without that they end with
 * the process.
 * @throws Error that names the setting which is missing or can't be meant
 */
export async function openPlaces(name: string, env: NodeJS.ProcessEnv, signedUrl: string): Promise<Places> {
  const { DATA_DIR: dataDir = join('.data', name) } = env
  return { storage: await openStorage(env, dataDir, signedUrl), metadata: await openMetadata(name, env, dataDir) }
}

async function openStorage(
  { STORAGE = 'fs', FILES_SECRET: secret = randomBytes(32).toString('base64url'), ...env }: NodeJS.ProcessEnv,
  dataDir: string,
  signedUrl: string,
): Promise<StorageAdapter> {
  const signing = { secret, baseUrl: signedUrl }
  if (STORAGE === 'fs') return fsStorage({ root: join(dataDir, 'objects'), signing })
  if (STORAGE === 's3') return inFolder(await openS3(env), env)
  if (STORAGE === 'gcs') return inFolder(await openGcs(env), env)
  throw new Error(`STORAGE=${STORAGE} is not known: it is fs (the default), s3 or gcs.`)
}

async function openS3(env: NodeJS.ProcessEnv): Promise<StorageAdapter> {
  const { STORAGE_ENDPOINT: endpoint } = env
  // Nearly all services that are not Amazon's take what MinIO takes.
  const { STORAGE_FLAVOR: wanted = endpoint ? 'minio' : 'aws' } = env
  const flavor = FLAVORS.find(one => one === wanted)
  if (!flavor) throw new Error(`STORAGE_FLAVOR=${wanted} is not known: it is ${FLAVORS.join(', ')}.`)
  const bucket = bucketOf(env)
  const { s3Storage } = await import('@stowage/adapter-s3')
  return s3Storage({ bucket, flavor, ...(endpoint && { endpoint }), ...(env.AWS_REGION && { region: env.AWS_REGION }) })
}

async function openGcs(env: NodeJS.ProcessEnv): Promise<StorageAdapter> {
  const bucket = bucketOf(env)
  const { gcsStorage } = await import('@stowage/adapter-gcs')
  return gcsStorage({ bucket, ...(env.STORAGE_ENDPOINT && { apiEndpoint: env.STORAGE_ENDPOINT }) })
}

const inFolder = (storage: StorageAdapter, { STORAGE_PREFIX: prefix }: NodeJS.ProcessEnv) =>
  prefix ? withPrefix(storage, prefix) : storage

function bucketOf({ STORAGE_BUCKET }: NodeJS.ProcessEnv): string {
  if (STORAGE_BUCKET) return STORAGE_BUCKET
  throw new Error('STORAGE names a cloud: set STORAGE_BUCKET to a bucket in it, which has to exist.')
}

/** Examples that share a database have a schema each. */
async function openMetadata(name: string, { DATABASE_URL: url }: NodeJS.ProcessEnv, dataDir: string): Promise<MetadataStore> {
  if (!url) return sqliteMetadata({ file: join(dataDir, 'assets.db') })
  if (url.startsWith('sqlite:') && url.length > 'sqlite:'.length) return sqliteMetadata({ file: url.slice('sqlite:'.length) })
  // The URL may hold a password: it is not repeated.
  if (!/^postgres(ql)?:/.test(url)) throw new Error('DATABASE_URL is not known: it begins with postgres: or sqlite:.')
  const { postgresMetadata } = await import('@stowage/metadata-postgres')
  return postgresMetadata({ url, schema: name.replaceAll('-', '_') })
}
