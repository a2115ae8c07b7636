import { StowageError, type UnfinishedWrite, type UnfinishedWrites } from '@stowage/core/contracts'
import { countChunks, removeChunks } from './chunks.ts'
import { claimsOf, endClaim, readClaim } from './claims.ts'
import { BYTES, chunkName, type Named, NOTES, parseName, startOf } from './names.ts'
import type { Place } from './place.ts'
import { readRecord } from './records.ts'

/** Writes and deletes that were cut off, by their claims; and chunks that neither a record nor a claim names. */
export function unfinishedWrites(place: Place): UnfinishedWrites {
  const { shelf } = place
  return {
    async *list({ signal } = {}) {
      for await (const name of shelf.names(NOTES, signal)) {
        const named = parseName(name)
        const found = named?.type === 'claim' && (await claimed(place, name, named))
        if (found) yield found
      }
      // Chunks of one body mostly come together.
      let last = { body: '', forsaken: false }
      for await (const name of shelf.names(BYTES, signal)) {
        const named = parseName(name)
        if (named?.type !== 'chunk') continue
        const body = `${named.key}/${named.id}`
        if (body !== last.body) last = { body, forsaken: await isForsaken(place, named) }
        if (last.forsaken) yield temporary(name, place.chunkBytes, startOf(named.id))
      }
    },
    remove: async write => {
      const named = write.type === 'temporary' ? parseName(write.name) : null
      if (!named || named.type === 'record')
        throw new StowageError('invalid_request', 'There is no unfinished write of this name.')
      await place.queue.run(named.key, () => removeUnfinished(place, named))
    },
  }
}

type Leftover = Exclude<Named, { type: 'record' }>

async function claimed(place: Place, name: string, { key, number }: Named & { type: 'claim' }): Promise<UnfinishedWrite | null> {
  const { shelf } = place
  const found = await readClaim(shelf, key, number)
  if (!found) return null
  const { note } = found
  const chunks = note ? await countChunks(shelf, { key, id: note.id }) : 0
  // Cut off itself, at a time that nobody knows: nothing follows a claim that was not written.
  return temporary(name, chunks * place.chunkBytes, note?.at ?? 0)
}

async function isForsaken({ shelf }: Place, { key, id }: Named & { type: 'chunk' }): Promise<boolean> {
  // In this order: a write that ends meanwhile has its record before its claim goes.
  const claims = await claimsOf(shelf, key)
  if (claims.some(({ note }) => note?.id === id)) return false
  return (await readRecord(shelf, key))?.id !== id
}

function temporary(name: string, sizeBytes: number, at: number): UnfinishedWrite {
  return { type: 'temporary', name, sizeBytes, lastModified: new Date(at) }
}

/** An object that is visible stays: then only its claim was left. */
async function removeUnfinished({ shelf }: Place, leftover: Leftover): Promise<void> {
  const { key, number } = leftover
  const id = leftover.type === 'chunk' ? leftover.id : (await readClaim(shelf, key, number))?.note?.id
  const visible = id !== undefined && (await readRecord(shelf, key))?.id === id
  if (leftover.type === 'chunk') {
    if (!visible) await shelf.remove(chunkName(key, leftover.id, number))
    return
  }
  if (id !== undefined && !visible) await removeChunks(shelf, { key, id }, await countChunks(shelf, { key, id }))
  await endClaim(shelf, key, number)
}
