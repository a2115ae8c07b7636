import type { AssetRecord } from '../../contracts/asset.ts'
import type { MetadataStore } from '../../contracts/metadata.ts'
import { isSlugTaken } from './slug-taken.ts'

/** Gives assets that would have the same slug one after the other: `a`, `a-2`, `a-3` … */
export interface SlugNumbers {
  /** For an asset that is about to be made. `close` it once that has come to an end, well or not. */
  open(asset: Pick<AssetRecord, 'kind' | 'space'>, base: string): SlugTries
}

export interface SlugTries {
  /** A slug that nobody else here was given, and that was free a moment ago; asked again when another process was faster. */
  next(): Promise<string>
  close(): void
}

interface Shared {
  users: number
  /** Lowest number that was not given yet. The first asset has 1, which is not written. */
  next: number
  turn: Promise<unknown>
}

export function createSlugNumbers(metadata: Pick<MetadataStore, 'getAsset'>): SlugNumbers {
  // Only what is under way is remembered: else numbers of deleted assets would never come again.
  const underWay = new Map<string, Shared>()
  return {
    open(asset, base) {
      const name = JSON.stringify([asset.kind, asset.space, base])
      const shared = underWay.get(name) ?? { users: 0, next: 1, turn: Promise.resolve() }
      underWay.set(name, shared)
      shared.users += 1
      const isTaken = (n: number): Promise<boolean> => isSlugTaken(metadata, asset, numbered(base, n))
      const look = async (): Promise<number> => {
        const free = await firstFree(isTaken, shared.next)
        shared.next = free + 1
        return free
      }
      return {
        async next() {
          // Mostly it is the only one of its name: its commit finds out.
          if (shared.next === 1) {
            shared.next = 2
            return base
          }
          const found = shared.turn.then(look)
          shared.turn = found.catch(() => undefined)
          return numbered(base, await found)
        },
        close() {
          shared.users -= 1
          if (shared.users === 0) underWay.delete(name)
        },
      }
    },
  }
}

const numbered = (base: string, n: number): string => (n === 1 ? base : `${base}-${n}`)

/** The first free number from `from` on where they were given without gaps; where there are gaps, a free one behind a taken one. */
async function firstFree(isTaken: (n: number) => Promise<boolean>, from: number): Promise<number> {
  let taken = from - 1
  let free = from
  for (let step = 1; await isTaken(free); step *= 2) {
    taken = free
    free += step
  }
  while (free - taken > 1) {
    const middle = Math.floor((taken + free) / 2)
    if (await isTaken(middle)) taken = middle
    else free = middle
  }
  return free
}
