import type { AssetItem } from '../asset-source.ts'
import { nothingSelected, type Selection } from './selection.ts'

interface KeysOptions {
  readonly items: () => readonly AssetItem[]
  readonly selection: () => Selection
  readonly select: (selection: Selection) => void
  readonly toggle: (item: AssetItem, range: boolean) => void
  readonly open: (item: AssetItem) => void
  readonly remove: (item: AssetItem) => void
}

/** What keys do in the grid, the focus being on a tile. */
export function createKeys(options: KeysOptions): (event: KeyboardEvent) => void {
  const { items, selection, select, toggle } = options
  const itemOf = (tile: HTMLElement) => items().find(({ id }) => id === tile.dataset.id)

  const move = (event: KeyboardEvent, tile: HTMLElement, item: AssetItem): (() => void) | null => {
    const grid = event.currentTarget as HTMLElement
    const tiles = [...grid.querySelectorAll<HTMLElement>('.tile')]
    const next = neighbour(tiles, tile, event.key, getComputedStyle(grid).direction === 'rtl')
    const reached = next && itemOf(next)
    if (!reached) return null
    return () => {
      if (event.shiftKey && selection().anchor === null) toggle(item, false)
      next.focus()
      if (event.shiftKey) toggle(reached, true)
    }
  }
  const shortcut = ({ key, shiftKey, ctrlKey, metaKey }: KeyboardEvent, item: AssetItem): (() => void) | null => {
    if (key === ' ') return () => toggle(item, shiftKey)
    if (key === 'Enter') return () => options.open(item)
    if (key === 'Delete') return () => options.remove(item)
    if (key === 'a' && (ctrlKey || metaKey)) return () => select({ ids: new Set(items().map(({ id }) => id)), anchor: item.id })
    return null
  }

  return event => {
    if (event.key === 'Escape' && selection().ids.size > 0) select(nothingSelected)
    const tile = event.target as HTMLElement
    const item = tile.matches('.tile') ? itemOf(tile) : undefined
    const act = item && (move(event, tile, item) ?? shortcut(event, item))
    if (!act) return
    event.preventDefault()
    act()
  }
}

/** The tile that an arrow key leads to, by where tiles lie on the screen; null where there is none in that direction. */
function neighbour(tiles: readonly HTMLElement[], from: HTMLElement, key: string, isRtl: boolean): HTMLElement | null {
  const at = tiles.indexOf(from)
  const forward = isRtl ? 'ArrowLeft' : 'ArrowRight'
  const back = isRtl ? 'ArrowRight' : 'ArrowLeft'
  if (key === forward) return tiles[at + 1] ?? null
  if (key === back) return tiles[at - 1] ?? null
  if (key === 'Home') return tiles[0] ?? null
  if (key === 'End') return tiles.at(-1) ?? null
  if (key !== 'ArrowDown' && key !== 'ArrowUp') return null
  const step = columnsOf(tiles)
  if (key === 'ArrowUp') return tiles[at - step] ?? null
  // The last line may be shorter: its end is below, too.
  const isLastLine = Math.floor(at / step) === Math.floor((tiles.length - 1) / step)
  return isLastLine ? null : (tiles[Math.min(at + step, tiles.length - 1)] ?? null)
}

function columnsOf(tiles: readonly HTMLElement[]): number {
  const top = tiles[0]?.offsetTop
  const found = tiles.findIndex(tile => tile.offsetTop !== top)
  return found === -1 ? tiles.length : found
}
