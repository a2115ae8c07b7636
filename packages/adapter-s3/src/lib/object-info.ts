import type { HeadObjectCommandOutput } from '@aws-sdk/client-s3'
import type { ObjectInfo } from '@stowage/core/contracts'
import { StowageError } from '@stowage/core/contracts'
import { fromSdk } from './attributes.ts'

/** An ETag as HTTP quotes it. Services leave the quotes out, or double them. */
export function etagOf(etag: string | undefined): string {
  const bare = bareEtag(etag)
  if (bare !== '') return `"${bare}"`
  throw new StowageError('bad_gateway', 'The service named no ETag.')
}

export function bareEtag(etag: string | undefined): string {
  return (etag ?? '').replace(/^(?:W\/)?"*|"*$/g, '')
}

/** Dates have whole seconds in some answers and milliseconds in others. */
export function wholeSeconds(date: Date | undefined): Date {
  const ms = date?.getTime() ?? Number.NaN
  if (Number.isFinite(ms)) return new Date(Math.floor(ms / 1000) * 1000)
  throw new StowageError('bad_gateway', 'The service named no date.')
}

type Found = Pick<HeadObjectCommandOutput, 'ETag' | 'LastModified'> & Parameters<typeof fromSdk>[0]

export function infoOf(key: string, found: Found, sizeBytes: number): ObjectInfo {
  return { key, sizeBytes, etag: etagOf(found.ETag), lastModified: wholeSeconds(found.LastModified), ...fromSdk(found) }
}
