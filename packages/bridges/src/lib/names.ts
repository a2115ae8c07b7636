import { randomBytes } from 'node:crypto'

/** Where all that a bridge writes lies in its source: notes that make objects visible, and their bytes. */
export const NOTES = 'stowage/notes'
export const BYTES = 'stowage/bytes'
export const MARKER = `${NOTES}/marker`

/** File systems end a name at 255 bytes; what follows the key's own part takes up to 60. */
const PART_LETTERS = 160
const SUFFIX = /^(?:([ab])|w([0-9]{1,2})|([0-9a-z]{25})\.([0-9]{1,9}))$/

export type Slot = 'a' | 'b'

/** What a name stands for. */
export type Named =
  | { readonly type: 'record'; readonly key: string; readonly slot: Slot }
  | { readonly type: 'claim'; readonly key: string; readonly number: number }
  | { readonly type: 'chunk'; readonly key: string; readonly id: string; readonly number: number }

/**
 * Keys are written as the hexadecimal of their bytes, in folders of at most 80 bytes each: the one spelling that no source folds, escapes,
 * splits or takes for a pattern.
 */
function placeOf(folder: string, key: string): string {
  const letters = Buffer.from(key).toString('hex')
  const parts = letters.match(new RegExp(`.{1,${PART_LETTERS}}`, 'g')) ?? []
  return [folder, ...parts].join('/')
}

export const recordName = (key: string, slot: Slot) => `${placeOf(NOTES, key)}.${slot}`
export const claimName = (key: string, number: number) => `${placeOf(NOTES, key)}.w${number}`
export const chunkName = (key: string, id: string, number: number) => `${placeOf(BYTES, key)}.${id}.${number}`

/** Of a body's chunks: begins with the time, so that leftovers have an age. */
export function newId(now: number): string {
  return now.toString(36).padStart(9, '0') + randomBytes(8).toString('hex')
}

export const startOf = (id: string) => Number.parseInt(id.slice(0, 9), 36)

/** Null for what is no name of ours. */
export function parseName(name: string): Named | null {
  const dot = name.indexOf('.')
  if (dot < 0) return null
  const [, slot, claim, id, chunk] = SUFFIX.exec(name.slice(dot + 1)) ?? []
  const key = keyAt(id === undefined ? NOTES : BYTES, name.slice(0, dot))
  if (key === null) return null
  if (slot === 'a' || slot === 'b') return { type: 'record', key, slot }
  if (claim !== undefined) return { type: 'claim', key, number: Number(claim) }
  return id !== undefined ? { type: 'chunk', key, id, number: Number(chunk) } : null
}

function keyAt(folder: string, place: string): string | null {
  if (!place.startsWith(`${folder}/`)) return null
  const key = Buffer.from(place.slice(folder.length).replaceAll('/', ''), 'hex').toString()
  return key !== '' && placeOf(folder, key) === place ? key : null
}
