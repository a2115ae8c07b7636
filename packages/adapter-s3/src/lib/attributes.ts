import type { HeadObjectCommandOutput } from '@aws-sdk/client-s3'
import type { ObjectAttributes } from '@stowage/core/contracts'
import { decodeValue, encodeValue } from './metadata-values.ts'

/** Names whose writes they are, so that a write whose answer was lost finds its own object again. Never shown. */
const WRITE = 'stowage-write'
const UNKNOWN_TYPE = 'application/octet-stream'

/** Bytes that one object's user metadata may have in S3: 2 KiB, less our own entry; each of ours may need three of S3's. */
export const MAX_USER_METADATA_BYTES = 640

/** As the SDK takes them. */
export function toSdk(attributes: ObjectAttributes, write: string) {
  const { contentType, cacheControl, contentDisposition, contentLanguage, userMetadata = {} } = attributes
  const metadata = Object.entries(userMetadata).map(([name, value]) => [name, encodeValue(value)])
  return {
    ContentType: contentType ?? UNKNOWN_TYPE,
    ...(cacheControl !== undefined && { CacheControl: cacheControl }),
    ...(contentDisposition !== undefined && { ContentDisposition: contentDisposition }),
    ...(contentLanguage !== undefined && { ContentLanguage: contentLanguage }),
    Metadata: Object.fromEntries([...metadata, [WRITE, write]]) as Record<string, string>,
  }
}

/** As they will come back. */
export function kept(attributes: ObjectAttributes): ObjectAttributes {
  const { contentType = UNKNOWN_TYPE, cacheControl, contentDisposition, contentLanguage, userMetadata } = attributes
  return {
    contentType,
    ...(cacheControl && { cacheControl }),
    ...(contentDisposition && { contentDisposition }),
    ...(contentLanguage && { contentLanguage }),
    ...(userMetadata && Object.keys(userMetadata).length > 0 && { userMetadata }),
  }
}

type Found = Pick<HeadObjectCommandOutput, 'ContentType' | 'CacheControl' | 'ContentDisposition' | 'ContentLanguage' | 'Metadata'>

/** As the SDK tells them. */
export function fromSdk(found: Found): ObjectAttributes {
  const entries = Object.entries(found.Metadata ?? {}).filter(([name]) => name !== WRITE)
  return {
    ...(found.ContentType && { contentType: found.ContentType }),
    ...(found.CacheControl && { cacheControl: found.CacheControl }),
    ...(found.ContentDisposition && { contentDisposition: found.ContentDisposition }),
    ...(found.ContentLanguage && { contentLanguage: found.ContentLanguage }),
    ...(entries.length > 0 && {
      userMetadata: Object.fromEntries(entries.map(([name, value]) => [name, decodeValue(value)])),
    }),
  }
}

/** Which write of ours made it; undefined for others'. */
export function writeOf(found: Pick<HeadObjectCommandOutput, 'Metadata'>): string | undefined {
  return found.Metadata?.[WRITE]
}
