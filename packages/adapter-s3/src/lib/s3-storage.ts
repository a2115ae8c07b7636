import type { S3Client } from '@aws-sdk/client-s3'
import { type Clock, checkedStorage, type StorageAdapter } from '@stowage/core/contracts'
import { capabilitiesOf } from './capabilities.ts'
import { type ConnectionOptions, createClient } from './client.ts'
import { copyObject, setAttributes } from './copy.ts'
import { deleteObjects } from './delete.ts'
import { quoted } from './errors.ts'
import { getObject } from './get.ts'
import { assertBucket, headObject } from './head.ts'
import { listObjects } from './list.ts'
import { multipartStorage } from './multipart.ts'
import type { Place } from './place.ts'
import { placeOf } from './place-of.ts'
import { presignGet, presignPut } from './presign.ts'
import { presignPost } from './presign-post.ts'
import { putObject } from './put.ts'
import type { S3Flavor, S3Quirks } from './quirks.ts'
import { run } from './run.ts'
import { unfinishedWrites } from './unfinished.ts'

export interface S3StorageOptions extends ConnectionOptions {
  readonly bucket: string
  /** Stands before every key, as it is: `assets/` makes a folder. Default none. */
  readonly prefix?: string
  /** Used instead of one of our own; region, endpoint, credentials, tries and times are then its own, and whoever made it ends it. */
  readonly client?: S3Client
  /** Which service it is. Default `aws`. */
  readonly flavor?: S3Flavor
  /** Over what the flavor says. */
  readonly quirks?: Partial<S3Quirks>
  /** Size of an upload's first parts, and the largest object that goes in one request. 5 MiB to 5 GiB, default 8 MiB. */
  readonly partBytes?: number
  /** Parts of one object that are sent at once. Default 4. */
  readonly partsAtOnce?: number
  /** Dates signed requests. Default: the system's. */
  readonly clock?: Pick<Clock, 'now'>
}

type Offered = 'open' | 'close' | 'copy' | 'setAttributes' | 'presignGet' | 'presignPut' | 'multipart' | 'unfinished'

/** What {@link s3Storage} offers. `presignPost` is absent where the service takes no forms. */
export interface S3Storage
  extends Omit<StorageAdapter, Offered | 'identity' | 'localFile'>,
    Required<Pick<StorageAdapter, Offered>> {}

/**
 * Objects in a bucket of Amazon S3, or of a service that speaks its protocol.
 *
 * Objects of up to `partBytes` go in one request, larger ones and those of unknown size in parts, with up to four parts in memory. Each
 * request's bytes are verified by the service against their SHA-256.
 * @throws StowageError `unavailable` from `open` where the bucket is missing or may not be used; `invalid_request` for options
 * that can't be
 */
export function s3Storage(options: S3StorageOptions): S3Storage {
  const place = placeOf(options, settings => options.client ?? createClient(options, settings))
  return checkedStorage({
    ...driver(place),
    close: async () => (options.client ? undefined : place.client.destroy()),
  }) as S3Storage
}

function driver(place: Place): StorageAdapter {
  return {
    name: 's3',
    capabilities: capabilitiesOf(place),
    open: () => run(`open the bucket ${place.bucket}`, undefined, () => assertBucket(place)),
    put: (key, body, put = {}) => run(`store ${quoted(key)}`, put.signal, () => putObject(place, key, body, put)),
    get: (key, get = {}) => run(`read ${quoted(key)}`, get.signal, () => getObject(place, key, get)),
    head: (key, { signal } = {}) => run(`look up ${quoted(key)}`, signal, () => headObject(place, key, signal)),
    delete: (keys, { signal } = {}) => run('delete objects', signal, () => deleteObjects(place, keys, signal)),
    list: (list = {}) => run('list objects', list.signal, () => listObjects(place, list)),
    copy: (from, to, copy = {}) =>
      run(`copy ${quoted(from)} to ${quoted(to)}`, copy.signal, () => copyObject(place, from, to, copy)),
    setAttributes: (key, attributes, change = {}) =>
      run(`change the attributes of ${quoted(key)}`, change.signal, () => setAttributes(place, key, attributes, change)),
    presignGet: (key, sign) => run(`sign a read of ${quoted(key)}`, undefined, () => presignGet(place, key, sign)),
    presignPut: (key, sign) => run(`sign a write of ${quoted(key)}`, undefined, () => presignPut(place, key, sign)),
    ...(place.quirks.presignPost && {
      presignPost: (key, sign) => run(`sign a form for ${quoted(key)}`, undefined, () => presignPost(place, key, sign)),
    }),
    multipart: multipartStorage(place, run),
    unfinished: unfinishedWrites(place, run),
  }
}
