import type { AssetRecord, MetadataStore } from '@stowage/core/contracts'
import { assetOf, idOf } from './records.ts'

const BATCH = 5000

/** Inserts what is missing of the first `rows` assets; `recordOf` leaves their ids as they are. */
export async function fill(
  store: MetadataStore,
  rows: number,
  recordOf: (number: number) => AssetRecord = assetOf,
): Promise<void> {
  let first = 0
  while (first < rows && (await store.getAsset({ kind: 'file', id: idOf(Math.min(first + BATCH, rows) - 1) }))) first += BATCH
  const start = performance.now()
  for (let number = first; number < rows; number += BATCH) {
    const count = Math.min(BATCH, rows - number)
    await store.commit(Array.from({ length: count }, (_, i) => ({ op: 'insertAsset', asset: recordOf(number + i) })))
    if ((number / BATCH) % 20 === 19) console.error(`${number + count} rows, ${Math.round((performance.now() - start) / 1000)} s`)
  }
}
