import { fsStorage } from '@stowage/adapter-fs'
import { type StorageAdapter, withName } from '@stowage/core'
import { oneOf } from './arguments.ts'
import { UsageError } from './exit-codes.ts'
import { optional } from './optional.ts'
import { pathIn } from './path-in.ts'

const FLAVORS = ['aws', 'r2', 'minio', 'ceph', 'ceph-18', 'b2'] as const
const NAMED = /^([a-z0-9-]+)=(.*)$/s

/** Whether it names a place, and is not only the name of one. */
export const isPlace = (text: string): boolean => text.includes(':')

/**
 * The storage at `fs:PATH`, `s3://BUCKET/PREFIX` or `gs://BUCKET/PREFIX`; with `NAME=` before it, under another name.
 * @throws UsageError for any other text, and for a cloud whose package is not installed
 */
export async function storageAt(
  text: string,
  folder: string,
  options: { readonly mayBeNew: boolean } = { mayBeNew: false },
): Promise<StorageAdapter> {
  const [, name, place] = NAMED.exec(text) ?? []
  if (name !== undefined && place !== undefined) return withName(await storageAt(place, folder, options), name)
  if (text.startsWith('s3:')) return s3At(text)
  if (text.startsWith('gs:')) return gcsAt(text)
  const path = pathIn(text, 'fs:', folder)
  if (path === null)
    throw new UsageError(`Storage ${text} is not known: it begins with fs:, s3: or gs:, or comes from a config file.`)
  // A mistyped path must not look like an empty storage.
  return fsStorage({ root: path, create: options.mayBeNew })
}

async function s3At(text: string): Promise<StorageAdapter> {
  const { bucket, prefix, endpoint, region, flavor } = bucketIn(text, ['endpoint', 'region', 'flavor'])
  const { s3Storage } = await optional(text, '@stowage/adapter-s3', () => import('@stowage/adapter-s3'))
  return s3Storage({
    bucket,
    ...(prefix && { prefix }),
    ...(endpoint && { endpoint }),
    ...(region && { region }),
    // Nearly all services that are not Amazon's take what MinIO takes.
    flavor: oneOf(flavor ?? (endpoint ? 'minio' : 'aws'), FLAVORS, 'storage flavor'),
  })
}

async function gcsAt(text: string): Promise<StorageAdapter> {
  const { bucket, prefix, endpoint } = bucketIn(text, ['endpoint'])
  const { gcsStorage } = await optional(text, '@stowage/adapter-gcs', () => import('@stowage/adapter-gcs'))
  return gcsStorage({ bucket, ...(prefix && { prefix }), ...(endpoint && { apiEndpoint: endpoint }) })
}

type Bucket<Setting extends string> = { readonly bucket: string; readonly prefix: string } & Readonly<
  Partial<Record<Setting, string>>
>

function bucketIn<Setting extends string>(text: string, settings: readonly Setting[]): Bucket<Setting> {
  const url = URL.parse(text)
  if (!url?.host || url.username || url.port || url.hash)
    throw new UsageError(`${text} names no bucket: write s3://BUCKET/PREFIX.`)
  const unknown = [...url.searchParams.keys()].find(key => !settings.some(setting => setting === key))
  if (unknown !== undefined) throw new UsageError(`${text} has a setting ${unknown}, which is none of ${settings.join(', ')}.`)
  const folder = decodeURIComponent(url.pathname).replace(/^\/+|\/+$/g, '')
  const given = Object.fromEntries(url.searchParams) as Partial<Record<Setting, string>>
  return { ...given, bucket: url.host, prefix: folder && `${folder}/` }
}
