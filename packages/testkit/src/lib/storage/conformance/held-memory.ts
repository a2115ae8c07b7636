import assert from 'node:assert/strict'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

const MIB = 1024 * 1024

/**
 * Watches how much memory of buffers is held. Garbage does not count, however long a busy machine leaves it lying: it is collected before
 * anything is called too much.
 */
export class HeldMemory {
  readonly #limitBytes: number
  readonly #before = collected()
  #tooMuch: number | null = null

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes
  }

  /** Looks how much it is now. */
  look(): void {
    if (this.#tooMuch !== null || bufferBytes() - this.#before <= this.#limitBytes) return
    const heldBytes = collected() - this.#before
    if (heldBytes > this.#limitBytes) this.#tooMuch = heldBytes
  }

  assertBounded(when: string): void {
    assert.equal(this.#tooMuch, null, `${Math.round((this.#tooMuch ?? 0) / MIB)} MiB were held ${when}`)
  }
}

const bufferBytes = () => process.memoryUsage().arrayBuffers

/** After the garbage is gone. The first collection finds it, and the second waits until it is freed. */
function collected(): number {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  collect()
  collect()
  return bufferBytes()
}
