import { isStowageError, type ObjectInfo, type PutOptions, type StorageBody, StowageError } from '@stowage/core/contracts'
import { removeChunks, tooLarge, writeChunks } from './chunks.ts'
import { claim, endClaim } from './claims.ts'
import { throwIfAborted } from './errors.ts'
import { chunkName, newId, type Slot } from './names.ts'
import type { Place } from './place.ts'
import { chunkCount, infoOf, type ObjectRecord, readListed, readSlots, removeRecordOf, writeRecord } from './records.ts'

/** Claims the key, writes the chunks, and makes them visible with one note. */
export async function putObject(place: Place, key: string, source: StorageBody, options: PutOptions): Promise<ObjectInfo> {
  const { shelf, queue } = place
  const { signal, sizeBytes: declared = 0 } = options
  if (declared > place.maxObjectBytes) throw tooLarge(place.maxObjectBytes)
  const id = newId(place.now())
  const body = { key, id, chunks: 0 }
  const number = await queue.run(key, () => claim(shelf, key, { id, at: place.now() }, signal))
  try {
    const sizeBytes = await writeChunks(place, body, source, options)
    const published = await queue.run(key, async () => {
      throwIfAborted(signal)
      return publish(place, key, { id, sizeBytes, chunkBytes: place.chunkBytes })
    })
    await tidied(async () => {
      const { old } = published
      if (old) await removeChunks(shelf, { key, id: old.record.id }, chunkCount(old.record))
      if (old) await endClaim(shelf, key, old.claim)
      // Another process may have written over it at the same moment, and knows nothing of it.
      if ((await readListed(shelf, key, [published.slot]))?.id !== id) await removeChunks(shelf, body, body.chunks)
      await endClaim(shelf, key, number)
    })
    return infoOf(key, published.record)
  } catch (error) {
    // What was not answered may still be done, even after it was tidied up: the claim stays and names it.
    if (!isStowageError(error, 'timeout')) {
      await tidied(async () => {
        await removeRecordOf(shelf, key, id)
        await removeChunks(shelf, body, body.chunks)
        await endClaim(shelf, key, number)
      })
    }
    throw error
  }
}

interface Published {
  readonly record: ObjectRecord
  readonly slot: Slot
  /** What it replaced, whose chunks are claimed until they are gone. */
  readonly old: { readonly record: ObjectRecord; readonly claim: number } | null
}

async function publish(
  place: Place,
  key: string,
  body: Pick<ObjectRecord, 'id' | 'sizeBytes' | 'chunkBytes'>,
): Promise<Published> {
  const { shelf } = place
  const slots = await readSlots(shelf, key)
  // A delete takes chunks from the last to the first, and some may have been written since.
  for (const number of new Set([0, chunkCount(body) - 1]))
    if (body.sizeBytes > 0 && !(await shelf.has(chunkName(key, body.id, number)))) throw reaped(key)
  const current = slots.current?.record
  const old = current ? { record: current, claim: await claim(shelf, key, { id: current.id, at: place.now() }) } : null
  const record = { generation: (current?.generation ?? 0) + 1, ...body, modifiedAt: place.now() }
  try {
    return { record, old, slot: await writeRecord(shelf, key, slots, record) }
  } catch (error) {
    if (old && !isStowageError(error, 'timeout')) {
      await tidied(async () => {
        await removeRecordOf(shelf, key, body.id)
        await endClaim(shelf, key, old.claim)
      })
    }
    throw error
  }
}

/** Whoever holds the row of this object took it for dead. */
function reaped(key: string): StowageError {
  return new StowageError(
    'conflict',
    `The object ${JSON.stringify(key)} was deleted while it was written. Nothing of it is left.`,
  )
}

/** Whether the call succeeds is decided already: what can't be tidied up now is left to `unfinished`, which finds it by its claim. */
async function tidied(tidy: () => Promise<void>): Promise<void> {
  await tidy().catch(() => undefined)
}
