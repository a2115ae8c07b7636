import type { AssetItem, AssetSource } from '../asset-source.ts'

const FIRST_MS = 800
const LAST_MS = 15_000
/** Together some five minutes; what takes longer shows at the next refresh. */
const MOST_TRIES = 30
const AT_ONCE = 20

export interface Follower {
  /** Goes on where something is being processed, and no question is due yet. */
  follow(): void
  stop(): void
}

/** Asks again, ever more slowly, for what is being processed, so that its picture shows once it is made. */
export function createFollower(options: {
  readonly source: () => AssetSource | null
  readonly items: () => readonly AssetItem[]
  readonly put: (item: AssetItem) => void
}): Follower {
  let timer = 0
  let tries = 0

  const pending = () => options.items().filter(({ state }) => state === 'processing')
  const look = async (source: AssetSource) => {
    const asked = pending().slice(0, AT_ONCE)
    const answers = await Promise.allSettled(asked.map(item => source.reload?.(item)))
    if (options.source() !== source) return
    for (const answer of answers) {
      // What failed is asked for again.
      if (answer.status === 'fulfilled' && answer.value && answer.value.state !== 'processing') options.put(answer.value)
    }
  }
  const follower: Follower = {
    follow() {
      const source = options.source()
      if (pending().length === 0) tries = 0
      if (timer !== 0 || !source?.reload || pending().length === 0 || tries >= MOST_TRIES) return
      timer = window.setTimeout(
        async () => {
          tries++
          await look(source)
          timer = 0
          follower.follow()
        },
        Math.min(FIRST_MS * 1.4 ** tries, LAST_MS),
      )
    },
    stop() {
      clearTimeout(timer)
      timer = tries = 0
    },
  }
  return follower
}
