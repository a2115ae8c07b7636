/** A body that gives its first bytes, and the rest when it is told to. */
export function heldBody(first: Uint8Array) {
  const waits = Promise.withResolvers<void>()
  const more: Uint8Array[] = []
  let isEnded = false
  let woken = Promise.withResolvers<void>()
  const body = (async function* () {
    yield first
    while (!isEnded || more.length > 0) {
      const next = more.shift()
      if (next) yield next
      else {
        waits.resolve()
        await woken.promise
        woken = Promise.withResolvers()
      }
    }
  })()
  return {
    body,
    /** Once its first bytes were taken, and more are asked for. */
    waits: waits.promise,
    goOn(bytes: Uint8Array): void {
      more.push(bytes)
      woken.resolve()
    },
    end(): void {
      isEnded = true
      woken.resolve()
    },
  }
}
