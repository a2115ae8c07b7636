/** The tile that an arrow key leads to, by where tiles lie on the screen; null where there is none in that direction. */
export function neighbour(tiles: readonly HTMLElement[], from: HTMLElement, key: string, isRtl: boolean): HTMLElement | null {
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
