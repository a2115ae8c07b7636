import type { AssetRecord } from '../../contracts/asset.ts'
import { firstProcessing } from '../../processing/tools.ts'
import type { CheckedDetails } from '../details/details.ts'
import { newId } from '../new-id.ts'
import type { ServiceDeps, ServiceScope } from '../service.ts'
import type { Recognised } from './recognise.ts'

/** What is known of an asset's file; `contentType` null: it has none. */
type Seen = Omit<Recognised, 'contentType'> & { readonly contentType: string | null }

/** The row that a new asset will have, but for what is only known at the last byte of its file. */
export async function newDraft(
  deps: ServiceDeps,
  scope: ServiceScope,
  details: CheckedDetails,
  seen: Seen,
): Promise<AssetRecord> {
  const { kind, actor, space } = scope
  const now = deps.clock.now()
  const filename = details.filename ?? (seen.contentType === null ? null : 'file')
  return {
    id: await newId(deps, kind),
    kind: kind.name,
    space: space?.id ?? '',
    createdBy: actor?.id ?? null,
    state: 'ready',
    processing: seen.contentType === null ? 'none' : firstProcessing(deps, kind, seen.contentType),
    processingError: null,
    processingProgress: null,
    visibility: details.visibility ?? kind.visibility,
    title: details.title ?? null,
    description: details.description ?? null,
    slug: details.slug ?? null,
    filename,
    uniqueName: kind.filenames === 'unique' ? filename : null,
    sizeBytes: null,
    sha256: null,
    fields: details.fields ?? {},
    metadata: details.metadata ?? {},
    tags: details.tags ?? [],
    externalUrl: seen.contentType === null ? (details.externalUrl ?? null) : null,
    ...seen,
    blobId: null,
    version: 1,
    createdAt: now,
    updatedAt: now,
  }
}
