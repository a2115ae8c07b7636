import { DeleteObjectCommand, DeleteObjectsCommand } from '@aws-sdk/client-s3'
import { type DeleteResult, isStowageError } from '@stowage/core/contracts'
import { quoted, s3Error } from './errors.ts'
import { objectAt, type Place, until } from './place.ts'

/** S3's limit of one request. */
const MOST_AT_ONCE = 1000
type Failures = Map<string, Error>

export async function deleteObjects(
  place: Place,
  keys: readonly string[],
  signal?: AbortSignal,
): Promise<readonly DeleteResult[]> {
  const unique = [...new Set(keys)]
  const failures: Failures = new Map()
  const deleteSome = unique.length > 1 && place.quirks.deleteMany ? deleteMany : deleteEach
  for (let i = 0; i < unique.length; i += MOST_AT_ONCE)
    await deleteSome(place, unique.slice(i, i + MOST_AT_ONCE), failures, signal)
  return keys.map(key => {
    const error = failures.get(key)
    return error ? { key, error } : { key }
  })
}

async function deleteMany(place: Place, keys: readonly string[], failures: Failures, signal?: AbortSignal): Promise<void> {
  const Objects = keys.map(key => ({ Key: place.prefix + key }))
  const command = new DeleteObjectsCommand({ Bucket: place.bucket, Delete: { Objects, Quiet: true } })
  try {
    const { Errors = [] } = await place.client.send(command, until(signal))
    for (const { Key = '', Code } of Errors) {
      const key = Key.slice(place.prefix.length)
      if (Code !== 'NoSuchKey')
        failures.set(key, s3Error({ name: Code, $metadata: { httpStatusCode: 403 } }, `delete ${quoted(key)}`))
    }
  } catch (cause) {
    fail(keys, cause, failures, signal)
  }
}

async function deleteEach(place: Place, keys: readonly string[], failures: Failures, signal?: AbortSignal): Promise<void> {
  for (const key of keys) {
    try {
      await place.client.send(new DeleteObjectCommand(objectAt(place, key)), until(signal))
    } catch (cause) {
      fail([key], cause, failures, signal)
    }
  }
}

/** An abort ends the call; what else fails is said of each key. */
function fail(keys: readonly string[], cause: unknown, failures: Failures, signal: AbortSignal | undefined): void {
  const error = s3Error(cause, 'delete objects', signal)
  if (isStowageError(error, 'aborted')) throw error
  if (isStowageError(error, 'not_found')) return
  for (const key of keys) failures.set(key, error)
}
