import type { Asset } from '@stowage/core'
import type { PresentContext, PresentedPage } from '../profile/profile.ts'

/** An asset as the house API sends it: dates in ISO 8601, and where its bytes are. */
export interface AssetJson extends Omit<Asset, 'contentEtag' | 'createdAt' | 'updatedAt'> {
  /** Where the bytes are; null without bytes. */
  readonly url: string | null
  readonly createdAt: string
  readonly updatedAt: string
}

/** A page of a list as the house API sends it. */
export interface AssetPageJson {
  readonly items: readonly AssetJson[]
  /** Null on the last page. */
  readonly cursor: string | null
  /** Present where the profile counts. */
  readonly total?: { readonly count: number; readonly exact: boolean }
}

/** A signed link as the house API sends it. */
export interface LinkJson {
  readonly url: string
  /** Null: when the asset is deleted. */
  readonly expiresAt: string | null
}

export function toAssetJson(asset: Asset, context: PresentContext): AssetJson {
  const { contentEtag: _contentEtag, createdAt, updatedAt, ...rest } = asset
  return { ...rest, url: context.contentUrl(asset), createdAt: createdAt.toISOString(), updatedAt: updatedAt.toISOString() }
}

export function toPageJson({ items, cursor, total }: PresentedPage): AssetPageJson {
  return { items: items as readonly AssetJson[], cursor, ...(total !== null && { total }) }
}
