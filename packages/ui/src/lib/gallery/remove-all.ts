import type { AssetItem } from '../asset-source.ts'

const AT_ONCE = 4

/** Removes some at once; stops at the first that fails, and says what is gone by then. */
export async function removeAll(
  items: readonly AssetItem[],
  remove: (item: AssetItem) => Promise<void> | undefined,
): Promise<{ readonly removed: readonly AssetItem[]; readonly error: unknown }> {
  const left = [...items]
  const removed: AssetItem[] = []
  let error: unknown = null
  const work = async () => {
    for (let item = left.shift(); item && error === null; item = left.shift()) {
      try {
        await remove(item)
        removed.push(item)
      } catch (cause) {
        error ??= cause
      }
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  return { removed, error }
}
