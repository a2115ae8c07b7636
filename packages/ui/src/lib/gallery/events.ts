import type { AssetItem } from '../asset-source.ts'

export interface StowageSelectDetail {
  readonly items: readonly AssetItem[]
}

export interface StowageOpenDetail {
  readonly item: AssetItem
}

export interface StowageDeleteDetail {
  readonly items: readonly AssetItem[]
}

declare global {
  interface HTMLElementEventMap {
    'stowage-select': CustomEvent<StowageSelectDetail>
    'stowage-open': CustomEvent<StowageOpenDetail>
    'stowage-delete': CustomEvent<StowageDeleteDetail>
  }
}
