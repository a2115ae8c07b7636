import { ListMultipartUploadsCommand, type ListMultipartUploadsCommandOutput } from '@aws-sdk/client-s3'
import type { UnfinishedWrite, UnfinishedWrites } from '@stowage/core/contracts'
import { invalid, s3Error } from './errors.ts'
import { abortUpload, newestPart } from './multipart.ts'
import { type Place, until } from './place.ts'
import type { Run } from './run.ts'

type Page = ListMultipartUploadsCommandOutput

/** Uploads in parts that were neither completed nor aborted. */
export function unfinishedWrites(place: Place, run: Run): UnfinishedWrites {
  return {
    list: ({ signal } = {}) => uploads(place, signal),
    remove: write =>
      run('remove an unfinished write', undefined, async () => {
        if (write.type !== 'multipart') throw invalid('S3 has no temporary files.')
        await abortUpload(place, write)
      }),
  }
}

async function* uploads(place: Place, signal: AbortSignal | undefined): AsyncGenerator<UnfinishedWrite, void> {
  try {
    for await (const { Uploads = [] } of pages(place, signal)) {
      for (const { Key = '', UploadId: uploadId = '', Initiated = new Date(0) } of Uploads) {
        const key = Key.slice(place.prefix.length)
        const newest = await newestPart(place, { key, uploadId }, signal)
        yield { type: 'multipart', key, uploadId, lastModified: newest && newest > Initiated ? newest : Initiated }
      }
    }
  } catch (error) {
    throw s3Error(error, 'look for unfinished writes', signal)
  }
}

async function* pages({ client, bucket, prefix }: Place, signal: AbortSignal | undefined): AsyncGenerator<Page, void> {
  let page: Page | undefined
  do {
    const after = page && { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker }
    page = await client.send(new ListMultipartUploadsCommand({ Bucket: bucket, Prefix: prefix, ...after }), until(signal))
    yield page
  } while (page.IsTruncated)
}
