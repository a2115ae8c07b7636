import type { AssetQuery, AssetRecord, Change, MetadataStore } from '@stowage/core/contracts'
import { memoryMetadata } from '../../src/index.ts'

export interface BrokenStore {
  readonly make: () => MetadataStore
  /** Rows that must catch it. */
  readonly rows: readonly string[]
}
export type BrokenStores = Readonly<Record<string, BrokenStore>>

/** A memory store of which some members are exchanged. */
export function broken(rows: string, change: (inner: MetadataStore) => Partial<MetadataStore>): BrokenStore {
  const make = () => {
    const inner = memoryMetadata()
    return { ...inner, ...change(inner) }
  }
  return { make, rows: rows.split(' ') }
}

/** One that commits something else than it was given. */
export const commits = (rows: string, rewrite: (change: Change) => Change | readonly Change[]): BrokenStore =>
  broken(rows, inner => ({ commit: changes => inner.commit(changes.flatMap(rewrite)) }))

/** One whose assets are not stored as they were given. */
export const stores = (rows: string, rewrite: (columns: Partial<AssetRecord>) => object): BrokenStore =>
  commits(rows, change => {
    if (change.op === 'insertAsset') return { ...change, asset: rewrite(change.asset) as AssetRecord }
    return change.op === 'updateAsset' ? { ...change, set: rewrite(change.set) } : change
  })

/** One that answers another list than was asked for. */
export const asks = (rows: string, rewrite: (query: AssetQuery) => AssetQuery): BrokenStore =>
  broken(rows, inner => ({ list: async query => inner.list(rewrite(query)) }))

/** One that gives the rows of a list otherwise. */
export const lists = (
  rows: string,
  rewrite: (found: readonly AssetRecord[], query: AssetQuery) => readonly AssetRecord[],
): BrokenStore => broken(rows, inner => ({ list: async query => rewrite(await inner.list(query), query) }))

/** One that reads every asset otherwise. */
export const reads = (rows: string, rewrite: (asset: AssetRecord) => AssetRecord): BrokenStore =>
  broken(rows, inner => ({
    list: async query => (await inner.list(query)).map(rewrite),
    async getAsset(ref) {
      const found = await inner.getAsset(ref)
      return found && rewrite(found)
    },
  }))
