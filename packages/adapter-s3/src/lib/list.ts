import { ListObjectsV2Command, type ListObjectsV2CommandOutput } from '@aws-sdk/client-s3'
import type { ListOptions, ObjectInfo, ObjectPage } from '@stowage/core/contracts'
import { openCursor, sealCursor } from './cursor.ts'
import { etagOf, wholeSeconds } from './object-info.ts'
import { type Place, until } from './place.ts'

export async function listObjects(place: Place, options: ListOptions): Promise<ObjectPage> {
  const { delimiter, cursor } = options
  let token = cursor === undefined ? undefined : openCursor(place, options, cursor)
  for (;;) {
    const page = await send(place, options, token)
    const objects = (page.Contents ?? []).map(found => objectOf(place, found))
    const prefixes = (page.CommonPrefixes ?? []).map(found => (found.Prefix ?? '').slice(place.prefix.length))
    token = page.IsTruncated ? page.NextContinuationToken : undefined
    // A service may answer a page without anything, and go on behind it.
    if (objects.length + prefixes.length === 0 && token !== undefined) continue
    return {
      objects,
      ...(delimiter !== undefined && { prefixes }),
      cursor: token === undefined ? null : sealCursor(place, options, token),
    }
  }
}

function send(place: Place, options: ListOptions, token: string | undefined): Promise<ListObjectsV2CommandOutput> {
  const { prefix = '', delimiter, limit, signal } = options
  const command = new ListObjectsV2Command({
    Bucket: place.bucket,
    Prefix: place.prefix + prefix,
    ...(delimiter !== undefined && { Delimiter: delimiter }),
    ...(limit !== undefined && { MaxKeys: limit }),
    ...(token !== undefined && { ContinuationToken: token }),
  })
  return place.client.send(command, until(signal))
}

type Listed = NonNullable<ListObjectsV2CommandOutput['Contents']>[number]

function objectOf({ prefix }: Place, { Key = '', Size = 0, ETag, LastModified }: Listed): ObjectInfo {
  return { key: Key.slice(prefix.length), sizeBytes: Size, etag: etagOf(ETag), lastModified: wholeSeconds(LastModified) }
}
