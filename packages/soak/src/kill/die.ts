import type { Phase } from './crash-point.ts'

/** Ends this process as a power switch would, as far as a process can: nothing is flushed, no handler runs. */
export function die(): Promise<never> {
  process.kill(process.pid, 'SIGKILL')
  return new Promise(() => undefined)
}

/** More exact than a timer, whose unit is a whole commit. */
export function dieAfter(delayMs: number): void {
  const at = performance.now() + delayMs
  const look = (): unknown => (performance.now() >= at ? die() : setImmediate(look))
  look()
}

/** The same bytes, until so many have passed: dies before the chunk with the last of them, or once that was taken. */
export async function* dyingBody(
  body: AsyncIterable<Uint8Array>,
  afterBytes: number,
  phase: Phase,
): AsyncGenerator<Uint8Array, void> {
  let passed = 0
  for await (const chunk of body) {
    passed += chunk.byteLength
    if (passed >= afterBytes && phase === 'before') await die()
    yield chunk
    if (passed >= afterBytes) await die()
  }
}
