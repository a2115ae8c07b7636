import type { MetadataStore } from '@stowage/core/contracts'
import { assetOf, idOf } from './records.ts'

const BATCH = 1000

/** Inserts what is missing of the first `rows` assets. */
export async function fill(store: MetadataStore, rows: number): Promise<void> {
  let first = 0
  while (first < rows && (await store.getAsset({ kind: 'file', id: idOf(Math.min(first + BATCH, rows) - 1) }))) first += BATCH
  const start = performance.now()
  for (let number = first; number < rows; number += BATCH) {
    const count = Math.min(BATCH, rows - number)
    await store.commit(Array.from({ length: count }, (_, i) => ({ op: 'insertAsset', asset: assetOf(number + i) })))
    if ((number / BATCH) % 100 === 99)
      console.error(`${number + count} rows, ${Math.round((performance.now() - start) / 1000)} s`)
  }
}
