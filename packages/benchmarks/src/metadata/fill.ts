import type { AssetRecord, Change, MetadataStore } from '@stowage/core/contracts'
import { assetOf, idOf } from './records.ts'

const BATCH = 1000

/** Inserts what is missing of the first `rows` assets; `recordOf` leaves their ids as they are. `textOf`: their extracted texts. */
export async function fill(
  store: MetadataStore,
  rows: number,
  recordOf: (number: number) => AssetRecord = assetOf,
  textOf?: (number: number) => string,
): Promise<void> {
  let first = 0
  while (first < rows && (await store.getAsset({ kind: 'file', id: idOf(Math.min(first + BATCH, rows) - 1) }))) first += BATCH
  const start = performance.now()
  for (let number = first; number < rows; number += BATCH) {
    const count = Math.min(BATCH, rows - number)
    const changes = Array.from({ length: count }, (_, i): Change[] => {
      const asset = recordOf(number + i)
      const { id: assetId, kind } = asset
      const text: Change[] = textOf ? [{ op: 'putText', assetId, kind, text: textOf(number + i), append: false }] : []
      return [{ op: 'insertAsset', asset }, ...text]
    })
    await store.commit(changes.flat())
    if ((number / BATCH) % 100 === 99)
      console.error(`${number + count} rows, ${Math.round((performance.now() - start) / 1000)} s`)
  }
}
