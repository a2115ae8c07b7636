import type { ListOptions, ObjectPage } from '@stowage/core/contracts'
import { openCursor, sealCursor } from './cursor.ts'
import { bucketPath, type Place } from './place.ts'
import { infoOf, type Resource } from './resource.ts'

interface Listed {
  readonly items?: readonly Resource[]
  readonly prefixes?: readonly string[]
  readonly nextPageToken?: string
}

/** The service lists in UTF-8 order, objects and prefixes sharing the limit. A page that it leaves empty is passed over. */
export async function listObjects(place: Place, options: ListOptions): Promise<ObjectPage> {
  const { prefix = '', delimiter, limit, signal, cursor } = options
  let token = cursor === undefined ? undefined : openCursor(place, options, cursor)
  for (;;) {
    const {
      items = [],
      prefixes = [],
      nextPageToken,
    } = await place.service.askJson<Listed>({
      doing: 'list objects',
      method: 'GET',
      path: `${bucketPath(place)}/o`,
      query: { prefix: place.prefix + prefix, delimiter, maxResults: String(limit ?? 1000), pageToken: token },
      signal,
    })
    token = nextPageToken
    if (items.length + prefixes.length === 0 && token !== undefined) continue
    return {
      objects: items.map(item => infoOf(place, item)),
      ...(delimiter && { prefixes: prefixes.map(name => name.slice(place.prefix.length)) }),
      cursor: token === undefined ? null : sealCursor(place, options, token),
    }
  }
}
