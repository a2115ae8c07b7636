import type { UnfinishedWrite, UnfinishedWrites } from '@stowage/core/contracts'
import { StowageError } from '@stowage/core/contracts'
import { abortUpload } from './multipart.ts'
import type { Place } from './place.ts'
import { elementsOf, textOf } from './xml.ts'

/**
 * Uploads in parts that have not ended. Sessions of large puts can't be listed; the service forgets them after a week.
 * @see https://cloud.google.com/storage/docs/xml-api/get-bucket-uploads
 */
export function unfinishedWrites(at: () => Promise<Place>): UnfinishedWrites {
  return {
    async *list({ signal } = {}) {
      const place = await at()
      for (let marker: Marker | undefined; ; ) {
        const { text } = await place.service.ask({
          doing: 'list unfinished uploads',
          method: 'GET',
          path: `/${encodeURIComponent(place.bucket)}?uploads`,
          query: { prefix: place.prefix, ...marker },
          signal,
        })
        for (const xml of elementsOf(text, 'Upload')) yield uploadIn(place, xml)
        if (textOf(text, 'IsTruncated') !== 'true') return
        marker = {
          'key-marker': textOf(text, 'NextKeyMarker') ?? undefined,
          'upload-id-marker': textOf(text, 'NextUploadIdMarker') ?? undefined,
        }
      }
    },
    async remove(write) {
      if (write.type !== 'multipart') throw new StowageError('invalid_request', 'A bucket holds no temporary files.')
      await abortUpload(await at(), write)
    },
  }
}

interface Marker extends Record<string, string | undefined> {
  readonly 'key-marker': string | undefined
  readonly 'upload-id-marker': string | undefined
}

function uploadIn({ prefix }: Place, xml: string): UnfinishedWrite {
  return {
    type: 'multipart',
    key: (textOf(xml, 'Key') ?? '').slice(prefix.length),
    uploadId: textOf(xml, 'UploadId') ?? '',
    lastModified: new Date(textOf(xml, 'Initiated') ?? ''),
  }
}
