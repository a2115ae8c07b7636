import { type Asset, type DirectUpload, type ResumableUpload, type StagedFile, videoEmbedUrl } from '@stowage/core'
import type { JsonObject } from '@stowage/core/contracts'
import { z } from 'zod'
import { shownFields } from '../profile/declared-field.ts'
import type { PresentContext, PresentedPage } from '../profile/present.ts'

const jsonObject = z.record(z.string(), z.unknown()) as unknown as z.ZodType<JsonObject>
const time = z.iso.datetime()
const byteCount = z.int().min(0)

/** An asset as the house API sends it: dates in ISO 8601, and where its bytes are. Described to clients as it stands here. */
export const assetJson = z.object({
  id: z.union([z.string(), z.int()]),
  kind: z.string(),
  space: z.string().describe('Id of what it belongs to; empty where the kind has no spaces.'),
  createdBy: z.string().nullable(),
  type: z.enum(['image', 'video', 'audio', 'pdf', 'text', 'archive', 'link', 'file']),
  state: z.enum(['uploading', 'ready', 'failed', 'deleting']),
  processing: z.enum(['none', 'pending', 'done', 'failed']),
  processingError: z.string().nullable(),
  processingProgress: z.int().min(0).max(100).nullable().describe('Per cent, while it is pending and something is known of it.'),
  visibility: z.enum(['public', 'private']),
  title: z.string().nullable(),
  description: z.string().nullable(),
  slug: z.string().nullable(),
  filename: z.string().nullable(),
  contentType: z.string().nullable().describe('Decided from the bytes first; null without bytes.'),
  sizeBytes: byteCount.nullable(),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .nullable(),
  width: z.int().nullable(),
  height: z.int().nullable(),
  properties: jsonObject.describe('What was learnt from the bytes: pages, words, duration and the like.'),
  fields: jsonObject,
  metadata: jsonObject,
  tags: z.array(z.string()).readonly(),
  externalUrl: z.string().nullable().describe('Where it is instead, where it has no bytes of its own.'),
  embedUrl: z.string().nullable().describe('What shows it in a page, where that is a video of YouTube or Vimeo.'),
  version: z.int().min(0).describe('Every update adds 1.'),
  etag: z.string().describe('For If-Match and If-None-Match.'),
  downloadCount: byteCount.nullable().describe('How often its bytes were downloaded; null where that is not counted.'),
  createdAt: time,
  updatedAt: time,
  url: z.string().nullable().describe('Where the bytes are; null without bytes.'),
} satisfies Record<keyof Omit<Asset, 'contentEtag'> | 'url' | 'embedUrl', z.ZodType>)

/** An asset as the house API sends it: dates in ISO 8601, and where its bytes are. */
export type AssetJson = Readonly<z.output<typeof assetJson>>

export const totalJson = z.object({
  count: byteCount,
  exact: z.boolean().describe('False: there are at least as many.'),
})

/** A page of a list as the house API sends it. */
export interface AssetPageJson {
  readonly items: readonly AssetJson[]
  /** Null on the last page. */
  readonly cursor: string | null
  /** Present where the profile counts. */
  readonly total?: Readonly<z.output<typeof totalJson>>
}

export const linkJson = z.object({
  url: z.string(),
  expiresAt: time.nullable().describe('Null: when the asset is deleted.'),
})

/** A signed link as the house API sends it. */
export type LinkJson = Readonly<z.output<typeof linkJson>>

export const stagedJson = z.object({
  id: z
    .string()
    .regex(/^[0-9a-f]{32}$/)
    .describe('What `staged` names when an asset is made of the file.'),
  name: z.string().describe('The same, when the asset is to have this as its filename.'),
  filename: z.string(),
  contentType: z.string(),
  type: assetJson.shape.type,
  sizeBytes: byteCount,
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  width: z.int().nullable(),
  height: z.int().nullable(),
  expiresAt: time.describe('When it is removed, unless an asset was made of it.'),
} satisfies Record<keyof StagedFile, z.ZodType>)

