import type { Service } from './service.ts'

/** One bucket, or what lies under a prefix of it. */
export interface Place {
  readonly service: Service
  readonly bucket: string
  readonly prefix: string
  readonly partBytes: number
  readonly now: () => number
}

/** As the JSON API names an object: all of it is one segment. */
export const objectPath = (place: Place, key: string): string =>
  `${bucketPath(place)}/o/${encodeURIComponent(place.prefix + key)}`
export const bucketPath = ({ bucket }: Place): string => `/storage/v1/b/${encodeURIComponent(bucket)}`
export const uploadPath = (place: Place): string => `/upload${bucketPath(place)}/o`

/** As the XML API names it: slashes are slashes. */
export function xmlPath(place: Place, key: string): string {
  const name = `${place.prefix}${key}`.split('/').map(encodeURIComponent).join('/')
  return `/${encodeURIComponent(place.bucket)}/${name}`
}

export const quoted = (key: string): string => JSON.stringify(key.slice(0, 200))
