import type { ListOptions, ObjectInfo, ObjectPage } from '@stowage/core/contracts'
import { atOnce } from './at-once.ts'
import { openCursor, sealCursor } from './cursor.ts'
import { NOTES, parseName, type Slot } from './names.ts'
import { compareUtf8 } from './order.ts'
import type { Place } from './place.ts'
import { infoOf, readListed } from './records.ts'

const MAX_PAGE = 1000
const AT_ONCE = 16

/** Sources list in orders of their own: each page goes through all names, and keeps as many keys as it shows, and one more. */
export async function listObjects(place: Place, options: ListOptions): Promise<ObjectPage> {
  const { prefix = '', cursor, limit = MAX_PAGE, signal } = options
  let after = cursor === undefined ? null : openCursor(prefix, cursor)
  const objects: ObjectInfo[] = []
  for (;;) {
    const keys = await firstKeys(place, { prefix, after, count: limit + 1 - objects.length, signal })
    const found = await atOnce(AT_ONCE, keys, async ({ key, slots }) => {
      const record = await readListed(place.shelf, key, slots, signal)
      return record && infoOf(key, record)
    })
    objects.push(...found.filter(info => info !== null))
    const last = objects[limit - 1]
    if (objects.length > limit && last) return { objects: objects.slice(0, limit), cursor: sealCursor(prefix, last.key) }
    // Where notes were half written, or gone by now, the page is filled up with what follows.
    if (keys.length === 0 || found.every(info => info !== null)) return { objects, cursor: null }
    after = keys.at(-1)?.key ?? after
  }
}

interface Stretch {
  readonly prefix: string
  readonly after: string | null
  readonly count: number
  readonly signal: AbortSignal | undefined
}

interface Listed {
  readonly key: string
  readonly slots: Slot[]
}

/** The first keys behind `after`, in order. */
async function firstKeys({ shelf }: Place, { prefix, after, count, signal }: Stretch): Promise<Listed[]> {
  const keys: Listed[] = []
  for await (const name of shelf.names(NOTES, signal)) {
    const named = parseName(name)
    if (named?.type !== 'record' || !named.key.startsWith(prefix)) continue
    if (after === null || compareUtf8(named.key, after) > 0) insert(keys, named, count)
  }
  return keys
}

function insert(keys: Listed[], { key, slot }: { readonly key: string; readonly slot: Slot }, count: number): void {
  const last = keys.at(-1)
  if (keys.length >= count && last !== undefined && compareUtf8(key, last.key) > 0) return
  let [low, high] = [0, keys.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (compareUtf8(keys[middle]?.key ?? '', key) < 0) low = middle + 1
    else high = middle
  }
  if (keys[low]?.key === key) {
    keys[low]?.slots.push(slot)
    return
  }
  keys.splice(low, 0, { key, slots: [slot] })
  if (keys.length > count) keys.pop()
}
