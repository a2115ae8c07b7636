const STEP_MS = 5
const LIMIT_MS = 15_000

/** Waits until something is so. @throws what the last try threw, when it never is */
export async function eventually(check: () => void | Promise<void>): Promise<void> {
  const giveUpAt = Date.now() + LIMIT_MS
  for (;;) {
    try {
      await check()
      return
    } catch (error) {
      if (Date.now() > giveUpAt) throw error
      await new Promise(resolve => setTimeout(resolve, STEP_MS))
    }
  }
}
