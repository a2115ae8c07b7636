import { HeadBucketCommand, HeadObjectCommand, type HeadObjectCommandOutput } from '@aws-sdk/client-s3'
import { isStowageError, type ObjectInfo, StowageError } from '@stowage/core/contracts'
import { quoted, s3Error } from './errors.ts'
import { infoOf } from './object-info.ts'
import { objectAt, type Place, until } from './place.ts'

/** An object as the service tells of it; null where there is none. */
export async function findObject(place: Place, key: string, signal?: AbortSignal): Promise<HeadObjectCommandOutput | null> {
  try {
    return await place.client.send(new HeadObjectCommand(objectAt(place, key)), until(signal))
  } catch (cause) {
    const error = s3Error(cause, `look up ${quoted(key)}`, signal)
    if (!isStowageError(error, 'not_found')) throw error
    // An answer to HEAD has no body: it does not tell a missing object from a missing bucket.
    await assertBucket(place, signal)
    return null
  }
}

export async function headObject(place: Place, key: string, signal?: AbortSignal): Promise<ObjectInfo | null> {
  const found = await findObject(place, key, signal)
  return found && infoOf(key, found, found.ContentLength ?? 0)
}

/** @throws StowageError `unavailable` where the bucket does not exist, or may not be used */
export async function assertBucket({ client, bucket }: Place, signal?: AbortSignal): Promise<void> {
  try {
    await client.send(new HeadBucketCommand({ Bucket: bucket }), until(signal))
  } catch (cause) {
    const error = s3Error(cause, `open the bucket ${bucket}`, signal)
    if (!isStowageError(error, 'not_found')) throw error
    throw new StowageError('unavailable', `The bucket ${bucket} does not exist. Make it, or correct its name.`, {
      cause,
      retryable: false,
    })
  }
}
