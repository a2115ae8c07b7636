import { claimName } from './names.ts'
import { openNote, writeNote } from './note.ts'
import type { Shelf } from './shelf.ts'

/** Says that a body's chunks may lie about without a record: written before the first of them, removed when it is settled. */
export interface Claim {
  readonly number: number
  /** Null where the claim itself was cut off: nothing had been written then. */
  readonly note: ClaimNote | null
}
interface ClaimNote {
  readonly id: string
  readonly at: number
}

/** All claims of a key, up to the first free number: one writer at a time takes them in order and gives them back in reverse. */
export async function claimsOf(shelf: Shelf, key: string, signal?: AbortSignal): Promise<Claim[]> {
  const claims: Claim[] = []
  for (let number = 0; ; number += 1) {
    const found = await readClaim(shelf, key, number, signal)
    if (!found) return claims
    claims.push(found)
  }
}

export async function readClaim(shelf: Shelf, key: string, number: number, signal?: AbortSignal): Promise<Claim | null> {
  const name = claimName(key, number)
  const bytes = await shelf.read(name, signal)
  return bytes && { number, note: openNote(name, bytes) as ClaimNote | null }
}

/** Takes the first free number. */
export async function claim(shelf: Shelf, key: string, note: ClaimNote, signal?: AbortSignal): Promise<number> {
  let number = 0
  while (await shelf.has(claimName(key, number), signal)) number += 1
  await writeNote(shelf, claimName(key, number), note, signal)
  return number
}

export const endClaim = (shelf: Shelf, key: string, number: number) => shelf.remove(claimName(key, number))
