import { type FakeClock, fakeClock, memoryStorage, withFaults } from '@stowage/testkit'
import { retry } from '../src/lib/storage/wrappers/retry/retry.ts'
import type { RetryEvent, RetryOptions } from '../src/lib/storage/wrappers/retry/tries.ts'

export const bytes: Uint8Array = Buffer.from('0123456789')

/** Storage with faults below `retry`, for tests. */
export function retrying(options: RetryOptions = {}) {
  const clock = fakeClock()
  const inner = withFaults(memoryStorage({ clock }))
  const events: RetryEvent[] = []
  const storage = retry(inner, { clock, random: () => 0, onRetry: event => void events.push(event), ...options })
  const opsOf = (op: string) => inner.calls.filter(call => call.op === op).length
  return { clock, inner, storage, events, opsOf }
}

/** Lets time go on until the call has its outcome. */
export async function settle<T>(clock: FakeClock, call: Promise<T>): Promise<T> {
  let settled = false
  const done = (): void => {
    settled = true
  }
  call.then(done, done)
  while (!settled) await clock.advance(500)
  return call
}

export async function* chunksOf(of: Uint8Array, sizeBytes: number): AsyncGenerator<Uint8Array, void> {
  for (let at = 0; at < of.byteLength; at += sizeBytes) yield Uint8Array.from(of.subarray(at, at + sizeBytes))
}

export async function readAll(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = []
  for await (const chunk of body) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}
