import type { AssetRecord, AssetState } from '../../contracts/asset.ts'
import { StowageError } from '../../contracts/errors.ts'
import type { MetadataStore } from '../../contracts/metadata.ts'

/** Rows that are being deleted have given their slug back. */
const HOLDING: readonly AssetState[] = ['uploading', 'ready', 'failed']

type Metadata = Pick<MetadataStore, 'getAsset'>

export async function isSlugTaken(
  metadata: Metadata,
  { kind, space }: Pick<AssetRecord, 'kind' | 'space'>,
  slug: string,
): Promise<boolean> {
  return (await metadata.getAsset({ kind, space, slug, states: HOLDING })) !== null
}

/** Refuses a slug that was asked for before anything is read for it; the commit decides. @throws StowageError `already_exists` */
export async function assertSlugFree(metadata: Metadata, asset: Pick<AssetRecord, 'kind' | 'space' | 'slug'>): Promise<void> {
  if (asset.slug !== null && (await isSlugTaken(metadata, asset, asset.slug))) throw slugTaken(asset.slug)
}

export function slugTaken(slug: string | null, cause?: unknown): StowageError {
  return new StowageError('already_exists', `Another asset here has the slug "${slug}". Choose another.`, {
    details: { field: 'slug', constraint: 'slug' },
    cause,
  })
}
