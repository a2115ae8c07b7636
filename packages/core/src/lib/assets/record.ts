import type { AssetRecord } from '../contracts/asset.ts'
import { StowageError } from '../contracts/errors.ts'
import type { BoundKind } from '../kinds/kind.ts'
import type { Asset } from './interface/asset.ts'

/** The public form of a row. Spelt out, since this runs for every answer and spreading costs a tenth of a small download. */
export function toAsset(kind: BoundKind, record: AssetRecord, downloadCount: number | null = null): Asset {
  return {
    id: kind.ids.format(record.id),
    kind: record.kind,
    space: record.space,
    createdBy: record.createdBy,
    type: record.type,
    state: record.state,
    processing: record.processing,
    processingError: record.processingError,
    processingProgress: record.processingProgress,
    visibility: record.visibility,
    title: record.title,
    description: record.description,
    slug: record.slug,
    filename: record.filename,
    contentType: record.contentType,
    sizeBytes: record.sizeBytes,
    sha256: record.sha256,
    width: record.width,
    height: record.height,
    properties: record.properties,
    fields: record.fields,
    metadata: record.metadata,
    tags: record.tags,
    externalUrl: record.externalUrl,
    version: record.version,
    etag: recordEtag(record),
    contentEtag: record.sha256 === null ? null : contentEtag(record.sha256),
    downloadCount,
    createdAt: new Date(record.createdAt),
    updatedAt: new Date(record.updatedAt),
  }
}

/** Strong, and another for each version of the record. */
function recordEtag(record: Pick<AssetRecord, 'version'>): string {
  return `"v${record.version}"`
}

/** Strong, from the digest of the bytes. */
export function contentEtag(sha256: string): string {
  return `"${Buffer.from(sha256, 'hex').toString('base64url')}"`
}

/**
 * Holds an If-Match value against a record.
 * @throws StowageError `precondition_failed`
 * @see RFC 9110 §13.1.1: strong comparison; a weak tag never matches
 */
export function assertIfMatch(ifMatch: string | undefined, record: AssetRecord): void {
  if (ifMatch === undefined || ifMatch.trim() === '*') return
  const own = [recordEtag(record), ...(record.sha256 === null ? [] : [contentEtag(record.sha256)])]
  const given = ifMatch.match(/(W\/)?"[^"]*"/g) ?? []
  if (given.some(tag => own.includes(tag))) return
  throw new StowageError('precondition_failed', 'The asset has changed since it was read. Read it again, then repeat the change.')
}