/** A staged file as the house API sends it. */
export type StagedJson = Readonly<z.output<typeof stagedJson>>

const texts = z.record(z.string(), z.string())

const signedRequestJson = z.object({
  method: z.enum(['GET', 'PUT', 'POST']),
  url: z.string(),
  headers: texts.describe('To be sent as they are.'),
  fields: texts.describe('Of a form that is posted: before the file, which is its last field, `file`.').exactOptional(),
})

export const directUploadJson = z.object({
  id: z.string().regex(/^[0-9a-f]{32}$/),
  method: z.enum(['put', 'post', 'multipart']).describe('How the file is sent: in one PUT, in one form, or in parts.'),
  state: z
    .enum(['open', 'verifying', 'done', 'failed'])
    .describe('`done`: its `asset` is there. `failed`: its `error` says why, and it is over.'),
  sizeBytes: byteCount,
  expiresAt: time.describe('When it ends by itself.'),
  request: signedRequestJson.nullable().describe('Sends the whole file, while it is open; null where it goes in parts.'),
  partBytes: z.int().min(1).nullable().describe('Size of each part but the last, which has the rest.'),
  partCount: z.int().min(1).nullable(),
  parts: z
    .array(z.object({ partNumber: z.int().min(1), sizeBytes: byteCount, etag: z.string() }))
    .readonly()
    .describe('What has arrived, while it is open.'),
  asset: z.unknown().describe('As assets are elsewhere; null until it is there.'),
  error: z.string().nullable(),
} satisfies Record<keyof DirectUpload, z.ZodType>)

/** A direct upload as the house API sends it. */
export type DirectUploadJson = Readonly<z.output<typeof directUploadJson>>

export const resumableJson = z.object({
  id: z.string().regex(/^[0-9a-f]{32}$/),
  state: z
    .enum(['open', 'verifying', 'done', 'failed'])
    .describe('`done`: its `asset` is there. `failed`: its `error` says why, and it is over.'),
  offsetBytes: byteCount.describe('As many bytes are kept for certain.'),
  sizeBytes: byteCount.nullable().describe('Null while it is not known.'),
  expiresAt: time.describe('When it ends by itself; later once more bytes have come.'),
  asset: z.unknown().describe('As assets are elsewhere; null until it is there.'),
  error: z.string().nullable(),
} satisfies Record<Exclude<keyof ResumableUpload, 'senderNote'>, z.ZodType>)

/** A resumable upload as the house API sends it. */
export type ResumableJson = Readonly<z.output<typeof resumableJson>>

export const signedPartsJson = z.object({
  parts: z.array(z.object({ partNumber: z.int().min(1), request: signedRequestJson })).readonly(),
})

/** What sends parts, as the house API says it. */
export type SignedPartsJson = Readonly<z.output<typeof signedPartsJson>>

export const bulkJson = z.object({
  results: z
    .array(
      z.object({
        id: z.union([z.string(), z.number()]).describe('As the request names it.'),
        status: z.int().describe('The status that the change would have been answered with by itself.'),
        error: z.unknown().describe('As errors are elsewhere; absent where it did not fail.').exactOptional(),
      }),
    )
    .readonly()
    .describe('In the order of the ids.'),
})

/** What became of each of many assets, as the house API sends it. */
export type BulkJson = Readonly<z.output<typeof bulkJson>>

export function toAssetJson(asset: Asset, context: PresentContext): AssetJson {
  const { contentEtag: _contentEtag, createdAt, updatedAt, ...rest } = asset
  return {
    ...rest,
    fields: shownFields(context.kind, asset.fields),
    embedUrl: asset.externalUrl === null ? null : videoEmbedUrl(asset.externalUrl),
    url: context.contentUrl(asset),
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
  }
}

export function toPageJson({ items, cursor, total }: PresentedPage): AssetPageJson {
  return { items: items as readonly AssetJson[], cursor, ...(total !== null && { total }) }
}
