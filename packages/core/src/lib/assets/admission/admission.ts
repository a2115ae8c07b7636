import type { AssetRecord } from '../../contracts/asset.ts'
import type { Change } from '../../contracts/metadata.ts'
import type { RequestKey } from './request-key.ts'
import type { Room } from './room.ts'

/** What making an asset takes besides its own rows: the key of its request, and room in its space. */
export interface Admission {
  /** Null where the kind has no quota. */
  readonly room: Room | null
  /** Says what was asked, once that is known; its digest then belongs to the key. */
  identify(fingerprint: () => string): void
  /** Changes that keep key and room for another lease. */
  renewal(now: number): readonly Change[]
  /** Of the commit that makes the asset: usage, within the quota, and the answer to its key. */
  settle(asset: Settled): readonly Change[]
}

type Settled = Pick<AssetRecord, 'id' | 'kind' | 'space' | 'sizeBytes'>

/** Of a request without a key, for a kind without a quota: costs nothing. */
export const FREE: Admission = {
  room: null,
  identify: () => undefined,
  renewal: () => [],
  settle: asset => [addedUsage(asset)],
}

export function createAdmission(key: RequestKey | null, room: Room | null): Admission {
  let fingerprint: (() => string) | null = null
  return {
    room,
    identify(made) {
      fingerprint ??= made
    },
    renewal: now => [...(key ? [key.renewal(now)] : []), ...(room ? room.renewal(now) : [])],
    settle: asset => [
      ...(room ? room.settle(addedUsage(asset)) : [addedUsage(asset)]),
      ...(key && fingerprint ? [key.settle(fingerprint(), asset.id)] : []),
    ],
  }
}

function addedUsage({ kind, space, sizeBytes }: Settled): Extract<Change, { op: 'addUsage' }> {
  return { op: 'addUsage', kind, space, bytes: sizeBytes ?? 0, count: 1 }
}
